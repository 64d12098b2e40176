import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { IDLE } from "../ui/model.ts";
import { sampleTransfer } from "../ui/testing/sample-transfers.ts";
import { LINGER_MS, WakeLock, worthStayingAwake } from "./wake-lock.ts";

function browser({ allowed = true, refuse = false } = {}) {
  const document = Object.assign(new EventTarget(), {
    visibilityState: "visible" as DocumentVisibilityState,
  });
  const clock = new ManualClock();
  const locks: (EventTarget & { released: boolean; release(): Promise<void> })[] = [];
  const state = { refuse, changes: 0 };
  const lock = new WakeLock({
    request: async () => {
      if (state.refuse) throw new DOMException("low battery", "NotAllowedError");
      const sentinel = Object.assign(new EventTarget(), {
        released: false,
        release: async () => {
          sentinel.released = true;
        },
      });
      locks.push(sentinel);
      return sentinel;
    },
    document,
    clock,
    allowed,
    onChange: () => {
      state.changes += 1;
    },
  });
  /** As a browser does when a tab is hidden or shown. */
  const show = async (visibility: DocumentVisibilityState): Promise<void> => {
    document.visibilityState = visibility;
    if (visibility === "hidden") locks.at(-1)?.dispatchEvent(new Event("release"));
    document.dispatchEvent(new Event("visibilitychange"));
    await clock.advance(0);
  };
  return { lock, locks, clock, show, state };
}

describe("WakeLock", () => {
  it("is held while somebody is at work, and for a minute after", async () => {
    const { lock, locks, clock, state } = browser();
    lock.want(true);
    await clock.advance(0);
    expect(lock.held).toBe(true);
    lock.want(false);
    await clock.advance(LINGER_MS - 1);
    lock.want(false);
    expect(lock.held).toBe(true);
    await clock.advance(1);
    expect(lock.held).toBe(false);
    expect(locks.map(({ released }) => released)).toEqual([true]);
    expect(state.changes).toBe(2);
  });

  it("goes on when the next one comes within that minute", async () => {
    const { lock, locks, clock } = browser();
    lock.want(true);
    await clock.advance(0);
    lock.want(false);
    await clock.advance(LINGER_MS - 1);
    lock.want(true);
    await clock.advance(2 * LINGER_MS);
    expect(lock.held).toBe(true);
    expect(locks).toHaveLength(1);
    expect(clock.sleeping).toBe(0);
  });

  it("is taken again when the tab is seen again", async () => {
    const { lock, locks, clock, show } = browser();
    lock.want(true);
    await clock.advance(0);
    await show("hidden");
    expect(lock.held).toBe(false);
    await show("visible");
    expect(lock.held).toBe(true);
    expect(locks).toHaveLength(2);
  });

  it("is not asked for by a tab that nobody sees", async () => {
    const { lock, locks, clock, show } = browser();
    await show("hidden");
    lock.want(true);
    await clock.advance(0);
    expect(locks).toHaveLength(0);
  });

  it("is quiet when it is refused, and asks again later", async () => {
    const { lock, clock, show, state } = browser({ refuse: true });
    lock.want(true);
    await clock.advance(0);
    expect(lock.held).toBe(false);
    state.refuse = false;
    await show("visible");
    expect(lock.held).toBe(true);
  });

  it("is the person's to forbid", async () => {
    const { lock, clock } = browser({ allowed: false });
    lock.want(true);
    await clock.advance(0);
    expect(lock.held).toBe(false);
    lock.allow(true);
    await clock.advance(0);
    expect(lock.held).toBe(true);
    lock.allow(false);
    expect(lock.held).toBe(false);
  });

  it("is given back when it comes after it is not wanted any more", async () => {
    const { lock, locks, clock } = browser();
    lock.want(true);
    lock.allow(false);
    await clock.advance(0);
    expect(lock.held).toBe(false);
    expect(locks.map(({ released }) => released)).toEqual([true]);
  });
});

describe("worthStayingAwake()", () => {
  const running = { ...IDLE, phase: "running" } as const;
  const person = {
    id: "1",
    share: "s",
    name: "Ana",
    role: "view",
    via: "page",
    address: "",
    since: 0,
  } as const;

  it("is no while nobody is here", () => {
    expect(worthStayingAwake(running)).toBe(false);
  });

  it("is yes for a colleague, a client, a shell that is open, and a file", () => {
    expect(worthStayingAwake({ ...running, people: [person] })).toBe(true);
    expect(worthStayingAwake({ ...running, activity: { calls: 0, streams: 1, totalCalls: 1 } })).toBe(true);
    expect(worthStayingAwake({ ...running, inUseBy: { client: "1", since: 0 } })).toBe(true);
    expect(worthStayingAwake({ ...running, transfers: [sampleTransfer()] })).toBe(true);
  });

  it("is no once the exporter has stopped", () => {
    expect(worthStayingAwake({ ...IDLE, people: [person] })).toBe(false);
  });
});
