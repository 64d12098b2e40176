import { describe, expect, it } from "vitest";
import { FailurePenalty, type FailurePenaltyOptions } from "./failure-penalty.ts";

/** A penalty with a clock that the test turns. */
function penaltyWithClock(options: FailurePenaltyOptions = {}) {
  const due = new Set<{ at: number; run: () => void }>();
  let now = 0;
  const penalty = new FailurePenalty({
    perMinute: 5,
    firstDelayMs: 100,
    maxDelayMs: 1000,
    maxDelayed: 10_000,
    maxDelayedPerAddress: 0,
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      due.add(timer);
      return () => due.delete(timer);
    },
    ...options,
  });
  const advance = (ms: number): void => {
    now += ms;
    for (const timer of [...due]) {
      if (timer.at > now) continue;
      due.delete(timer);
      timer.run();
    }
  };
  const answers: string[] = [];
  /** Fail, and note the answer under this name. */
  const fail = (address: string, name = address) => penalty.failed(address, () => answers.push(name));
  return { penalty, advance, answers, fail };
}

describe("wrong secrets", () => {
  it("are answered at once while there are few, then later and later up to a bound", () => {
    const { fail } = penaltyWithClock();
    const delays = Array.from({ length: 11 }, () => fail("a").delayMs);
    expect(delays).toEqual([0, 0, 0, 0, 0, 100, 200, 400, 800, 1000, 1000]);
  });

  it("are all answered, each when its own time has come", () => {
    const { fail, answers, advance } = penaltyWithClock();
    for (let index = 1; index <= 8; index += 1) fail("a", String(index));
    expect(answers.join("")).toBe("12345");
    advance(100);
    expect(answers.join("")).toBe("123456");
    advance(300);
    expect(answers.join("")).toBe("12345678");
  });

  it("of one address delay nobody of another", () => {
    const { fail } = penaltyWithClock();
    for (let index = 0; index < 20; index += 1) fail("a");
    expect(fail("b").delayMs).toBe(0);
  });

  it("are forgiven as time goes by: wholly after two minutes, however many there were", () => {
    const { fail, advance } = penaltyWithClock();
    for (let index = 0; index < 1000; index += 1) fail("a");
    advance(60_000);
    expect(fail("a").delayMs).toBeGreaterThan(0);
    advance(120_000);
    expect(Array.from({ length: 6 }, () => fail("a").delayMs)).toEqual([0, 0, 0, 0, 0, 100]);
  });

  it("at a rate that is allowed are never delayed", () => {
    const { fail, advance } = penaltyWithClock();
    for (let index = 0; index < 100; index += 1) {
      expect(fail("a").delayMs).toBe(0);
      advance(12_000);
    }
  });

  it("are answered at once, too, when too many answers wait already: of the address, or of all", () => {
    const ofAddress = penaltyWithClock({ maxDelayedPerAddress: 2 });
    for (let index = 0; index < 7; index += 1) ofAddress.fail("a");
    expect(ofAddress.penalty.stats.delayed).toBe(2);
    expect(ofAddress.fail("a").delayMs).toBe(0);
    expect(ofAddress.answers).toHaveLength(6);
    const ofAll = penaltyWithClock({ maxDelayed: 3 });
    for (let index = 0; index < 10; index += 1) ofAll.fail("a");
    expect(ofAll.penalty.stats.delayed).toBe(3);
    expect(ofAll.answers).toHaveLength(7);
  });

  it("need no answer when the peer has gone, and its place is free again", () => {
    const { fail, answers, advance, penalty } = penaltyWithClock();
    for (let index = 0; index < 5; index += 1) fail("a");
    const failure = fail("a", "gone");
    expect(penalty.stats.delayed).toBe(1);
    failure.forget();
    failure.forget();
    expect(penalty.stats.delayed).toBe(0);
    advance(10_000);
    expect(answers).not.toContain("gone");
  });

  it("are answered when the relay ends, once", () => {
    const { fail, answers, advance, penalty } = penaltyWithClock();
    for (let index = 1; index <= 8; index += 1) fail("a", String(index));
    penalty.answerAll();
    expect(answers).toHaveLength(8);
    advance(10_000);
    expect(answers).toHaveLength(8);
    expect(penalty.stats.delayed).toBe(0);
  });

  it("are logged one by one while they are few, then one line stands for many", () => {
    const { fail, advance } = penaltyWithClock();
    const logged = Array.from({ length: 50 }, () => fail("a").logAs);
    expect(logged.slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(logged.slice(5).every((count) => count === undefined)).toBe(true);
    advance(10_000);
    expect(fail("a").logAs).toBe(46);
  });

  it("of a million addresses take no more memory than those of the bound", () => {
    const { fail, penalty } = penaltyWithClock({ maxAddresses: 100 });
    for (let index = 0; index < 10_000; index += 1) fail(`2001:db8:${index.toString(16)}:0::/64`);
    expect(penalty.stats.addresses).toBe(100);
    // Who comes again and again is not forgotten for those that came once.
    const kept = penaltyWithClock({ maxAddresses: 10 });
    for (let index = 0; index < 1000; index += 1) {
      kept.fail("a");
      kept.fail(`b${index}`);
    }
    expect(kept.fail("a").delayMs).toBe(1000);
  });
});
