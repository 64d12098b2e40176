import { describe, expect, it } from "vitest";
import { sampleRecord as record } from "../testing/sample-log.ts";
import { ALL_LINES, ANYWHERE, filterLog, originsOf, readFilter, writeFilter } from "./log-filter.ts";

const log = [
  record(1),
  record(2, { severity: "ERROR", source: "driver", driver: "board.power", message: "Power on failed" }),
  record(3, { severity: "DEBUG", source: "driver", driver: "board.serial" }),
  record(4, { severity: "WARNING", source: "beforeLease", message: "the board is hot" }),
  record(5, { source: "driver", driver: "boarding" }),
];

function shown(filter: Partial<typeof ALL_LINES>): readonly number[] {
  return filterLog(log, { ...ALL_LINES, ...filter }).map(({ sequence }) => sequence);
}

describe("filterLog()", () => {
  it("shows all without a filter", () => {
    expect(shown({})).toEqual([1, 2, 3, 4, 5]);
  });

  it("shows a severity and all that is graver", () => {
    expect(shown({ atLeast: "INFO" })).toEqual([1, 2, 4, 5]);
    expect(shown({ atLeast: "WARNING" })).toEqual([2, 4]);
    expect(shown({ atLeast: "CRITICAL" })).toEqual([]);
  });

  it("shows one source, or one driver with those below it", () => {
    expect(shown({ origin: "source:beforeLease" })).toEqual([4]);
    expect(shown({ origin: "source:driver" })).toEqual([2, 3, 5]);
    expect(shown({ origin: "driver:board.power" })).toEqual([2]);
    expect(shown({ origin: "driver:board" })).toEqual([2, 3]);
  });

  it("wants both at once", () => {
    expect(shown({ origin: "source:driver", atLeast: "ERROR" })).toEqual([2]);
  });
});

describe("originsOf()", () => {
  it("lists what is there: hooks first, drivers by name", () => {
    expect(originsOf(log, ANYWHERE).map(({ label }) => label)).toEqual([
      "beforeLease hook",
      "all drivers",
      "the exporter itself",
      "board.power",
      "board.serial",
      "boarding",
    ]);
  });

  it("keeps what is chosen when its lines are gone", () => {
    expect(originsOf([], "driver:board.power")).toEqual([
      { origin: "driver:board.power", label: "board.power" },
    ]);
    expect(originsOf([], "source:afterLease")).toEqual([
      { origin: "source:afterLease", label: "afterLease hook" },
    ]);
  });
});

describe("readFilter()", () => {
  it("reads what was written", () => {
    const filter = { atLeast: "WARNING", origin: "driver:board" } as const;
    expect(readFilter(writeFilter(filter))).toEqual(filter);
  });

  for (const text of [undefined, "", "null", "[]", "{", '{"atLeast":"LOUD","origin":5}']) {
    it(`shows all lines for ${text}`, () => {
      expect(readFilter(text)).toEqual(ALL_LINES);
    });
  }
});
