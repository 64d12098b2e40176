import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../logging.ts";
import { endPage } from "./end-page.ts";
import { AFTER_HOOK_MS, LAST_HOOK_MS, PAGE_END_MS } from "./limits.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function end({ passedMs = 0, listens = true } = {}) {
  const told: number[] = [];
  const lines: string[] = [];
  const page = Promise.withResolvers<void>();
  const hurry = new AbortController();
  const begin = () =>
    endPage(
      {
        tell: (hookMs) => {
          told.push(hookMs);
          return listens;
        },
        stopped: page.promise,
        passedMs,
        log: createLogger({ level: "debug", format: "json", write: (line) => lines.push(line) }),
      },
      { signal: hurry.signal },
    );
  return { told, lines, begin, stopped: page.resolve, hurry };
}

describe("endPage()", () => {
  it("waits until the page has stopped", async () => {
    const { begin, told, stopped, lines } = end();
    const ending = begin();
    expect(told).toEqual([LAST_HOOK_MS]);
    stopped();
    expect(await ending).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(lines).toEqual([]);
  });

  it("gives the hook what is left when calls have been waited for, and never less than nothing", async () => {
    for (const [passedMs, hookMs] of [
      [3000, PAGE_END_MS - AFTER_HOOK_MS - 3000],
      [0.9, LAST_HOOK_MS],
      [PAGE_END_MS, 0],
      [10 * PAGE_END_MS, 0],
    ] as const) {
      const { begin, told, stopped } = end({ passedMs });
      const ending = begin();
      stopped();
      await ending;
      expect(told).toEqual([hookMs]);
    }
  });

  it("gives a page up that says nothing, and says so", async () => {
    const { begin, lines } = end({ passedMs: 1000 });
    const ending = begin();
    vi.advanceTimersByTime(PAGE_END_MS - 1000);
    expect(await ending).toBe(false);
    expect(lines.join()).toContain("has not stopped its exporter in time");
  });

  it("waits for nobody where no page listens", async () => {
    expect(await end({ listens: false }).begin()).toBe(true);
  });

  it("ends at once when somebody is in a hurry, before or during it", async () => {
    const before = end();
    before.hurry.abort();
    expect(await before.begin()).toBe(false);
    expect(before.told).toEqual([]);
    const during = end();
    const ending = during.begin();
    during.hurry.abort();
    expect(await ending).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
