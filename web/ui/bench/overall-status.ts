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

export function overallStatus({ phase, tunnel, activity }: ExporterSnapshot): OverallStatus {
  switch (phase) {
    case "idle":
      return { tone: "off", label: "Stopped" };
    case "starting":
      return { tone: "busy", label: "Starting" };
    case "stopping":
      return { tone: "busy", label: "Stopping" };
    case "failed":
      return { tone: "error", label: "Failed" };
    case "running":
      break;
  }
  switch (tunnel.kind) {
    case "attached":
      return activity.calls + activity.streams > 0
        ? { tone: "in-use", label: "In use" }
        : { tone: "ok", label: "Ready" };
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

/** Whether a client that dials the relay finds this page, now or when the relay is back; not while it was refused. */
export function mayBeReached({ kind }: TunnelState): boolean {
  return kind === "attached" || kind === "connecting" || kind === "waiting";
}
