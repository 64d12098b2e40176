import { describe, expect, it } from "vitest";
import type { Command, CommandGroup } from "../shared/commands.ts";
import { findCommands } from "./find-commands.ts";

function command(title: string, group: CommandGroup = "Bench", words?: string): Command {
  return { id: title, title, group, run: () => {}, ...(words === undefined ? {} : { words }) };
}

const ALL = [
  command("Show help", "Page", "keys shortcuts"),
  command("Stop the exporter"),
  command("Switch board power on", "Board"),
  command("Switch board power off", "Board"),
  command("Open console of board serial", "Board"),
  command("Fold the log", "View"),
];

const titles = (query: string): readonly string[] => findCommands(ALL, query).map(({ title }) => title);

describe("findCommands()", () => {
  it("lists everything by group while nothing is typed", () => {
    expect(titles("  ")).toEqual([
      "Switch board power on",
      "Switch board power off",
      "Open console of board serial",
      "Stop the exporter",
      "Fold the log",
      "Show help",
    ]);
  });

  it("wants every word, in any order and case", () => {
    expect(titles("OFF power")).toEqual(["Switch board power off"]);
    expect(titles("power nothing")).toEqual([]);
  });

  it("puts what begins with the word before what only has it", () => {
    expect(titles("s").slice(0, 3)).toEqual([
      "Switch board power on",
      "Switch board power off",
      "Stop the exporter",
    ]);
    expect(titles("on")[0]).toBe("Switch board power on");
  });

  it("knows first letters, scattered letters and words that are not seen", () => {
    expect(titles("ocob")[0]).toBe("Open console of board serial");
    expect(titles("sbpf")).toEqual(["Switch board power off"]);
    expect(titles("shortcuts")).toEqual(["Show help"]);
  });
});
