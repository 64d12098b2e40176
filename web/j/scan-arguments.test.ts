import { describe, expect, it } from "vitest";
import { UsageError } from "../../drivers/base/command.ts";
import { scanArguments } from "./scan-arguments.ts";

const OPTIONS = {
  wait: { names: ["--wait", "-w"], value: "integer", summary: "" },
  all: { names: ["--all", "-a"], summary: "" },
  quiet: { names: ["-q"], summary: "" },
} as const;

const scan = (line: string, mixed = true) => {
  const { options, help, rest } = scanArguments(line === "" ? [] : line.split(" "), OPTIONS, mixed);
  return { options: Object.fromEntries(options), help, rest };
};

describe("scanArguments()", () => {
  const GOOD: readonly (readonly [string, object, readonly string[]])[] = [
    ["", {}, []],
    ["a b", {}, ["a", "b"]],
    ["--wait 3 a", { wait: "3" }, ["a"]],
    ["a --wait=3 b", { wait: "3" }, ["a", "b"]],
    ["--wait=", { wait: "" }, []],
    ["--wait=a=b", { wait: "a=b" }, []],
    ["--wait --all", { wait: "--all" }, []],
    ["--wait --", { wait: "--" }, []],
    ["-w3", { wait: "3" }, []],
    ["-w=3", { wait: "=3" }, []],
    ["-w 3 -w 4", { wait: "4" }, []],
    ["-aq", { all: true, quiet: true }, []],
    ["-qaw3", { quiet: true, all: true, wait: "3" }, []],
    ["-qw 3", { quiet: true, wait: "3" }, []],
    ["-a -a", { all: true }, []],
    ["- a", {}, ["-", "a"]],
    ["a -- --all -x", {}, ["a", "--all", "-x"]],
    ["-- --", {}, ["--"]],
  ];
  for (const [line, options, rest] of GOOD) {
    it(`takes ${JSON.stringify(line)}`, () => {
      expect(scan(line)).toEqual({ options, help: false, rest });
    });
  }

  const BAD: readonly (readonly [string, string])[] = [
    ["--wait", "Option '--wait' requires an argument."],
    ["-w", "Option '-w' requires an argument."],
    ["-aw", "Option '-w' requires an argument."],
    ["--all=yes", "Option '--all' does not take a value."],
    ["--help=yes", "Option '--help' does not take a value."],
    ["--wiat 3", "No such option '--wiat'. Did you mean '--wait'?"],
    ["--nothing=3", "No such option '--nothing'."],
    ["-x", "No such option '-x'."],
    ["-ax", "No such option '-x'."],
    ["-😀", "No such option '-😀'."],
    ["-5", "No such option '-5'."],
    ["--help --nope", "No such option '--nope'."],
    ["--=3", "No such option '--'."],
    ["--constructor", "No such option '--constructor'."],
  ];
  for (const [line, message] of BAD) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      expect(() => scan(line)).toThrow(new UsageError(message));
    });
  }

  it("leaves a group's command and what follows it alone", () => {
    expect(scan("--all on --nope -x", false)).toEqual({
      options: { all: true },
      help: false,
      rest: ["on", "--nope", "-x"],
    });
    expect(scan("-- on", false).rest).toEqual(["on"]);
  });

  it("finds --help anywhere before --", () => {
    expect(scan("a --help b").help).toBe(true);
    expect(scan("a -- --help").help).toBe(false);
    expect(scan("on --help", false).help).toBe(false);
  });
});
