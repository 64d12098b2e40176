import { describe, expect, it } from "vitest";
import { followMoves } from "./follow-moves.ts";

describe("followMoves()", () => {
  it("takes along a driver and what is below it, and leaves those whose names only begin like it", () => {
    expect(
      followMoves({ box: 1, "box.serial": 2, boxer: 3 }, [{ from: ["box"], to: ["lab", "box"] }]),
    ).toEqual({ "lab.box": 1, "lab.box.serial": 2, boxer: 3 });
  });

  it("follows step by step: two drivers may have exchanged their names", () => {
    expect(
      followMoves({ left: "A", right: "B" }, [
        { from: ["left"], to: ["spare"] },
        { from: ["right"], to: ["left"] },
        { from: ["spare"], to: ["right"] },
      ]),
    ).toEqual({ left: "B", right: "A" });
  });

  it("drops the choice of a driver that is gone when another one takes its path", () => {
    expect(followMoves({ gone: 1, serial: 2 }, [{ from: ["serial"], to: ["gone"] }])).toEqual({ gone: 2 });
    expect(followMoves({ gone: 1 }, [{ from: ["serial"], to: ["gone"] }])).toEqual({});
  });

  it("leaves everything as it is where nothing was moved", () => {
    expect(followMoves({ serial: 1 }, [])).toEqual({ serial: 1 });
  });
});
