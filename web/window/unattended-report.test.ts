import { describe, expect, it } from "vitest";
import type { ConfigProblem, ExporterSnapshot, LogRecord } from "../messages.ts";
import { UnattendedReport } from "./unattended-report.ts";

function snapshot(parts: Partial<ExporterSnapshot>): ExporterSnapshot {
  return {
    phase: "running",
    name: "lab",
    failure: undefined,
    status: { name: "LEASE_READY", message: "", since: undefined },
    hook: undefined,
    inUseBy: undefined,
    tunnel: { kind: "off" },
    drivers: [],
    transfers: [],
    problems: [],
    activity: { calls: 0, streams: 0, totalCalls: 0 },
    startedAt: undefined,
    shares: [],
    people: [],
    seat: { holder: { kind: "free" }, requests: [] },
    ...parts,
  };
}

function problem(severity: ConfigProblem["severity"], line: number): ConfigProblem {
  return { severity, line, column: 1, endLine: line, endColumn: 2, message: `trouble on ${line}` };
}

function record(sequence: number, severity: LogRecord["severity"]): LogRecord {
  return {
    sequence,
    timestamp: 0,
    severity,
    source: "driver",
    message: `line ${sequence}`,
    driver: "serial",
    operation: undefined,
  };
}

describe("UnattendedReport", () => {
  it("says each trouble once, at its place", () => {
    const said: string[] = [];
    const report = new UnattendedReport("bench.yaml", (gravity, line) => said.push(`${gravity} ${line}`));
    const problems = [problem("warning", 3), problem("info", 4), problem("error", 7)];
    const log = [record(0, "INFO"), record(1, "WARNING")];
    report.look(snapshot({ problems }), log);
    report.look(snapshot({ problems: [...problems] }), [...log, record(2, "ERROR")]);
    expect(said).toEqual([
      "warning bench.yaml:3: warning: trouble on 3",
      "error bench.yaml:7: error: trouble on 7",
      "warning serial: line 1",
      "error serial: line 2",
    ]);
  });

  it("says what hooks print, named as clients name them, and nothing else of that gravity", () => {
    const said: string[] = [];
    const report = new UnattendedReport("bench.yaml", (gravity, line) => said.push(`${gravity} ${line}`));
    const hook = (sequence: number, severity: LogRecord["severity"], source: LogRecord["source"]) => ({
      ...record(sequence, severity),
      source,
      driver: undefined,
    });
    report.look(snapshot({}), [
      record(0, "INFO"),
      hook(1, "DEBUG", "beforeLease"),
      hook(2, "INFO", "beforeLease"),
      hook(3, "INFO", "system"),
      { ...hook(4, "INFO", "afterLease"), message: "failed: not a word of ours" },
      hook(5, "WARNING", "afterLease"),
    ]);
    report.stopped();
    expect(said).toEqual([
      "info exporter:beforeLease: line 2",
      "info exporter:afterLease: failed: not a word of ours",
      "warning exporter:afterLease: line 5",
      "stopped the exporter was stopped",
    ]);
  });

  it("says once, after everything else, that a hook has ended the exporter for good", () => {
    const said: string[] = [];
    const report = new UnattendedReport("bench.yaml", (gravity, line) => said.push(`${gravity} ${line}`));
    const failure =
      "line 9: beforeLease hook failed (on_failure=exit): Hook failed with exit code 3; correct its script";
    const log = [{ ...record(0, "ERROR"), source: "beforeLease" as const, driver: undefined }];
    report.look(snapshot({ status: { name: "BEFORE_LEASE_HOOK_FAILED", message: "", since: 1 } }), []);
    for (let times = 0; times < 2; times += 1) report.look(snapshot({ phase: "failed", failure }), log);
    expect(said).toEqual([
      "error exporter:beforeLease: line 0",
      "failed bench.yaml:9: error: beforeLease hook failed (on_failure=exit): Hook failed with exit code 3; correct its script",
    ]);
  });

  it("keeps a line in one, whatever ends lines for those who read it", () => {
    const said: string[] = [];
    const report = new UnattendedReport("bench.yaml", (gravity, line) => said.push(`${gravity} ${line}`));
    const message = 'a\r\nb\u2028:CONSOLE:1] "stopped: c\u2029d';
    report.look(snapshot({}), [{ ...record(0, "WARNING"), message }]);
    expect(said).toEqual(['warning serial: a b :CONSOLE:1] "stopped: c d']);
  });

  it("says why it did not start, and what the relay said, again when that comes back", () => {
    const said: string[] = [];
    const report = new UnattendedReport("bench.yaml", (gravity, line) => said.push(`${gravity} ${line}`));
    const refused = snapshot({ tunnel: { kind: "refused", reason: "taken", cure: "take-over" } });
    report.look(snapshot({ failure: "the browser has no workers" }), []);
    for (const state of [refused, refused, snapshot({}), refused]) report.look(state, []);
    expect(said).toEqual([
      "error the exporter could not start: the browser has no workers",
      "error the relay has refused this page: taken",
      "error the relay has refused this page: taken",
    ]);
  });

  it("says once what keeps a configuration from starting, and each line as one", () => {
    const problems = [problem("error", 7)];
    const failure = "line 7: trouble on 7";
    const log = [{ ...record(0, "WARNING"), message: "two\n  lines\n" }];
    for (const states of [
      [snapshot({ problems, failure })],
      [snapshot({ failure }), snapshot({ problems, failure })],
      [snapshot({ problems }), snapshot({ problems, failure })],
    ]) {
      const said: string[] = [];
      const report = new UnattendedReport("bench.yaml", (gravity, line) => said.push(`${gravity} ${line}`));
      for (const state of states) report.look(state, log);
      expect(said.sort()).toEqual(["error bench.yaml:7: error: trouble on 7", "warning serial: two lines"]);
    }
  });
});
