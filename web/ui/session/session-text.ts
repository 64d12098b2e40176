/**
 * Where the session stands, in words that a newcomer understands, with Jumpstarter's name of it beside them.
 * Above: session-state.ts, bench.ts. Below: ExporterSnapshot of web/messages.ts.
 * Specification: ExporterStatus of jumpstarter.v1.
 */

import type { ExporterSnapshot, HookSnapshot } from "../../messages.ts";

export interface SessionText {
  readonly tone: "off" | "busy" | "ok" | "warning" | "error";
  readonly title: string;
  /** What it means, or what is wrong; "" when the title says all. */
  readonly detail: string;
  /** What to press. */
  readonly cure: "none" | "try-again";
}

/** Jumpstarter marks a status like this when a hook failed and the session goes on. */
const WARNING_MARK = "[HOOK_WARNING]";

/** How messages about a failed hook begin. */
const SAID_BY_TITLE = /^(?:before|after)Lease hook failed(?: \([^)]*\))?: /;

export function sessionText({ phase, status, hook }: ExporterSnapshot): SessionText {
  if (hook !== undefined) return { tone: "busy", cure: "none", ...HOOK_TEXTS[hook.name] };
  const said = status.message.replace(WARNING_MARK, "").trim().replace(SAID_BY_TITLE, "");
  switch (status.name) {
    case "LEASE_READY":
      return status.message.startsWith(WARNING_MARK)
        ? {
            tone: "warning",
            title: "Ready for commands, with a warning",
            detail: asSentence(said),
            cure: "none",
          }
        : { tone: "ok", title: "Ready for commands", detail: "", cure: "none" };
    case "BEFORE_LEASE_HOOK":
      return { tone: "busy", cure: "none", ...HOOK_TEXTS.beforeLease };
    case "AFTER_LEASE_HOOK":
      return { tone: "busy", cure: "none", ...HOOK_TEXTS.afterLease };
    case "BEFORE_LEASE_HOOK_FAILED":
      return {
        tone: "error",
        title: "The session could not begin: its beforeLease hook failed",
        detail: asSentence(said),
        cure: "try-again",
      };
    case "AFTER_LEASE_HOOK_FAILED":
      return {
        tone: "error",
        title: "The afterLease hook failed: the board may not be as it should",
        detail: asSentence(said),
        cure: "try-again",
      };
    case "AVAILABLE":
      return {
        tone: phase === "running" ? "ok" : "busy",
        title: "Between two sessions",
        detail: "",
        cure: "none",
      };
    case "OFFLINE":
      return { tone: "off", title: "Not offered", detail: asSentence(said), cure: "none" };
    default:
      return { tone: "off", title: status.name, detail: asSentence(said), cure: "none" };
  }
}

const HOOK_TEXTS = {
  beforeLease: { title: "Preparing the session: the beforeLease hook runs", detail: "" },
  afterLease: { title: "Tidying up after the session: the afterLease hook runs", detail: "" },
} as const;

/** The hook that a person wants to read of now: it runs, or has failed. */
export function hookInFocus({ status, hook }: ExporterSnapshot): HookSnapshot["name"] | undefined {
  if (hook !== undefined) return hook.name;
  if (status.name.startsWith("BEFORE_LEASE_HOOK")) return "beforeLease";
  if (status.name.startsWith("AFTER_LEASE_HOOK")) return "afterLease";
  if (!status.message.startsWith(WARNING_MARK)) return undefined;
  return status.message.includes("afterLease") ? "afterLease" : "beforeLease";
}

/** How far a hook is, of its timeout: 0 to 1. */
export function hookProgress({ startedAt, timeoutMs }: HookSnapshot, now: number): number {
  return Math.min(1, Math.max(0, (now - startedAt) / Math.max(1, timeoutMs)));
}

function asSentence(text: string): string {
  return text === "" || /[.!?…]$/.test(text) ? text : `${text}.`;
}
