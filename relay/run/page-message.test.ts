import { describe, expect, it } from "vitest";
import { MAX_BROWSER_LINE } from "./limits.ts";
import { pageMessage } from "./page-message.ts";

/** As Chromium 156 writes them. */
const logged = (text: string) =>
  `[18104:18104:1121/001116.008631:INFO:CONSOLE:1] "${text}", source: http://127.0.0.1:1/a.js (1)`;

describe("pageMessage()", () => {
  it("takes the level that the page wrote in front", () => {
    expect(pageMessage(logged('error: bench.yaml:1: error: "metadata" is missing'))).toEqual({
      kind: "line",
      level: "error",
      text: 'bench.yaml:1: error: "metadata" is missing',
    });
    expect(pageMessage(logged("warning: serial: choose a port"))).toEqual({
      kind: "line",
      level: "warning",
      text: "serial: choose a port",
    });
    expect(pageMessage(logged("an error: later"))).toEqual({
      kind: "line",
      level: "info",
      text: "an error: later",
    });
  });

  it("knows the page's last word, and does not take a hook's output for it", () => {
    expect(pageMessage(logged("stopped: the exporter was stopped"))).toEqual({
      kind: "end",
      failed: false,
      text: "the exporter was stopped",
    });
    expect(pageMessage(logged("failed: beforeLease hook failed"))).toEqual({
      kind: "end",
      failed: true,
      text: "beforeLease hook failed",
    });
    expect(pageMessage(logged("info: exporter:beforeLease: failed: no"))).toMatchObject({ kind: "line" });
  });

  it("does not take what a hook prints for a message of its own", () => {
    for (const text of ["Uncaught Error: x", "failed: x", "stopped: x"]) {
      const printed = `exporter:beforeLease: ${logged(text)}`;
      expect(pageMessage(logged(`info: ${printed}`))).toMatchObject({ kind: "line", level: "info" });
    }
  });

  it("reads the older form of the browser's line", () => {
    expect(pageMessage('[1:2:INFO:CONSOLE(12)] "hello", source: x (12)')).toEqual({
      kind: "line",
      level: "info",
      text: "hello",
    });
  });

  it("takes an exception that nobody caught as an error, also when its text goes on below", () => {
    const expected = { kind: "line", level: "error", text: "Uncaught (in promise) Error: x" };
    expect(pageMessage(logged("Uncaught (in promise) Error: x"))).toEqual(expected);
    expect(pageMessage('[1:2:INFO:CONSOLE:1] "Uncaught (in promise) Error: x')).toEqual(expected);
  });

  it("leaves other lines alone, and bounds long ones", () => {
    expect(pageMessage("[1:2:ERROR:dbus/bus.cc:405] Failed to connect")).toBeUndefined();
    expect(pageMessage(logged("info: exporter:afterLease: off"))).toEqual({
      kind: "line",
      level: "info",
      text: "exporter:afterLease: off",
    });
    expect(pageMessage(logged("x".repeat(2 * MAX_BROWSER_LINE)))?.text).toHaveLength(MAX_BROWSER_LINE);
  });
});
