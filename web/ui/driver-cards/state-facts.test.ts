import { describe, expect, it } from "vitest";
import { stateFacts } from "./state-facts.ts";

describe("stateFacts()", () => {
  it("writes names and values as people do", () => {
    expect(
      stateFacts({
        chip: "ESP32",
        flashBytes: 4 * 1024 * 1024,
        bootMode: "normal",
        bootsel: false,
        baudrate: 9600,
      }),
    ).toEqual(["chip: ESP32", "flash: 4.0 MiB", "boot mode: normal", "bootsel: no", "baudrate: 9600"]);
  });

  it("leaves out what is nothing, and what needs more than a line", () => {
    expect(stateFacts({ error: null, name: "", partitions: { boot: 1 }, list: [1] })).toEqual([]);
  });
});
