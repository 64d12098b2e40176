import { describe, expect, it } from "vitest";
import { moveDriver } from "../../config/edit-config.ts";
import { everyDriver, readOutline } from "../../config/outline.ts";
import { type Direction, moveTarget } from "./move-target.ts";

const BENCH =
  "export:\n  a: {ref: c}\n  b:\n    children:\n      d: {ref: c}\n      e: {ref: c}\n  c:\n    type: x\n";

describe("moveTarget()", () => {
  for (const [path, direction, after] of [
    ["b", "up", "b b.d b.e a c"],
    ["b", "down", "a c b b.d b.e"],
    ["b.e", "out", "a b b.d e c"],
    ["c", "in", "a b b.d b.e b.c"],
    ["b.e", "up", "a b b.e b.d c"],
    ["a", "up", undefined],
    ["a", "out", undefined],
    ["c", "down", undefined],
    ["a", "in", undefined],
    ["b", "in", undefined],
    ["nobody", "up", undefined],
  ] as const) {
    it(`${direction} from ${path}`, () => {
      expect(moved(path, direction)).toBe(after);
    });
  }
});

function moved(path: string, direction: Direction): string | undefined {
  const read = readOutline(BENCH);
  if (!read.ok) throw new Error(read.reason);
  const target = moveTarget(read.outline, path.split("."), direction);
  if (target === undefined) return undefined;
  const edit = moveDriver(BENCH, path.split("."), target);
  if (!edit.ok) throw new Error(edit.reason);
  const after = readOutline(edit.text);
  if (!after.ok) throw new Error(after.reason);
  return [...everyDriver(after.outline.drivers)].map((driver) => driver.path.join(".")).join(" ");
}
