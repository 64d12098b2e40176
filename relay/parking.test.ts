import { describe, expect, it } from "vitest";
import { type ParkedCall, Parking, type ParkingOptions } from "./parking.ts";

/** Timers that run when a test says so. */
class ManualTimers {
  #now = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  get pending(): number {
    return this.#timers.size;
  }

  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = until;
  }
}

function world(options: ParkingOptions = {}) {
  const timers = new ManualTimers();
  const parking = new Parking({ after: timers.after, lookAgainMs: 250, ...options });
  const log: string[] = [];
  const open = new Set<string>();
  const call = (name: string, extra: Partial<ParkedCall> = {}): ParkedCall => ({
    address: "192.0.2.1",
    bytes: 100,
    waitMs: 10_000,
    settle: () => {
      if (!open.has(name)) return false;
      log.push(name);
      return true;
    },
    expire: () => log.push(`${name} expired`),
    ...extra,
  });
  return { timers, parking, log, open, call };
}

describe("Parking", () => {
  it("lets calls go on in the order in which they came, and keeps those that cannot", () => {
    const { parking, log, open, call, timers } = world();
    for (const name of ["a", "b", "c"]) parking.park(call(name));
    expect(parking.stats).toEqual({ calls: 3, bytes: 300 });
    for (const name of ["c", "a"]) open.add(name);
    parking.wake();
    expect(log).toEqual(["a", "c"]);
    expect(parking.stats).toEqual({ calls: 1, bytes: 100 });
    open.add("b");
    parking.wake();
    expect(log).toEqual(["a", "c", "b"]);
    expect(timers.pending).toBe(0);
  });

  it("tells each call when its own time is over, and nothing after that", () => {
    const { parking, log, call, timers } = world();
    parking.park(call("slow"));
    parking.park(call("quick", { waitMs: 2000 }));
    timers.advance(1999);
    expect(log).toEqual([]);
    timers.advance(1);
    expect(log).toEqual(["quick expired"]);
    timers.advance(8000);
    parking.wake();
    expect(log).toEqual(["quick expired", "slow expired"]);
    expect(parking.stats).toEqual({ calls: 0, bytes: 0 });
    expect(timers.pending).toBe(0);
  });

  it("has room for so many calls, and for so many bytes", () => {
    const byNumber = world({ maxCalls: 2 });
    expect(byNumber.parking.park(byNumber.call("a"))).toBeDefined();
    const leave = byNumber.parking.park(byNumber.call("b"));
    expect(byNumber.parking.park(byNumber.call("c"))).toBeUndefined();
    leave?.();
    expect(byNumber.parking.park(byNumber.call("d"))).toBeDefined();

    const byBytes = world({ maxBytes: 250 });
    expect(byBytes.parking.park(byBytes.call("a"))).toBeDefined();
    expect(byBytes.parking.park(byBytes.call("large", { bytes: 151 }))).toBeUndefined();
    expect(byBytes.parking.park(byBytes.call("b", { bytes: 150 }))).toBeDefined();
    expect(byBytes.parking.stats).toEqual({ calls: 2, bytes: 250 });
  });

  it("gives one address no more than its share of the bytes, and that again when its calls are gone", () => {
    const { parking, call } = world({ maxBytesPerAddress: 200 });
    const leave = parking.park(call("a"));
    expect(parking.park(call("b"))).toBeDefined();
    expect(parking.park(call("c", { bytes: 1 }))).toBeUndefined();
    expect(parking.park(call("of another", { address: "192.0.2.2", bytes: 200 }))).toBeDefined();
    leave?.();
    expect(parking.park(call("d"))).toBeDefined();
    expect(parking.stats).toEqual({ calls: 3, bytes: 400 });
  });

  it("frees the place of a call that leaves, once", () => {
    const { parking, log, open, call, timers } = world();
    const leave = parking.park(call("a"));
    leave?.();
    leave?.();
    expect(parking.stats).toEqual({ calls: 0, bytes: 0 });
    open.add("a");
    parking.wake();
    timers.advance(60_000);
    expect(log).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  it("looks again by itself while something is parked", () => {
    const { parking, log, open, call, timers } = world();
    parking.park(call("a"));
    timers.advance(200);
    parking.park(call("b"));
    open.add("a");
    timers.advance(50);
    expect(log).toEqual(["a"]);
    open.add("b");
    timers.advance(250);
    expect(log).toEqual(["a", "b"]);
    expect(timers.pending).toBe(0);
  });

  it("never settles a call inside another, nor one that left meanwhile", () => {
    const { parking, log, call } = world();
    let depth = 0;
    const leaves: ((() => void) | undefined)[] = [];
    const nested = (name: string, then: () => void): ParkedCall =>
      call(name, {
        settle: () => {
          depth += 1;
          expect(depth).toBe(1);
          log.push(name);
          then();
          parking.wake();
          depth -= 1;
          return true;
        },
      });
    parking.park(nested("a", () => leaves[1]?.()));
    leaves.push(undefined, parking.park(nested("b", () => undefined)));
    parking.park(nested("c", () => undefined));
    parking.wake();
    expect(log).toEqual(["a", "c"]);
    expect(parking.stats.calls).toBe(0);
  });

  it("takes a change that a call has made into account for those before it", () => {
    const { parking, log, open, call } = world();
    parking.park(call("a"));
    parking.park(
      call("b", {
        settle: () => {
          log.push("b");
          open.add("a");
          parking.wake();
          return true;
        },
      }),
    );
    parking.wake();
    expect(log).toEqual(["b", "a"]);
  });
});
