import { describe, expect, it } from "vitest";
import { sampleRecord as record } from "../testing/sample-log.ts";
import { logAsText, logFileName } from "./log-text.ts";

const NOON = Date.UTC(2026, 10, 21, 12, 0, 0, 7);

describe("logAsText()", () => {
  it("writes time, severity, source, driver, operation and message", () => {
    const log = [
      record(1, { timestamp: NOON }),
      record(2, {
        timestamp: NOON,
        severity: "WARNING",
        source: "driver",
        driver: "board.power",
        operation: "on",
        message: "Operation failed",
      }),
      record(3, { timestamp: NOON, severity: "CRITICAL", source: "afterLease", message: "one\r\ntwo" }),
    ];
    expect(logAsText(log)).toBe(
      [
        "2026-11-21T12:00:00.007Z INFO     system: started",
        "2026-11-21T12:00:00.007Z WARNING  driver board.power on: Operation failed",
        "2026-11-21T12:00:00.007Z CRITICAL afterLease: one",
        "    two",
        "",
      ].join("\n"),
    );
  });
});

describe("logFileName()", () => {
  it("has the exporter's name and the time", () => {
    expect(logFileName("desk", NOON)).toBe("desk-20261121T120000Z.log");
  });

  it("has nothing that a file system refuses, however the exporter is called", () => {
    expect(logFileName("../a b/c: *", NOON)).toBe("a-b-c-20261121T120000Z.log");
    expect(logFileName("Плата", NOON)).toBe("exporter-20261121T120000Z.log");
    expect(logFileName("x".repeat(300), NOON)).toHaveLength(80 + "-20261121T120000Z.log".length);
  });
});
