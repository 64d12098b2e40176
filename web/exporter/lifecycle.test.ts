import { describe, expect, it } from "vitest";
import { settle } from "../../drivers/testing/manual-clock.ts";
import { HOOK_END_GRACE_MS } from "./hook-runner.ts";
import { FAILURE_SHOWN_MS, LAST_WORDS_MS } from "./lifecycle.ts";
import { isSettled, type LifeOptions, PlayedLife } from "./testing/played-life.ts";

const BOTH = { before: {}, after: {} };

async function life(options?: LifeOptions): Promise<PlayedLife> {
  const made = new PlayedLife(options);
  await made.begin();
  return made;
}

describe("a session", () => {
  it("without hooks is ready once drivers are reset", async () => {
    const reset = Promise.withResolvers<void>();
    const made = new PlayedLife({ resetDrivers: () => reset.promise });
    const begun = made.lifecycle.begin();
    expect(await isSettled(begun)).toBe(false);
    expect(made.steps).toEqual([]);
    reset.resolve();
    await begun;
    expect(made.steps).toEqual([["LEASE_READY", "Ready for commands"]]);
  });

  it("with hooks goes through every status, with Python's words", async () => {
    const made = await life(BOTH);
    expect(made.scripts.scripts).toEqual(["before"]);
    await made.exit(0);
    const ended = made.lifecycle.endSession();
    await settle();
    await made.exit(0);
    await made.exit(0);
    await ended;
    expect(made.steps).toEqual([
      ["BEFORE_LEASE_HOOK", "Running beforeLease hook"],
      ["LEASE_READY", "Ready for commands"],
      ["AFTER_LEASE_HOOK", "Running afterLease hooks"],
      ["AVAILABLE", "Available for new lease"],
      ["BEFORE_LEASE_HOOK", "Running beforeLease hook"],
      ["LEASE_READY", "Ready for commands"],
    ]);
    expect(made.status.current.version).toBe(6n);
    expect(made.scripts.scripts).toEqual(["before", "after", "before"]);
    expect(made.resets).toBe(2);
  });

  it("has the motd of its own hook only", async () => {
    const made = await life({ before: {} });
    await made.exit(0, "first");
    expect(made.lifecycle.motd).toBe("first");
    void made.lifecycle.endSession();
    await settle();
    expect(made.lifecycle.motd).toBeUndefined();
    await made.exit(1, "second");
    expect(made.lifecycle.motd).toBe("second");
  });

  it("begins once", async () => {
    const made = await life();
    expect(() => made.lifecycle.begin()).toThrow(/begun/);
  });

  it("ends what clients have running, and again what they began during its hook", async () => {
    const made = await life({ after: {} });
    const client = new AbortController().signal;
    const before = made.calls.join(client);
    void made.lifecycle.endSession();
    await settle();
    expect(before.signal.aborted).toBe(true);
    const during = made.calls.join(client);
    expect(during.signal.aborted).toBe(false);
    await made.exit(0);
    expect(during.signal.aborted).toBe(true);
    expect(made.calls.join(client).signal.aborted).toBe(false);
  });
});

