import { describe, expect, it } from "vitest";
import { toJson } from "./fields.ts";
import { Problems } from "./problems.ts";
import { MAX_DEPTH, MAX_FILE_KIB, readYaml } from "./yaml-tree.ts";

function read(yaml: string) {
  const problems = new Problems();
  const tree = readYaml(yaml, problems);
  return { value: tree === undefined ? undefined : toJson(tree), problems: problems.list(), tree };
}

describe("readYaml()", () => {
  // Each value is what PyYAML 6.0.3's safe_load gives for the same text.
  for (const [yaml, value] of [
    ["a: [1, on, 'on', \"1\"]", { a: [1, true, "on", "1"] }],
    ["a: |\n  x\n  y\nb: >\n  x\n  y\n", { a: "x\ny\n", b: "x y\n" }],
    ["a: x\n  y", { a: "x y" }],
    ["a: !!str 12\nb: !!int '12'\nc: ! 12\nd: !!float 1", { a: "12", b: 12, c: "12", d: 1 }],
    ["a: {url: hwgrep://0403:6001}", { a: { url: "hwgrep://0403:6001" } }],
    ["%YAML 1.2\n---\na: on", { a: true }],
    ["a: &x {p: 1}\nb: *x", { a: { p: 1 }, b: { p: 1 } }],
    ["a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } }],
    [
      "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}",
      { a: { p: 1 }, b: { p: 2, q: 2 }, c: { p: 1, q: 2 } },
    ],
    ["'<<': 1", { "<<": 1 }],
    ["{a, b: }", { a: null, b: null }],
    ["a: b # comment\n...", { a: "b" }],
  ] as const) {
    it(`reads ${JSON.stringify(yaml)} as Python does`, () => {
      const { value: read_, problems } = read(yaml);
      expect(problems).toEqual([]);
      expect(read_).toEqual(value);
    });
  }

  it("keeps Python's order of merged keys: they come first", () => {
    const { tree } = read("a: &x {p: 1, q: 2}\nb: {r: 0, q: 3, <<: *x}");
    const b = tree?.kind === "map" ? tree.entries.get("b")?.value : undefined;
    expect(b?.kind === "map" && [...b.entries.keys()]).toEqual(["p", "q", "r"]);
  });

  it("makes an own property of a key that objects inherit", () => {
    const { value } = read("__proto__: {polluted: 1}");
    expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect({}).not.toHaveProperty("polluted");
  });

  for (const [what, yaml, line, column, fragment] of [
    ["a tab", "a:\n\t- b", 2, 1, "replace the tab by spaces"],
    ["an open bracket", "a: [1, 2\n", 2, 1, "add the bracket that closes it"],
    ["an open brace", "{a: 1", 1, 6, "add the bracket that closes it"],
    ["an open quote", "a: 'x", 1, 6, "quote is not closed"],
    ["a second colon", "a: b: c", 1, 4, 'A second ": " on the line'],
    ["a wrong indentation", "a:\n  b: 1\n c: 2", 3, 1, "indentation does not fit"],
    ["a key without colon", "key\nother: 1", 1, 1, 'A key without ":"'],
    ["a reserved character", "a: @x", 1, 4, "put the text in quotes"],
    ["a wrong escape", 'a: "\\q"', 1, 5, "backslash"],
    ["a closing brace too many", "a: }", 1, 4, "does not belong here"],
    ["two documents", "a: 1\n---\nb: 1", 2, 1, "A second YAML document"],
    ["a control character", "a: x\nb: \u0007", 2, 4, "U+0007"],
    ["an alias to nothing", "a: *x", 1, 4, 'put "&x" before'],
    ["an alias to itself", "a: &x {b: *x}", 1, 11, "cannot contain itself"],
    ["an anchor twice", "a: &x 1\nb: &x 2", 2, 7, '"&x" is here a second time'],
    ["a merge of no map", "a: 1\n<<: 2", 2, 1, '"<<" takes a map'],
    ["a key twice", "a: 1\nb: 2\na: 3", 3, 1, "first on line 1"],
    ["an unknown tag", "a: !foo b", 1, 9, "tag of"],
    ["a tag that does not fit", "a: !!int b", 1, 10, "tag of"],
    ["a tagged collection", "a: !!set {x}", 1, 10, "!!set"],
    ["a key that is a list", "? [a]\n: b", 1, 3, "A key must be text"],
    ["an empty key", "a: 1\n: b", 2, 1, "A key is empty"],
    ["a huge number", "a: 9007199254740993", 1, 4, "too large"],
  ] as const) {
    it(`says what to do about ${what}, at its place`, () => {
      const { problems } = read(yaml);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ severity: "error", line, column });
      expect(problems[0]?.message).toContain(fragment);
    });
  }

  it("warns of bare keys that are no texts, and takes what is written", () => {
    const { value, problems } = read("on: a\n12: b");
    expect(value).toEqual({ on: "a", "12": "b" });
    expect(problems.map((problem) => [problem.severity, problem.line])).toEqual([
      ["warning", 1],
      ["warning", 2],
    ]);
    expect(problems[0]?.message).toContain('write it in quotes, "on"');
  });

  it("tells which number an octal or a time is read as", () => {
    const { value, problems } = read("baudrate: 0115200\nurl: 12:30");
    expect(value).toEqual({ baudrate: 39_552, url: 750 });
    expect(problems.map((problem) => problem.severity)).toEqual(["info", "info"]);
    expect(problems[0]?.message).toContain("39552");
  });

  it("takes a date as its text, with a warning", () => {
    const { value, problems } = read("a: 2026-11-20");
    expect(value).toEqual({ a: "2026-11-20" });
    expect(problems[0]).toMatchObject({ severity: "warning", line: 1, column: 4, endColumn: 14 });
  });

  it("underlines one line of a long value", () => {
    const { problems } = read("a: !!set\n  b: 1\n  c: 2");
    expect(problems[0]).toMatchObject({ line: 1, column: 4, endLine: 1, endColumn: 9 });
  });

  it("counts lines of Windows files too", () => {
    const { problems } = read("a: 1\r\nb: 2\r\na: 3\r\n");
    expect(problems[0]).toMatchObject({ line: 3, column: 1 });
  });

  it("refuses a file that is too large", () => {
    const { tree, problems } = read(`# ${"é".repeat(MAX_FILE_KIB * 512)}`);
    expect(tree).toBeUndefined();
    expect(problems[0]?.message).toContain(`${MAX_FILE_KIB} KiB`);
  });

  for (const opening of ["[", "{a: ", "- ", "a:\n"]) {
    it(`refuses ${JSON.stringify(opening)} inside itself without end`, () => {
      const yaml =
        opening === "a:\n"
          ? Array.from({ length: 200 }, (_, level) => `${" ".repeat(level)}a:\n`).join("")
          : opening.repeat(50_000);
      const { tree, problems } = read(yaml);
      expect(tree).toBeUndefined();
      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).toContain(`More than ${MAX_DEPTH} levels`);
    });
  }

  it("refuses aliases that grow without end", () => {
    const lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 10; level++) {
      lines.push(
        `l${level}: &l${level} [${Array(10)
          .fill(`*l${level - 1}`)
          .join(", ")}]`,
      );
    }
    const { tree, problems } = read(lines.join("\n"));
    expect(tree).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain("aliases");
  });
});
