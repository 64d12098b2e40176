import { describe, expect, it } from "vitest";
import { ResetBudget } from "./reset-budget.ts";

describe("ResetBudget", () => {
  it("allows so many at once, and so many more for each second", () => {
    let now = 1000;
    const budget = new ResetBudget({ burst: 3, perSecond: 2, now: () => now });
    expect([1, 2, 3, 4].map(() => budget.spend())).toEqual([true, true, true, false]);
    now += 1500;
    // Two of three: the one too many counts as well.
    expect([1, 2, 3].map(() => budget.spend())).toEqual([true, true, false]);
  });

  it("saves up no more than a burst", () => {
    let now = 0;
    const budget = new ResetBudget({ burst: 2, perSecond: 1000, now: () => now });
    now += 3_600_000;
    expect([1, 2, 3].map(() => budget.spend())).toEqual([true, true, false]);
  });
});
