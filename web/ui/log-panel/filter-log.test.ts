import { describe, expect, it } from "vitest";
import type { LogRecord } from "../../messages.ts";
import { filterLog, MAX_SHOWN_LINES } from "./filter-log.ts";

function record(sequence: number, values: Partial<LogRecord> = {}): LogRecord {
  return {
    sequence,
    timestamp: 0,
    severity: "INFO",
    source: "system",
    message: "started",
    driver: undefined,
    operation: undefined,
    ...values,
  };
}

const log = [
  record(1),
  record(2, { severity: "ERROR", source: "driver", driver: "board.power", message: "Power on failed" }),
  record(3, { source: "driver", driver: "board.serial", message: "power is on" }),
];
const found = (filter: string): readonly number[] => filterLog(log, filter).map(({ sequence }) => sequence);

describe("filterLog()", () => {
  it("shows all without a filter", () => {
    expect(found("  ")).toEqual([1, 2, 3]);
  });

  it("looks at severity, driver and text, in any case", () => {
    expect(found("POWER")).toEqual([2, 3]);
    expect(found("error")).toEqual([2]);
    expect(found("board.serial")).toEqual([3]);
  });

  it("wants every word", () => {
    expect(found("power failed")).toEqual([2]);
    expect(found("power nothing")).toEqual([]);
  });

  it("shows the newest when there are too many", () => {
    const many = Array.from({ length: MAX_SHOWN_LINES + 1 }, (_, index) => record(index));
    expect(filterLog(many, "").at(0)?.sequence).toBe(1);
    expect(filterLog(many, "started")).toHaveLength(MAX_SHOWN_LINES);
  });
});
