import { describe, expect, it } from "vitest";
import { ToldApart } from "./told-apart.ts";

const SAME = "10c4:ea60";

function twoSettled() {
  const told = new ToldApart<string>();
  told.settle("left", "A");
  told.settle("right", "B");
  return told;
}

describe("devices that were told apart", () => {
  it("belong to who was asked for them: what is unplugged, and comes back", () => {
    const told = new ToldApart<string>();
    told.ask("left", SAME);
    expect(told.question?.step).toBe("unplug");
    told.unplugged("B", SAME);
    expect(told.question?.step).toBe("plug");
    expect(told.isMissing("left")).toBe(true);
    told.plugged("B again", SAME);
    expect(told.question).toBeUndefined();
    expect(told.deviceOf("left")).toBe("B again");
  });

  it("are not asked for by other devices that come and go", () => {
    const told = new ToldApart<string>();
    told.ask("left", SAME);
    told.unplugged("a keyboard", "another");
    expect(told.question?.step).toBe("unplug");
    told.unplugged("A", SAME);
    told.plugged("a keyboard", "another");
    expect(told.question?.step).toBe("plug");
  });

  it("are known again after a replug of one of them", () => {
    const told = twoSettled();
    told.unplugged("A", SAME);
    expect(told.deviceOf("left")).toBeUndefined();
    told.plugged("A again", SAME);
    expect([told.deviceOf("left"), told.deviceOf("right")]).toEqual(["A again", "B"]);
  });

  it("are strangers again after both were unplugged", () => {
    const told = twoSettled();
    told.unplugged("A", SAME);
    told.unplugged("B", SAME);
    told.plugged("B again", SAME);
    told.plugged("A again", SAME);
    expect([told.deviceOf("left"), told.deviceOf("right")]).toEqual([undefined, undefined]);
    expect([told.isMissing("left"), told.isMissing("right")]).toEqual([false, false]);
  });

  it("are as they were when the question is taken back before anything was unplugged", () => {
    const told = twoSettled();
    told.ask("left", SAME);
    told.cancel();
    expect([told.deviceOf("left"), told.deviceOf("right")]).toEqual(["A", "B"]);
  });

  it("are not waited for when the question is taken back in the middle", () => {
    const told = new ToldApart<string>();
    told.ask("left", SAME);
    told.unplugged("A", SAME);
    told.cancel();
    expect(told.isMissing("left")).toBe(false);
    told.plugged("A again", SAME);
    expect(told.deviceOf("left")).toBeUndefined();
  });

  it("belong to one only: who is told later has it", () => {
    const told = twoSettled();
    told.ask("left", SAME);
    told.unplugged("B", SAME);
    told.plugged("B again", SAME);
    expect([told.deviceOf("left"), told.deviceOf("right")]).toEqual(["B again", undefined]);
    expect(told.has("A")).toBe(false);
  });
});
