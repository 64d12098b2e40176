import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { SEAT_AWAY_MS, Seat } from "./seat.ts";

const ANA = { id: "a", name: "Ana" };
const BEN = { id: "b", name: "Ben" };
const CEM = { id: "c", name: "Cem" };

function world() {
  const clock = new ManualClock();
  const happened: (string | undefined)[] = [];
  const seat = new Seat({ clock, onChange: (what) => happened.push(what) });
  const who = (): string => {
    const { holder } = seat.snapshot;
    return holder.kind === "share" ? holder.name : holder.kind;
  };
  const asking = (): string[] => seat.snapshot.requests.map(({ name }) => name);
  return { seat, clock, happened, who, asking };
}

describe("the seat", () => {
  it("is free at first, and then everybody may act", () => {
    const { seat, who } = world();
    expect(who()).toBe("free");
    expect(seat.refusal(ANA.id)).toBeUndefined();
  });

  it("is one link's when it is taken: others hear who drives", () => {
    const { seat, clock, happened } = world();
    seat.take(ANA);
    expect(seat.snapshot.holder).toEqual({ kind: "share", share: "a", name: "Ana", since: clock.now() });
    expect(seat.refusal(ANA.id)).toBeUndefined();
    expect(seat.refusal(BEN.id)).toMatch(/^Ana drives now: ask to drive/);
    expect(() => seat.take(BEN)).toThrow("Ana drives now");
    seat.take(ANA);
    expect(happened).toEqual(["Ana drives"]);
  });

  it("is handed on by who drives to who asks; others go on asking", () => {
    const { seat, who, asking } = world();
    seat.take(ANA);
    for (const by of [BEN, CEM, BEN]) seat.ask(by);
    expect(asking()).toEqual(["Ben", "Cem"]);
    expect(() => seat.grant(BEN, "c")).toThrow("only who drives");
    seat.grant(ANA, "b");
    expect(who()).toBe("Ben");
    expect(asking()).toEqual(["Cem"]);
    expect(() => seat.grant(ANA, "c")).toThrow("only who drives");
    seat.refuse(BEN, "c");
    expect(asking()).toEqual([]);
    expect(() => seat.grant(BEN, "c")).toThrow("nobody asks with this link any more");
    expect(who()).toBe("Ben");
  });

  it("is asked for no longer by who has thought better of it", () => {
    const { seat, asking, happened } = world();
    seat.take(ANA);
    seat.ask(BEN);
    seat.withdraw("b");
    seat.withdraw("b");
    expect(asking()).toEqual([]);
    expect(happened).toEqual(["Ana drives", undefined, undefined]);
  });

  it("goes to who asks for it when nobody has it", () => {
    const { seat, who, asking } = world();
    seat.ask(ANA);
    expect(who()).toBe("Ana");
    expect(asking()).toEqual([]);
  });

  it("is free when who drives leaves it, and nobody needs to ask any more", () => {
    const { seat, who, asking } = world();
    seat.take(ANA);
    seat.ask(BEN);
    seat.leave(BEN);
    expect(who()).toBe("Ana");
    seat.leave(ANA);
    expect(who()).toBe("free");
    expect(asking()).toEqual([]);
  });

  it("is the person's at the board whenever they want it", () => {
    const { seat, who, asking, happened } = world();
    seat.take(ANA);
    seat.ask(BEN);
    seat.take("board");
    seat.take("board");
    expect(who()).toBe("board");
    expect(seat.refusal(ANA.id)).toMatch(/^the person at the board drives now/);
    expect(asking()).toEqual(["Ben"]);
    seat.grant("board", "b");
    expect(who()).toBe("Ben");
    seat.leave("board");
    expect(who()).toBe("free");
    expect(happened).toEqual([
      "Ana drives",
      undefined,
      "the person at the board drives",
      "Ben drives",
      "nobody drives: whoever may control can",
    ]);
  });

  it("is free again 10 s after who drives has gone, and not before", async () => {
    const { seat, clock, who } = world();
    seat.take(ANA);
    seat.connected("a", false);
    await clock.advance(SEAT_AWAY_MS - 1);
    seat.connected("a", true);
    await clock.advance(SEAT_AWAY_MS);
    expect(who()).toBe("Ana");
    seat.connected("a", false);
    await clock.advance(SEAT_AWAY_MS - 1);
    expect(who()).toBe("Ana");
    await clock.advance(1);
    expect(who()).toBe("free");
    expect(clock.sleeping).toBe(0);
  });

  it("is not asked for any more by who has gone", async () => {
    const { seat, clock, asking } = world();
    seat.take(ANA);
    seat.ask(BEN);
    seat.connected("b", false);
    await clock.advance(SEAT_AWAY_MS);
    expect(asking()).toEqual([]);
  });

  it("does not wait for links that have nothing to lose", () => {
    const { seat, clock } = world();
    seat.take(ANA);
    seat.connected("b", false);
    expect(clock.sleeping).toBe(0);
  });

  it("is free at once when the link of who drives ends", async () => {
    const { seat, clock, who } = world();
    seat.take(ANA);
    seat.connected("a", false);
    seat.ended("a");
    expect(who()).toBe("free");
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });

  it("stays with its next holder when who had it has gone", async () => {
    const { seat, clock, who } = world();
    seat.take(ANA);
    seat.connected("a", false);
    seat.take("board");
    await clock.advance(SEAT_AWAY_MS);
    expect(who()).toBe("board");
  });
});
