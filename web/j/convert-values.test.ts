import { describe, expect, it } from "vitest";
import { UsageError } from "../../drivers/base/command.ts";
import { convertArguments, convertOptions } from "./convert-values.ts";
import { scanArguments } from "./scan-arguments.ts";

const OPTIONS = {
  count: { names: ["--count", "-n"], value: "integer", default: 1, summary: "" },
  interval: { names: ["--interval"], value: "float", summary: "" },
  level: { names: ["--level"], value: { choices: ["low", "high"] }, summary: "" },
  file: { names: ["--file"], value: "path", summary: "" },
  all: { names: ["--all"], summary: "" },
} as const;

const options = (...args: string[]) => convertOptions(scanArguments(args, OPTIONS, true), OPTIONS);

describe("convertOptions()", () => {
  it("gives defaults, and false to flags, where nothing was typed", () => {
    expect(options()).toEqual({
      count: 1,
      interval: undefined,
      level: undefined,
      file: undefined,
      all: false,
    });
  });
  it("makes each what it has to be", () => {
    expect(options("--count", "3", "--interval=.5", "--level", "high", "--file", "3", "--all")).toEqual({
      count: 3,
      interval: 0.5,
      level: "high",
      file: "3",
      all: true,
    });
  });

  it("gives all values of an option that may come several times", () => {
    const definitions = {
      target: { names: ["--target", "-t"], value: "text", many: true, summary: "" },
      bank: { names: ["--bank"], value: "integer", many: true, summary: "" },
    } as const;
    const given = (...args: string[]) => convertOptions(scanArguments(args, definitions, true), definitions);
    expect(given()).toEqual({ target: [], bank: [] });
    expect(given("-t", "a:1", "--bank=2", "--target=b:2", "-tc", "--bank", "1")).toEqual({
      target: ["a:1", "b:2", "c"],
      bank: [2, 1],
    });
    expect(() => given("--bank", "1", "--bank", "x")).toThrow("'x' is not a valid integer.");
  });

  const INTEGERS: readonly (readonly [string, number | undefined])[] = [
    ["0", 0],
    ["-5", -5],
    ["+7", 7],
    [" 8 ", 8],
    ["1_000", 1000],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["9007199254740992", undefined],
    ["1.0", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["", undefined],
    ["three", undefined],
    ["1__0", undefined],
  ];
  for (const [text, value] of INTEGERS) {
    it(`${value === undefined ? "refuses" : "takes"} ${JSON.stringify(text)} as an integer`, () => {
      if (value === undefined) {
        const message = `Invalid value for '--count' / '-n': '${text}' is not a valid integer.`;
        expect(() => options("--count", text)).toThrow(new UsageError(message));
      } else expect(options("--count", text).count).toBe(value);
    });
  }

  const FLOATS: readonly (readonly [string, number | undefined])[] = [
    ["0", 0],
    ["-.5", -0.5],
    ["5.", 5],
    ["1e-3", 0.001],
    ["1e999", undefined],
    ["nan", undefined],
    ["inf", undefined],
    [".", undefined],
    ["", undefined],
    ["1,5", undefined],
  ];
  for (const [text, value] of FLOATS) {
    it(`${value === undefined ? "refuses" : "takes"} ${JSON.stringify(text)} as a float`, () => {
      if (value === undefined) {
        const message = `Invalid value for '--interval': '${text}' is not a valid float.`;
        expect(() => options("--interval", text)).toThrow(new UsageError(message));
      } else expect(options("--interval", text).interval).toBe(value);
    });
  }

  it("names the choices", () => {
    expect(() => options("--level", "High")).toThrow(
      new UsageError("Invalid value for '--level': 'High' is not one of 'low', 'high'."),
    );
  });
  it("tells the first mistake of several, in the order of typing", () => {
    expect(() => options("--level=x", "--count=y")).toThrow("--level");
    expect(() => options("--count=y", "--level=x")).toThrow("--count");
  });
});

describe("convertArguments()", () => {
  const ONE = { port: { value: "integer" } } as const;
  const TWO = { from: { value: "text" }, to: { value: "path", count: "optional" } } as const;
  const MANY = {
    first: { value: "text" },
    words: { value: "integer", count: "many" },
    last: { value: "text" },
  } as const;

  it("takes each in its place", () => {
    expect(convertArguments(["22"], ONE)).toEqual({ port: 22 });
    expect(convertArguments(["a"], TWO)).toEqual({ from: "a", to: undefined });
    expect(convertArguments(["a", "b"], TWO)).toEqual({ from: "a", to: "b" });
    expect(convertArguments(["a", "1", "2", "z"], MANY)).toEqual({ first: "a", words: [1, 2], last: "z" });
    expect(convertArguments(["a", "z"], MANY)).toEqual({ first: "a", words: [], last: "z" });
  });
  it("says what is missing, too much or wrong, with its name", () => {
    expect(() => convertArguments([], ONE)).toThrow(new UsageError("Missing argument 'PORT'."));
    expect(() => convertArguments(["a"], MANY)).toThrow(new UsageError("Missing argument 'LAST'."));
    expect(() => convertArguments(["ssh"], ONE)).toThrow(
      new UsageError("Invalid value for 'PORT': 'ssh' is not a valid integer."),
    );
    expect(() => convertArguments(["1", "2"], ONE)).toThrow(
      new UsageError("Got unexpected extra argument (2)"),
    );
    expect(() => convertArguments(["a", "b", "c", "d\n"], TWO)).toThrow(
      new UsageError("Got unexpected extra arguments (c d\\n)"),
    );
  });
});
