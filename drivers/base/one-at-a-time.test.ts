import { describe, expect, it } from "vitest";
import { OneAtATime } from "./one-at-a-time.ts";

describe("one at a time", () => {
  it("refuses who comes meanwhile, and says what is under way", () => {
    const turns = new OneAtATime(() => "the chip");
    turns.check();
    const turn = turns.take("flashing");
    const refused = { code: "device-in-use", message: expect.stringMatching(/^the chip is busy flashing: /) };
    expect(() => turns.check()).toThrow(expect.objectContaining(refused));
    expect(() => turns.take("erasing")).toThrow(expect.objectContaining(refused));
    expect(turns.doing).toBe("flashing");
    turn[Symbol.dispose]();
    expect(turns.doing).toBeUndefined();
    turns.take("erasing")[Symbol.dispose]();
  });

  it("is not ended a second time by who had it before", () => {
    const turns = new OneAtATime(() => "the chip");
    const first = turns.take("flashing");
    first[Symbol.dispose]();
    const second = turns.take("erasing");
    first[Symbol.dispose]();
    expect(turns.doing).toBe("erasing");
    second[Symbol.dispose]();
  });

  it("is waited for", async () => {
    const turns = new OneAtATime(() => "the chip");
    await turns.over();
    const turn = turns.take("flashing");
    const order: string[] = [];
    const waiting = turns.over().then(() => order.push("over"));
    order.push("let go");
    turn[Symbol.dispose]();
    await waiting;
    expect(order).toEqual(["let go", "over"]);
  });
});
