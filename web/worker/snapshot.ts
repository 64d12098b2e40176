/**
 * What the page shows of a running exporter, from the exporter's own objects.
 * Above: exporter-host.ts. Below: web/exporter. Shapes: web/messages.ts.
 */

import type { SerialBindingInfo } from "../../drivers/base/serial-devices.ts";
import {
  type DriverInstance,
  type LogLine,
  pathText,
  type RunningHook,
  type TreeEntry,
} from "../exporter/index.ts";
import type { BindingSnapshot, DriverSnapshot, HookSnapshot, LogRecord } from "../messages.ts";

export type Bindings = ReadonlyMap<string, SerialBindingInfo>;

export function driverSnapshots(root: DriverInstance, bindings: Bindings): DriverSnapshot[] {
  return root.children.map((entry) => entrySnapshot(entry, bindings));
}

function entrySnapshot(entry: TreeEntry, bindings: Bindings): DriverSnapshot {
  const instance = entry.kind === "alias" ? entry.target : entry;
  const binding = bindings.get(pathText(instance.path));
  const methods = [...instance.driver.methods];
  const named = (kind: "call" | "streaming-call" | "stream"): string[] =>
    methods.filter(([, method]) => method.kind === kind).map(([name]) => name);
  return {
    path: entry.path,
    name: entry.name,
    uuid: instance.uuid,
    type: instance.type,
    clientClass: instance.driver.clientClass,
    category: instance.driver.category,
    description: instance.description,
    calls: named("call"),
    streamingCalls: named("streaming-call"),
    streams: named("stream"),
    state: instance.state,
    binding: binding === undefined ? undefined : bindingSnapshot(binding),
    canVerify: instance.driver.verify !== undefined,
    openStreams: instance.openStreams,
    refOf: entry.kind === "alias" ? instance.path : undefined,
    // An alias shows its target's children there, not a second time here.
    children: entry.kind === "alias" ? [] : instance.children.map((child) => entrySnapshot(child, bindings)),
  };
}

function bindingSnapshot({ status, label, request }: SerialBindingInfo): BindingSnapshot {
  return { kind: "serial", status, label, request };
}

export function logRecord(line: LogLine): LogRecord {
  const { sequence, timestamp, severity, source, message, driver, operation } = line;
  return { sequence, timestamp, severity, source, message, driver, operation };
}

export function hookSnapshot({ name, startedAt, timeoutMs }: RunningHook): HookSnapshot {
  return { name, startedAt, timeoutMs };
}
