import { describe, expect, it } from "vitest";
import { promptOf } from "./prompt.ts";

describe("promptOf()", () => {
  for (const [cwd, prompt] of [
    ["~", "~ $"],
    ["/home/jumptab", "~ $"],
    ["/home/jumptab/logs", "~/logs $"],
    ["/home", "/home $"],
    ["/tmp", "/tmp $"],
  ] as const) {
    it(`writes ${cwd} as ${prompt}`, () => {
      expect(promptOf(cwd)).toBe(prompt);
    });
  }
});
