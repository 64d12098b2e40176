import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS, delay, keepSettings, MAX_KEPT_CONSOLES, settingsOf } from "./settings.ts";

describe("the settings of consoles", () => {
  it("are the defaults at first, and for text that makes no sense", () => {
    for (const kept of [
      undefined,
      "",
      "{",
      "null",
      "7",
      "{}",
      "[null]",
      '[["serial"]]',
      '[["serial",null]]',
    ]) {
      expect(settingsOf(kept, "serial"), kept).toEqual(DEFAULT_SETTINGS);
    }
  });

  it("come back, each console's own", () => {
    const one = { ...DEFAULT_SETTINGS, enter: "crlf", echo: true, lineDelayMs: 20 } as const;
    const other = { ...DEFAULT_SETTINGS, stamps: "since-last" } as const;
    const kept = keepSettings(keepSettings(undefined, "board serial", one), "uart", other);
    expect(settingsOf(kept, "board serial")).toEqual(one);
    expect(settingsOf(kept, "uart")).toEqual(other);
    expect(settingsOf(kept, "third")).toEqual(DEFAULT_SETTINGS);
  });

  it("are mended where a single one makes no sense", () => {
    const kept = JSON.stringify([["uart", { enter: "tab", echo: "yes", backspace: "bs", lineDelayMs: 1e9 }]]);
    expect(settingsOf(kept, "uart")).toEqual({
      ...DEFAULT_SETTINGS,
      backspace: "bs",
      lineDelayMs: 10_000,
    });
  });

  it("are kept for so many consoles, the newest", () => {
    let kept: string | undefined;
    for (let n = 0; n <= MAX_KEPT_CONSOLES; n += 1) {
      kept = keepSettings(kept, `uart ${n}`, { ...DEFAULT_SETTINGS, echo: true });
    }
    expect(settingsOf(kept, "uart 0").echo).toBe(false);
    expect(settingsOf(kept, "uart 1").echo).toBe(true);
    expect(settingsOf(kept, `uart ${MAX_KEPT_CONSOLES}`).echo).toBe(true);
  });
});

describe("delay()", () => {
  for (const [value, wanted] of [
    ["12", 12],
    [12.4, 12],
    [-1, 0],
    ["", 0],
    ["soon", 0],
    [Number.NaN, 0],
    [5000, 1000],
    [null, 0],
  ] as const) {
    it(`makes ${wanted} ms of ${JSON.stringify(value)}`, () => {
      expect(delay(value, 1000)).toBe(wanted);
    });
  }
});
