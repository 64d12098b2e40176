import { describe, expect, it } from "vitest";
import { type HelpPage, helpPage, usageLine } from "./help.ts";

const PAGE: HelpPage = { path: "j thing", text: "A thing", arguments: {}, options: {}, commands: undefined };

describe("helpPage()", () => {
  it("has usage, text and options", () => {
    expect(helpPage(PAGE)).toBe(
      "Usage: j thing [OPTIONS]\n\n  A thing\n\nOptions:\n  --help  Show this page and exit.\n",
    );
  });

  it("shows options with short names first, what they take, and their defaults where asked", () => {
    const options = {
      wait: { names: ["--wait", "-w"], value: "float", default: 2, showDefault: true, summary: "Seconds" },
      level: { names: ["--level"], value: { choices: ["LOW", "MIDDLE", "HIGHER"] }, summary: "How much" },
      hidden: { names: ["-q"], value: "integer", default: 3, summary: "How many" },
      flag: { names: ["--flag"], summary: "Whether" },
    } as const;
    expect(helpPage({ ...PAGE, options })).toBe(
      [
        "Usage: j thing [OPTIONS]",
        "",
        "  A thing",
        "",
        "Options:",
        "  -w, --wait FLOAT             Seconds  [default: 2.0]",
        "  --level [LOW|MIDDLE|HIGHER]  How much",
        "  -q INTEGER                   How many",
        "  --flag                       Whether",
        "  --help                       Show this page and exit.",
        "",
      ].join("\n"),
    );
  });

  it("gives a long option a line of its own, and a long text several", () => {
    const options = {
      level: {
        names: ["--level"],
        value: { choices: ["DEBUG", "INFO", "WARNING", "ERROR"] },
        summary: "words ".repeat(12),
      },
    } as const;
    const lines = helpPage({ ...PAGE, options }).split("\n");
    expect(lines.slice(5, 8)).toEqual([
      "  --level [DEBUG|INFO|WARNING|ERROR]",
      `${" ".repeat(34)}${"words ".repeat(7).trim()}`,
      `${" ".repeat(34)}${"words ".repeat(5).trim()}`,
    ]);
  });

  it("lists commands by name, each on one line", () => {
    const commands = new Map([
      ["serial", "A serial port"],
      ["board", `A board. ${"And more ".repeat(20)}`],
      ["long", "words ".repeat(40)],
    ]);
    const page = helpPage({ ...PAGE, commands });
    const [, list = ""] = page.split("Commands:\n");
    expect(list.split("\n").map((line) => line.slice(0, 22))).toEqual([
      "  board   A board.",
      "  long    words words ",
      "  serial  A serial por",
      "",
    ]);
    expect(page.split("\n").every((line) => line.length <= 78)).toBe(true);
  });

  it("has no list of commands where there are none", () => {
    expect(helpPage({ ...PAGE, commands: new Map() })).not.toContain("Commands:");
  });

  it("takes a text of a configuration as it comes: indented, in paragraphs, with colours", () => {
    const page = helpPage({ ...PAGE, text: "First line\n    second\u001b[31m line\n\n      an example\n" });
    expect(page).toContain("\n  First line second[31m line\n\n    an example\n\nOptions:");
    expect(helpPage({ ...PAGE, text: "" })).toBe(
      "Usage: j thing [OPTIONS]\n\nOptions:\n  --help  Show this page and exit.\n",
    );
  });
});

describe("usageLine()", () => {
  it("shows arguments by how many are taken", () => {
    const takes = {
      port: { value: "integer" },
      mode: { value: { choices: ["a", "b"] }, count: "optional" },
      path: { value: "path", count: "optional" },
      words: { value: "text", count: "many" },
    } as const;
    expect(usageLine({ ...PAGE, arguments: takes })).toBe(
      "Usage: j thing [OPTIONS] PORT [a|b] [PATH] [WORDS]...",
    );
  });

  it("goes on below when the names are long", () => {
    expect(usageLine({ ...PAGE, path: `j ${"x".repeat(44)}`, commands: new Map() })).toBe(
      `Usage: j ${"x".repeat(44)} [OPTIONS] COMMAND\n${" ".repeat(54)}[ARGS]...`,
    );
    expect(usageLine({ ...PAGE, path: `j ${"x".repeat(70)}`, commands: new Map() })).toBe(
      `Usage: j ${"x".repeat(70)} \n           [OPTIONS] COMMAND [ARGS]...`,
    );
  });
});
