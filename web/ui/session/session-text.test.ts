import { describe, expect, it } from "vitest";
import type { ExporterSnapshot } from "../../messages.ts";
import { IDLE } from "../model.ts";
import { hookInFocus, hookProgress, sessionText } from "./session-text.ts";

function running(name: string, message = "", change: Partial<ExporterSnapshot> = {}): ExporterSnapshot {
  return { ...IDLE, phase: "running", status: { name, message, since: 0 }, ...change };
}

const beforeLease = { name: "beforeLease", startedAt: 1_000, timeoutMs: 10_000 } as const;
const afterLease = { ...beforeLease, name: "afterLease" } as const;

describe("sessionText()", () => {
  for (const [name, tone, title] of [
    ["LEASE_READY", "ok", "Ready for commands"],
    ["AVAILABLE", "ok", "Between two sessions"],
    ["BEFORE_LEASE_HOOK", "busy", "Preparing the session: the beforeLease hook runs"],
    ["AFTER_LEASE_HOOK", "busy", "Tidying up after the session: the afterLease hook runs"],
    ["BEFORE_LEASE_HOOK_FAILED", "error", "The session could not begin: its beforeLease hook failed"],
    ["AFTER_LEASE_HOOK_FAILED", "error", "The afterLease hook failed: the board may not be as it should"],
    ["OFFLINE", "off", "Not offered"],
    ["SOMETHING_NEW", "off", "SOMETHING_NEW"],
  ] as const) {
    it(`says "${title}" of ${name}`, () => {
      expect(sessionText(running(name))).toMatchObject({ tone, title });
    });
  }

  it("says that a hook runs as soon as it does, whatever the status is called", () => {
    expect(sessionText(running("AVAILABLE", "", { hook: beforeLease })).title).toContain("beforeLease");
    expect(sessionText(running("LEASE_READY", "", { phase: "stopping", hook: afterLease })).title).toContain(
      "afterLease",
    );
  });

  it("tells why a hook failed, as a sentence, and offers to try again", () => {
    expect(
      sessionText(
        running(
          "BEFORE_LEASE_HOOK_FAILED",
          "beforeLease hook failed (on_failure=endLease): Hook failed with exit code 1",
        ),
      ),
    ).toMatchObject({
      detail: "Hook failed with exit code 1.",
      cure: "try-again",
    });
  });

  it("keeps a hook's warning apart from a session that is simply ready", () => {
    const message = "[HOOK_WARNING] beforeLease hook warning: Hook timed out after 5 seconds";
    expect(sessionText(running("LEASE_READY", message))).toEqual({
      tone: "warning",
      title: "Ready for commands, with a warning",
      detail: "beforeLease hook warning: Hook timed out after 5 seconds.",
      cure: "none",
    });
    expect(sessionText(running("LEASE_READY", "Ready for commands")).detail).toBe("");
  });
});

describe("hookInFocus()", () => {
  it("is the hook that runs", () => {
    expect(hookInFocus(running("LEASE_READY", "", { hook: afterLease }))).toBe("afterLease");
  });

  it("is the hook that failed, or has left a warning", () => {
    expect(hookInFocus(running("BEFORE_LEASE_HOOK_FAILED"))).toBe("beforeLease");
    expect(hookInFocus(running("AFTER_LEASE_HOOK_FAILED"))).toBe("afterLease");
    expect(hookInFocus(running("LEASE_READY", "[HOOK_WARNING] beforeLease hook warning: x"))).toBe(
      "beforeLease",
    );
    expect(hookInFocus(running("AVAILABLE", "[HOOK_WARNING] afterLease hook warning: x"))).toBe("afterLease");
  });

  it("is none when all is well", () => {
    expect(hookInFocus(running("LEASE_READY", "Ready for commands"))).toBeUndefined();
  });
});

describe("hookProgress()", () => {
  it("goes from nothing to all of the timeout, and no further", () => {
    expect([0, 1_000, 6_000, 11_000, 60_000].map((now) => hookProgress(beforeLease, now))).toEqual([
      0, 0, 0.5, 1, 1,
    ]);
  });
});
