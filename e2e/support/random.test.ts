import { describe, expect, it } from "vitest";
import { chooseSeed, DEFAULT_SEED, Random } from "./random.ts";

const take = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

describe("Random", () => {
  it("gives the same sequence for the same seed, and another for another", () => {
    expect(take(new Random(7), 50)).toEqual(take(new Random(7), 50));
    expect(take(new Random(7), 50)).not.toEqual(take(new Random(8), 50));
  });

  it("spreads over its whole range, ends included", () => {
    const random = new Random(1);
    const thrown = Array.from({ length: 600 }, () => random.between(1, 6));
    expect(new Set(thrown)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(take(random, 1000).every((number) => number >= 0 && number < 1)).toBe(true);
  });

  it("chooses from a list, and not from an empty one", () => {
    expect(["a", "b"]).toContain(new Random(3).pick(["a", "b"]));
    expect(() => new Random(3).pick([])).toThrow(RangeError);
  });

  it("forks into a sequence that the fork's consumer cannot disturb", () => {
    const [one, two] = [new Random(5), new Random(5)];
    take(one.fork(), 10);
    two.fork();
    expect(one.next()).toBe(two.next());
  });
});

describe("chooseSeed()", () => {
  it("takes the environment's, the same as always without one, and a new one when it is told to", () => {
    expect(chooseSeed({ JUMPTAB_CHAOS_SEED: "4294967295" })).toBe(4294967295);
    expect(chooseSeed({})).toBe(DEFAULT_SEED);
    const seeds = Array.from({ length: 10 }, () => chooseSeed({ JUMPTAB_CHAOS_SEED: "random" }));
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  it("refuses what is no number", () => {
    expect(() => chooseSeed({ JUMPTAB_CHAOS_SEED: "often" })).toThrow("whole number");
  });
});
