/**
 * How the exporter is, in one word: for the header, the tab's title and its icon; and whether clients can come.
 * Above: app.ts, bench.ts, web/main.ts (icon). Below: ExporterSnapshot of web/messages.ts.
 */

import type { ExporterSnapshot, TunnelState } from "../../messages.ts";

export type Tone = "off" | "busy" | "ok" | "in-use" | "warning" | "error";

export interface OverallStatus {
  readonly tone: Tone;
  readonly label: string;
}

export function overallStatus(snapshot: ExporterSnapshot): OverallStatus {
  const { phase, tunnel, hook } = snapshot;
  switch (phase) {
    case "idle":
      return { tone: "off", label: "Stopped" };
    case "starting":
      return { tone: "busy", label: "Starting" };
    case "stopping":
      return { tone: "busy", label: hook === undefined ? "Stopping" : `Stopping, ${hook.name} runs` };
    case "failed":
      return { tone: "error", label: "Failed" };
    case "running":
      break;
  }
  switch (tunnel.kind) {
    case "attached":
      return sessionStatus(snapshot);
    case "waiting":
      return { tone: "warning", label: tunnel.lost ? "Connection lost" : "Not reachable" };
    case "refused":
      if (tunnel.cure === "take-back") return { tone: "warning", label: "Taken over" };
      return { tone: tunnel.cure === "take-over" ? "warning" : "error", label: "Refused" };
    case "off":
    case "connecting":
      return { tone: "busy", label: "Connecting" };
  }
}

/** While clients can reach the page, it is what they find there. */
function sessionStatus({ status, hook, inUseBy, activity }: ExporterSnapshot): OverallStatus {
  if (hook !== undefined) return { tone: "busy", label: `${hook.name} runs` };
  if (status.name.endsWith("_HOOK_FAILED")) return { tone: "error", label: "Hook failed" };
  if (inUseBy !== undefined || activity.calls + activity.streams > 0)
    return { tone: "in-use", label: "In use" };
  if (status.name === "OFFLINE") return { tone: "off", label: "Offline" };
  return status.name === "LEASE_READY" ? { tone: "ok", label: "Ready" } : { tone: "ok", label: "Available" };
}

/** Whether a client that dials the relay finds this page, now or when the relay is back; not while it was refused. */
export function mayBeReached({ kind }: TunnelState): boolean {
  return kind === "attached" || kind === "connecting" || kind === "waiting";
}
