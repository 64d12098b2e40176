import { describe, expect, it } from "vitest";
import type { ExporterSnapshot } from "../../messages.ts";
import { IDLE } from "../model.ts";
import { mayBeReached, overallStatus } from "./overall-status.ts";

const running: ExporterSnapshot = {
  ...IDLE,
  phase: "running",
  tunnel: { kind: "attached", since: 0 },
  status: { name: "LEASE_READY", message: "Ready for commands", since: 0 },
};
const named = (name: string): ExporterSnapshot["status"] => ({ name, message: "", since: 0 });
const hook = { name: "afterLease", startedAt: 0, timeoutMs: 1_000 } as const;

describe("overallStatus()", () => {
  for (const [what, snapshot, label] of [
    ["before the first start", IDLE, "Stopped"],
    ["while it starts, whatever the tunnel does", { ...running, phase: "starting" }, "Starting"],
    ["while it stops", { ...running, phase: "stopping" }, "Stopping"],
    ["when it could not start", { ...running, phase: "failed" }, "Failed"],
    ["when clients can come", running, "Ready"],
    ["while a call runs", { ...running, activity: { calls: 1, streams: 0, totalCalls: 1 } }, "In use"],
    ["while a stream is open", { ...running, activity: { calls: 0, streams: 1, totalCalls: 0 } }, "In use"],
    [
      "while a client holds it for itself",
      { ...running, inUseBy: { client: "10.0.0.7", since: 0 } },
      "In use",
    ],
    ["while a hook runs", { ...running, hook }, "afterLease runs"],
    [
      "while it stops and its hook runs",
      { ...running, phase: "stopping", hook },
      "Stopping, afterLease runs",
    ],
    [
      "when a hook has failed, whoever is connected",
      {
        ...running,
        status: named("BEFORE_LEASE_HOOK_FAILED"),
        activity: { calls: 0, streams: 1, totalCalls: 0 },
      },
      "Hook failed",
    ],
    ["between two sessions", { ...running, status: named("AVAILABLE") }, "Available"],
    ["when nobody can have it", { ...running, status: named("OFFLINE") }, "Offline"],
    ["before the relay has answered", { ...running, tunnel: { kind: "connecting", since: 0 } }, "Connecting"],
    [
      "while the relay is away",
      { ...running, tunnel: { kind: "waiting", since: 0, retryAt: 1, reason: "", lost: true, kept: true } },
      "Connection lost",
    ],
    [
      "while the relay has never answered",
      { ...running, tunnel: { kind: "waiting", since: 0, retryAt: 1, reason: "", lost: false, kept: false } },
      "Not reachable",
    ],
    [
      "when another page has its place",
      { ...running, tunnel: { kind: "refused", reason: "", cure: "take-back" } },
      "Taken over",
    ],
    [
      "when the relay said no",
      { ...running, tunnel: { kind: "refused", reason: "", cure: "none" } },
      "Refused",
    ],
  ] as const) {
    it(`says ${label} ${what}`, () => {
      expect(overallStatus(snapshot).label).toBe(label);
    });
  }
});

describe("mayBeReached()", () => {
  it("is true while clients can come, or could when the relay answers", () => {
    expect(mayBeReached({ kind: "attached", since: 0 })).toBe(true);
    expect(mayBeReached({ kind: "connecting", since: 0 })).toBe(true);
    expect(mayBeReached({ kind: "waiting", since: 0, retryAt: 1, reason: "", lost: true, kept: true })).toBe(
      true,
    );
  });

  it("is false when the relay wants another page, or none was asked", () => {
    expect(mayBeReached({ kind: "refused", reason: "", cure: "take-over" })).toBe(false);
    expect(mayBeReached({ kind: "off" })).toBe(false);
  });
});
