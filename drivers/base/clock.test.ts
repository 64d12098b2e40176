import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.ts";

describe("systemClock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 5000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("tells the time and sleeps", async () => {
    const sleep = systemClock.sleep(1000);
    expect(systemClock.now()).toBe(5000);
    await vi.advanceTimersByTimeAsync(1000);
    await sleep;
    expect(systemClock.now()).toBe(6000);
  });

  it("wakes with the signal's reason, and leaves no timer", async () => {
    const abort = new AbortController();
    const sleep = systemClock.sleep(1000, { signal: abort.signal });
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not sleep when the signal is aborted already", async () => {
    const reason = new Error("enough");
    await expect(systemClock.sleep(1000, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("lets go of a signal that outlives the sleep", async () => {
    const abort = new AbortController();
    const sleep = systemClock.sleep(10, { signal: abort.signal });
    await vi.advanceTimersByTimeAsync(10);
    await sleep;
    abort.abort();
    expect(vi.getTimerCount()).toBe(0);
  });
});