describe("a beforeLease hook that fails", () => {
  it("with warn leaves a session that says so", async () => {
    const made = await life({ before: {} });
    await made.exit(3);
    expect(made.steps.at(-1)).toEqual([
      "LEASE_READY",
      "[HOOK_WARNING] beforeLease hook warning: Hook failed with exit code 3",
    ]);
  });

  it("with warn, because it never ends, leaves a session that says so", async () => {
    const made = await life({ before: { timeoutMs: 5000 }, deaf: true });
    await made.clock.advance(5000 + HOOK_END_GRACE_MS);
    expect(made.steps.at(-1)).toEqual([
      "LEASE_READY",
      "[HOOK_WARNING] beforeLease hook warning: Hook timed out after 5 seconds",
    ]);
  });

  it("with endLease stays there, until somebody ends the session; afterLease does not run", async () => {
    const made = await life({ before: { onFailure: "endLease" }, after: {} });
    await made.exit(1);
    expect(made.steps.at(-1)).toEqual([
      "BEFORE_LEASE_HOOK_FAILED",
      "beforeLease hook failed (on_failure=endLease): Hook failed with exit code 1",
    ]);
    await made.clock.advance(3_600_000);
    expect(made.now).toBe("BEFORE_LEASE_HOOK_FAILED");
    const ended = made.lifecycle.endSession();
    await settle();
    await made.exit(0);
    await ended;
    expect(made.names.slice(-3)).toEqual(["AVAILABLE", "BEFORE_LEASE_HOOK", "LEASE_READY"]);
    expect(made.scripts.scripts).toEqual(["before", "before"]);
  });

  it("with exit is shown for a while, then the exporter goes away and says which line it was", async () => {
    const made = await life({ before: { onFailure: "exit" }, after: {} });
    await made.exit(9);
    expect(made.steps.at(-1)).toEqual([
      "BEFORE_LEASE_HOOK_FAILED",
      "beforeLease hook failed (on_failure=exit, shutting down): Hook failed with exit code 9",
    ]);
    await made.clock.advance(FAILURE_SHOWN_MS - 1);
    expect(made.now).toBe("BEFORE_LEASE_HOOK_FAILED");
    expect(made.failures).toEqual([]);
    await made.clock.advance(1);
    expect(made.steps.at(-1)).toEqual(["OFFLINE", "Exporter shutting down due to beforeLease hook failure"]);
    expect(made.failures).toEqual([
      "line 7: beforeLease hook failed (on_failure=exit): Hook failed with exit code 9; correct its script, or let onFailure be warn",
    ]);
    expect(made.scripts.scripts).toEqual(["before"]);
    expect(made.clock.sleeping).toBe(0);
  });

  it("keeps the word that makes clients log in again out of the status", async () => {
    const made = await life({ before: { onFailure: "endLease" } });
    made.scripts.last.break(new Error("the token has expired"));
    await settle();
    expect(made.steps.at(-1)?.[1]).toBe(
      "beforeLease hook failed (on_failure=endLease): Error executing hook: the token has lapsed",
    );
  });
});

describe("an afterLease hook that fails", () => {
  it("with warn says so, and the next session begins", async () => {
    const made = await life({ after: {} });
    const ended = made.lifecycle.endSession();
    await settle();
    await made.exit(4);
    await ended;
    expect(made.steps.slice(-2)).toEqual([
      ["AVAILABLE", "[HOOK_WARNING] afterLease hook warning: Hook failed with exit code 4"],
      ["LEASE_READY", "Ready for commands"],
    ]);
  });

  it("with endLease says so, and the next session begins", async () => {
    const made = await life({ after: { onFailure: "endLease" } });
    const ended = made.lifecycle.endSession();
    await settle();
    await made.exit(4);
    await ended;
    expect(made.steps.slice(-3)).toEqual([
      [
        "AFTER_LEASE_HOOK_FAILED",
        "afterLease hook failed (on_failure=endLease): Hook failed with exit code 4",
      ],
      ["AVAILABLE", "Available for new lease"],
      ["LEASE_READY", "Ready for commands"],
    ]);
  });

  it("with exit makes the exporter go away", async () => {
    const made = await life({ after: { onFailure: "exit" } });
    const ended = made.lifecycle.endSession();
    await settle();
    await made.exit(4);
    expect(made.now).toBe("AFTER_LEASE_HOOK_FAILED");
    await made.clock.advance(FAILURE_SHOWN_MS);
    await ended;
    expect(made.steps.slice(-2)).toEqual([
      [
        "AFTER_LEASE_HOOK_FAILED",
        "afterLease hook failed (on_failure=exit, shutting down): Hook failed with exit code 4",
      ],
      ["OFFLINE", "Exporter shutting down due to afterLease hook failure"],
    ]);
    expect(made.failures).toHaveLength(1);
  });
});

