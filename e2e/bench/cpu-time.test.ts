// Reading what /proc says about processes. Below: cpu-time.ts.

import { describe, expect, it } from "vitest";
import { type ProcessTime, parseStat, treeOf, treeSeconds } from "./cpu-time.ts";

const STAT =
  "4711 (a (b) c) S 42 4711 4711 0 -1 4194560 100 0 0 0 250 50 7 13 20 0 1 0 123456 1000000 500 18446744073709551615";

describe("parseStat()", () => {
  it("reads a process whose name has parentheses and spaces", () => {
    expect(parseStat(STAT)).toEqual({
      pid: 4711,
      parent: 42,
      seconds: 3,
      endedSeconds: 0.2,
      started: 123456,
    });
  });
});

const process = (pid: number, parent: number): [number, ProcessTime] => [
  pid,
  { pid, parent, seconds: 1, endedSeconds: 0.5, started: 0 },
];

describe("treeOf()", () => {
  it("finds children and their children, and nobody else's", () => {
    const processes = new Map([
      process(30, 20),
      process(1, 0),
      process(10, 1),
      process(20, 10),
      process(11, 1),
    ]);
    expect(treeOf(10, processes).map(({ pid }) => pid)).toEqual([10, 20, 30]);
  });

  it("is empty when the process has gone", () => {
    expect(treeOf(10, new Map([process(1, 0)]))).toEqual([]);
  });
});

describe("treeSeconds()", () => {
  it("counts children that have ended as well", () => {
    expect(treeSeconds(10, new Map([process(10, 1), process(20, 10), process(11, 1)]))).toBe(3);
  });
});
