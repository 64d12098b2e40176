import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import type { TunnelState } from "../messages.ts";
import { ASLEEP_MS, LONG_HIDDEN_MS, LOOK_EVERY_MS, watchBackground } from "./background.ts";

function tab() {
  const document = Object.assign(new EventTarget(), {
    visibilityState: "visible" as DocumentVisibilityState,
  });
  const clock = new ManualClock();
  let slept = 0;
  const told: number[] = [];
  const page: { phase: "running" | "idle"; tunnel: TunnelState } = {
    phase: "running",
    tunnel: { kind: "attached", since: 1 },
  };
  const end = new AbortController();
  watchBackground(
    {
      document,
      clock: { now: () => clock.now() + slept, sleep: (ms, options) => clock.sleep(ms, options) },
      snapshot: () => page,
      tell: (awayMs) => told.push(awayMs),
    },
    end,
  );
  const show = (visibility: DocumentVisibilityState): void => {
    document.visibilityState = visibility;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  /** As time passes for a page that gets its ticks. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= LOOK_EVERY_MS) await clock.advance(Math.min(left, LOOK_EVERY_MS));
  };
  /** The computer sleeps: nothing runs. */
  const sleep = (ms: number): void => {
    slept += ms;
  };
  return { document, clock, told, page, end, show, pass, sleep };
}

const TWO_HOURS_MS = 2 * 3_600_000;

describe("watchBackground()", () => {
  it("says that it went on working after two hours out of sight", async () => {
    const { show, pass, told, clock } = tab();
    show("hidden");
    await pass(TWO_HOURS_MS);
    show("visible");
    expect(told).toEqual([TWO_HOURS_MS]);
    expect(clock.sleeping).toBe(0);
  });

  it("says nothing after a short while", async () => {
    const { show, pass, told } = tab();
    show("hidden");
    await pass(LONG_HIDDEN_MS - 1);
    show("visible");
    expect(told).toEqual([]);
  });

  it("says nothing when the connection was lost meanwhile, also when it is back", async () => {
    const { show, pass, told, page } = tab();
    show("hidden");
    await pass(TWO_HOURS_MS);
    page.tunnel = { kind: "attached", since: 2, back: { awayMs: 1, resumed: true } };
    show("visible");
    expect(told).toEqual([]);
  });

  it("says nothing when the bench did not run", async () => {
    const { show, pass, told, page } = tab();
    page.phase = "idle";
    show("hidden");
    await pass(TWO_HOURS_MS);
    show("visible");
    expect(told).toEqual([]);
  });

  it("says nothing after the computer has slept", async () => {
    const { show, pass, told, sleep } = tab();
    show("hidden");
    await pass(LONG_HIDDEN_MS);
    sleep(ASLEEP_MS);
    await pass(LONG_HIDDEN_MS);
    show("visible");
    expect(told).toEqual([]);
  });

  it("says nothing after the browser had frozen the tab", async () => {
    const { show, pass, told, document } = tab();
    show("hidden");
    document.dispatchEvent(new Event("freeze"));
    await pass(TWO_HOURS_MS);
    show("visible");
    expect(told).toEqual([]);
  });

  it("looks no more after its end", async () => {
    const { show, end, clock } = tab();
    show("hidden");
    end.abort();
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });
});
