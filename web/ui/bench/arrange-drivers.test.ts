import { describe, expect, it } from "vitest";
import { sampleBoard, sampleDriver, samplePower, sampleSerial } from "../testing/sample-drivers.ts";
import { type Arranged, arrangeDrivers } from "./arrange-drivers.ts";

/** A short picture of what is drawn. */
function picture(items: readonly Arranged[]): unknown {
  return items.map((item) => [
    item.driver.path.join("."),
    ...item.aliases.map((alias) => `= ${alias}`),
    ...(item.kind === "group" ? [picture(item.items)] : []),
  ]);
}

describe("arrangeDrivers()", () => {
  it("draws an alias as a word on the card of what it stands for", () => {
    const drivers = [
      sampleBoard("board", [samplePower("board.power"), sampleSerial("board.serial")]),
      samplePower("power", { refOf: ["board", "power"] }),
      samplePower("my mains", { refOf: ["board", "power"] }),
    ];
    expect(picture(arrangeDrivers(drivers))).toEqual([
      ["board", [["board.power", "= power", "= 'my mains'"], ["board.serial"]]],
    ]);
  });

  it("draws an alias that leads to nothing it draws, so that no driver is lost", () => {
    const lost = samplePower("power", { refOf: ["gone"] });
    expect(picture(arrangeDrivers([lost]))).toEqual([["power"]]);
  });

  it("does not draw a board twice when the whole of it has an alias", () => {
    const board = sampleBoard("board", [samplePower("board.power")]);
    const alias = { ...sampleBoard("dut", [samplePower("dut.power")]), refOf: ["board"] };
    expect(picture(arrangeDrivers([board, alias]))).toEqual([["board", "= dut", [["board.power"]]]]);
  });

  it("groups any driver that has children, and leaves the others alone", () => {
    const parent = sampleDriver("flasher", { children: [sampleSerial("flasher.serial")] });
    expect(picture(arrangeDrivers([parent, sampleDriver("echo")]))).toEqual([
      ["flasher", [["flasher.serial"]]],
      ["echo"],
    ]);
  });

  it("does not mistake one path for another that reads the same", () => {
    const dotted = sampleDriver("x", { path: ["a.b"], name: "a.b" });
    const alias = samplePower("y", { refOf: ["a", "b"] });
    expect(arrangeDrivers([dotted, alias])).toHaveLength(2);
  });
});
