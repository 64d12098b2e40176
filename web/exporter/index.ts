/**
 * The exporter, for the worker's entry. What web/ui needs of it are shapes only: web/messages.ts.
 */

export type { Codecs } from "./codecs.ts";
export type { ConfigNode, DriverNode, ExporterConfig, ProxyNode } from "./config.ts";
export { type DriverInstance, pathText, type TreeEntry } from "./driver-instance.ts";
export { Exporter, type ExporterOptions } from "./exporter.ts";
export { shellEnvironment } from "./hook-environment.ts";
export type { RunningHook } from "./hook-runner.ts";
export { LOG_RING_LINES, type LogLine, LogRing } from "./log-ring.ts";
export type { ScriptCommand, ScriptRunner, ScriptShell } from "./script-runner.ts";
export { sha256Hex } from "./sha256-hex.ts";
export { toConnectError } from "./to-connect-error.ts";