describe("a stop", () => {
  it("without hooks is immediate", async () => {
    const made = await life();
    await made.lifecycle.stop();
    expect(made.steps.at(-1)).toEqual(["OFFLINE", "The exporter was stopped on its page"]);
    expect(made.clock.sleeping).toBe(0);
  });

  it("runs afterLease, and lets its last words go out before it is OFFLINE", async () => {
    const made = await life({ after: {} });
    const stopped = made.lifecycle.stop();
    await settle();
    expect(made.now).toBe("AFTER_LEASE_HOOK");
    await made.exit(0);
    expect(made.now).toBe("AVAILABLE");
    await made.clock.advance(LAST_WORDS_MS - 1);
    expect(await isSettled(stopped)).toBe(false);
    await made.clock.advance(1);
    await stopped;
    expect(made.now).toBe("OFFLINE");
    expect(made.scripts.scripts).toEqual(["after"]);
  });

  it("ends a beforeLease hook that runs, and runs afterLease", async () => {
    const made = await life(BOTH);
    const first = made.scripts.last;
    void made.lifecycle.stop();
    await settle();
    expect(first.signal.aborted).toBe(true);
    expect(made.names).toEqual(["BEFORE_LEASE_HOOK", "AFTER_LEASE_HOOK"]);
    expect(made.scripts.scripts).toEqual(["before", "after"]);
  });

  it("that is asked for twice ends the afterLease hook and the pause after it", async () => {
    const made = await life({ after: {} });
    const first = made.lifecycle.stop();
    await settle();
    const second = made.lifecycle.stop();
    await settle();
    expect(made.steps.at(-1)).toEqual([
      "AVAILABLE",
      "[HOOK_WARNING] afterLease hook warning: Hook was ended on the page",
    ]);
    void made.lifecycle.stop();
    await Promise.all([first, second]);
    expect(made.now).toBe("OFFLINE");
    expect(made.clock.sleeping).toBe(0);
  });

  it("that is asked for twice while beforeLease still ends does not skip afterLease", async () => {
    const made = await life({ ...BOTH, deaf: true });
    void made.lifecycle.stop();
    void made.lifecycle.stop();
    await made.clock.advance(HOOK_END_GRACE_MS);
    expect(made.scripts.scripts).toEqual(["before", "after"]);
    expect(made.now).toBe("AFTER_LEASE_HOOK");
  });

  it("takes no longer than the hook's time, even when the hook cannot be ended", async () => {
    const made = await life({ after: { timeoutMs: 5000 }, deaf: true });
    const stopped = made.lifecycle.stop();
    await made.clock.advance(5000 + HOOK_END_GRACE_MS + LAST_WORDS_MS);
    await stopped;
    expect(made.now).toBe("OFFLINE");
    expect(made.messages).toContain("[HOOK_WARNING] afterLease hook warning: Hook timed out after 5 seconds");
  });

  it("gives the hook no more than it is told to", async () => {
    const made = await life({ after: { timeoutMs: 60_000 } });
    const stopped = made.lifecycle.stop({ hookMs: 3000 });
    await made.clock.advance(3000 + LAST_WORDS_MS);
    await stopped;
    expect(made.messages).toContain("[HOOK_WARNING] afterLease hook warning: Hook timed out after 3 seconds");
  });

  it("gets a bound from a second stop that has one", async () => {
    const made = await life({ after: { timeoutMs: 60_000 } });
    const first = made.lifecycle.stop();
    await made.clock.advance(10_000);
    const second = made.lifecycle.stop({ hookMs: 3000 });
    await made.clock.advance(2999);
    expect(made.now).toBe("AFTER_LEASE_HOOK");
    await made.clock.advance(1 + LAST_WORDS_MS);
    await Promise.all([first, second]);
    expect(made.now).toBe("OFFLINE");
  });

  it("bounds a hook that runs because the session has been ended before, and no session follows", async () => {
    const made = await life({ after: { timeoutMs: 60_000 } });
    const ended = made.lifecycle.endSession();
    await settle();
    const stopped = made.lifecycle.stop({ hookMs: 3000 });
    await made.clock.advance(3000 + LAST_WORDS_MS);
    await Promise.all([ended, stopped]);
    expect(made.names).toEqual(["LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "OFFLINE"]);
  });

  it("with an afterLease hook that fails with exit is a stop, and no failure", async () => {
    const made = await life({ after: { onFailure: "exit" } });
    const stopped = made.lifecycle.stop();
    await settle();
    await made.exit(1);
    await made.clock.advance(LAST_WORDS_MS);
    await stopped;
    expect(made.names.slice(-2)).toEqual(["AFTER_LEASE_HOOK_FAILED", "OFFLINE"]);
    expect(made.failures).toEqual([]);
  });

  it("with an afterLease hook that fails with endLease goes OFFLINE from there", async () => {
    const made = await life({ after: { onFailure: "endLease" } });
    const stopped = made.lifecycle.stop();
    await settle();
    await made.exit(1);
    await made.clock.advance(LAST_WORDS_MS);
    await stopped;
    expect(made.names.slice(-2)).toEqual(["AFTER_LEASE_HOOK_FAILED", "OFFLINE"]);
  });

  it("of an exporter that has not begun is immediate, and no hook runs", async () => {
    const made = new PlayedLife(BOTH);
    await made.lifecycle.stop();
    expect(made.now).toBe("OFFLINE");
    expect(made.scripts.played).toEqual([]);
  });
});

/** How to come to each place of a life, and what is to come of an ask there. */
const PLACES: Readonly<Record<string, (made: PlayedLife) => Promise<void>>> = {
  "the first reset": async () => undefined,
  BEFORE_LEASE_HOOK: async () => undefined,
  LEASE_READY: (made) => made.exit(0),
  AFTER_LEASE_HOOK: async (made) => {
    await made.exit(0);
    void made.lifecycle.endSession();
    await settle();
  },
  "the second reset": async (made) => {
    await made.exit(0);
    void made.lifecycle.endSession();
    await settle();
    await made.exit(0);
  },
  BEFORE_LEASE_HOOK_FAILED: (made) => made.exit(1),
};

const END: Readonly<Record<string, readonly [names: string[], scripts: string[]]>> = {
  "the first reset": [["BEFORE_LEASE_HOOK", "LEASE_READY"], ["before"]],
  BEFORE_LEASE_HOOK: [
    ["BEFORE_LEASE_HOOK", "AFTER_LEASE_HOOK", "AVAILABLE", "BEFORE_LEASE_HOOK", "LEASE_READY"],
    ["before", "after", "before"],
  ],
  LEASE_READY: [
    ["BEFORE_LEASE_HOOK", "LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "BEFORE_LEASE_HOOK", "LEASE_READY"],
    ["before", "after", "before"],
  ],
  AFTER_LEASE_HOOK: [
    ["BEFORE_LEASE_HOOK", "LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "BEFORE_LEASE_HOOK", "LEASE_READY"],
    ["before", "after", "before"],
  ],
  "the second reset": [
    ["BEFORE_LEASE_HOOK", "LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "BEFORE_LEASE_HOOK", "LEASE_READY"],
    ["before", "after", "before"],
  ],
  BEFORE_LEASE_HOOK_FAILED: [
    ["BEFORE_LEASE_HOOK", "BEFORE_LEASE_HOOK_FAILED", "AVAILABLE", "BEFORE_LEASE_HOOK", "LEASE_READY"],
    ["before", "before"],
  ],
};

const STOP: typeof END = {
  "the first reset": [["OFFLINE"], []],
  BEFORE_LEASE_HOOK: [
    ["BEFORE_LEASE_HOOK", "AFTER_LEASE_HOOK", "AVAILABLE", "OFFLINE"],
    ["before", "after"],
  ],
  LEASE_READY: [
    ["BEFORE_LEASE_HOOK", "LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "OFFLINE"],
    ["before", "after"],
  ],
  AFTER_LEASE_HOOK: [
    ["BEFORE_LEASE_HOOK", "LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "OFFLINE"],
    ["before", "after"],
  ],
  "the second reset": [
    ["BEFORE_LEASE_HOOK", "LEASE_READY", "AFTER_LEASE_HOOK", "AVAILABLE", "OFFLINE"],
    ["before", "after"],
  ],
  BEFORE_LEASE_HOOK_FAILED: [
    ["BEFORE_LEASE_HOOK", "BEFORE_LEASE_HOOK_FAILED", "AVAILABLE", "OFFLINE"],
    ["before"],
  ],
};

/** A life at a place; `goOn` lets resets end, hooks succeed and pauses pass until nothing moves any more. */
async function lifeAt(place: string): Promise<{ made: PlayedLife; goOn(): Promise<void> }> {
  const reset = Promise.withResolvers<void>();
  const holdAt = place === "the first reset" ? 1 : place === "the second reset" ? 2 : 0;
  let resets = 0;
  const made = new PlayedLife({
    before: { onFailure: "endLease" },
    after: {},
    resetDrivers: () => {
      resets += 1;
      return resets === holdAt ? reset.promise : Promise.resolve();
    },
  });
  await made.begin();
  await PLACES[place]?.(made);
  return {
    made,
    goOn: async () => {
      reset.resolve();
      await settle();
      // A hook ends at once here, and its timeout would only pass where none runs.
      for (let quiet = 0; quiet < 2; quiet += 1) {
        if (made.runner.running !== undefined) {
          await made.exit(0);
          quiet = -1;
        } else {
          await made.clock.advance(FAILURE_SHOWN_MS);
        }
      }
    },
  };
}

for (const place of Object.keys(PLACES)) {
  describe(`in ${place}`, () => {
    it("EndSession leads to the next session, also when two ask at once", async () => {
      const { made, goOn } = await lifeAt(place);
      const ends = [made.lifecycle.endSession(), made.lifecycle.endSession()];
      expect(ends.every((end) => end !== undefined)).toBe(true);
      await goOn();
      await Promise.all(ends);
      expect([made.names, made.scripts.scripts]).toEqual(END[place]);
      expect(made.now).toBe("LEASE_READY");
    });

    it("a stop leads to OFFLINE, with the hook that is due", async () => {
      const { made, goOn } = await lifeAt(place);
      const stopped = made.lifecycle.stop();
      await goOn();
      await stopped;
      expect([made.names, made.scripts.scripts]).toEqual(STOP[place]);
      expect(made.clock.sleeping).toBe(0);
    });

    it("dispose leads to OFFLINE at once, and nothing moves after it", async () => {
      const { made, goOn } = await lifeAt(place);
      const hook = made.runner.running;
      const { played } = made.scripts;
      const { length } = played;
      const ended = made.lifecycle.endSession();
      made.lifecycle.dispose();
      expect(made.now).toBe("OFFLINE");
      if (hook !== undefined) expect(played.at(-1)?.signal.aborted).toBe(true);
      await goOn();
      await ended;
      expect(made.now).toBe("OFFLINE");
      expect(played.length).toBe(length);
      expect(made.lifecycle.endSession()).toBeUndefined();
      expect(made.clock.sleeping).toBe(0);
    });
  });
}

describe("while a failure with exit is shown", () => {
  it("EndSession waits for the end that comes, and a stop is one", async () => {
    const made = await life({ before: { onFailure: "exit" } });
    await made.exit(1);
    const ended = made.lifecycle.endSession();
    const stopped = made.lifecycle.stop();
    await made.clock.advance(FAILURE_SHOWN_MS);
    await Promise.all([ended, stopped]);
    expect(made.names).toEqual(["BEFORE_LEASE_HOOK", "BEFORE_LEASE_HOOK_FAILED", "OFFLINE"]);
    expect(made.failures).toEqual([]);
  });

  it("dispose ends it at once", async () => {
    const made = await life({ before: { onFailure: "exit" } });
    await made.exit(1);
    made.lifecycle.dispose();
    await settle();
    expect(made.now).toBe("OFFLINE");
    expect(made.failures).toEqual([]);
    expect(made.clock.sleeping).toBe(0);
  });
});

describe("EndSession", () => {
  it("of an exporter that has not begun, or is gone, has no session to end", async () => {
    const made = new PlayedLife();
    expect(made.lifecycle.endSession()).toBeUndefined();
    await made.begin();
    await made.lifecycle.stop();
    expect(made.lifecycle.endSession()).toBeUndefined();
  });

  it("resolves when the next session has failed", async () => {
    const made = await life({ before: { onFailure: "endLease" } });
    await made.exit(0);
    const ended = made.lifecycle.endSession();
    await settle();
    expect(await isSettled(ended ?? Promise.resolve())).toBe(false);
    await made.exit(1);
    await ended;
    expect(made.now).toBe("BEFORE_LEASE_HOOK_FAILED");
  });

  it("during afterLease does not end that hook, and a hundred of them are one", async () => {
    const made = await life({ after: {} });
    const ends = Array.from({ length: 100 }, () => made.lifecycle.endSession());
    await settle();
    void made.lifecycle.endSession();
    await settle();
    expect(made.scripts.last.signal.aborted).toBe(false);
    await made.exit(0);
    await Promise.all(ends);
    expect(made.scripts.scripts).toEqual(["after"]);
    expect(made.now).toBe("LEASE_READY");
  });
});
