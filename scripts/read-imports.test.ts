import { describe, expect, it } from "vitest";
import { readSource } from "./read-imports.ts";

const importsOf = (source: string) =>
  readSource(source).imports.map(({ specifier, kind, line }) => [specifier, kind, line]);

describe("readSource()", () => {
  for (const [what, source, expected] of [
    ["a named import", 'import { a, b as c } from "./a.ts";', [["./a.ts", "static", 1]]],
    ["a default import", "import a from './a.ts'", [["./a.ts", "static", 1]]],
    ["a namespace import", 'import * as v from "valibot";', [["valibot", "static", 1]]],
    ["an import for its effects", 'import "./a.ts";', [["./a.ts", "static", 1]]],
    ["a type-only import", 'import type { A } from "./a.ts";', [["./a.ts", "type", 1]]],
    ["an inline type", 'import { type A, b } from "./a.ts";', [["./a.ts", "static", 1]]],
    ["a default import that is called type", 'import type from "./a.ts";', [["./a.ts", "static", 1]]],
    ["an import over several lines", '\nimport {\n  a,\n  b,\n} from "./a.ts";', [["./a.ts", "static", 2]]],
    [
      "an import with attributes",
      'import p from "../package.json" with { type: "json" };',
      [["../package.json", "static", 1]],
    ],
    ["a re-export", 'export { a } from "./a.ts";', [["./a.ts", "static", 1]]],
    [
      "a re-export of all",
      'export * from "./a.ts"; export * as b from "./b.ts";',
      [
        ["./a.ts", "static", 1],
        ["./b.ts", "static", 1],
      ],
    ],
    ["a type-only re-export", 'export type { A } from "./a.ts";', [["./a.ts", "type", 1]]],
    ["a dynamic import", 'const a = await import("./a.ts");', [["./a.ts", "dynamic", 1]]],
    ["a type by import", 'type A = import("./a.ts").A;', [["./a.ts", "dynamic", 1]]],
    [
      "a worker's file",
      'new Worker(new URL("./w.ts", import.meta.url), { type: "module" });',
      [["./w.ts", "dynamic", 1]],
    ],
    ["an import inside a template", "const a = `x ${await import('./a.ts')} y`;", [["./a.ts", "dynamic", 1]]],
    [
      "an import after a template with braces",
      "const a = `${{ b: `}` }.b}`;\nimport './a.ts';",
      [["./a.ts", "static", 2]],
    ],
    [
      "an import after a regular expression",
      'const r = /["\'`/]/g;\nimport "./a.ts";',
      [["./a.ts", "static", 2]],
    ],
    [
      "an import after a class of slashes",
      'x.replace(/[/"]/, "");\nimport "./a.ts";',
      [["./a.ts", "static", 2]],
    ],
    [
      "an import after a division",
      'const a = (b) / c / "d".length;\nimport "./a.ts";',
      [["./a.ts", "static", 2]],
    ],
  ] as const) {
    it(`finds ${what}`, () => expect(importsOf(source)).toEqual(expected));
  }

  for (const [what, source] of [
    ["a comment", '// import "./a.ts"\n/* import "./b.ts";\n */'],
    ["a text", "const a = 'import \"./a.ts\"';"],
    ["a template", 'const a = `import "./a.ts"; export * from "./b.ts"`;'],
    ["import.meta", "const a = import.meta.url;"],
    ["a method called import", 'key.import("./a.ts");'],
    ["an export of its own", 'export const a = { from: "./a.ts" }; export { a }; export type B = "b";'],
    ["a URL of something else", 'new URL("./gen/", import.meta.url); new URL("./a.ts", base);'],
  ] as const) {
    it(`finds nothing in ${what}`, () => expect(importsOf(source)).toEqual([]));
  }

  it("tells words from properties, keys and texts", () => {
    const { words } = readSource(
      'const a = b.navigator;\nconst c = { document: 1, d: "window" };\nnavigator.serial;',
    );
    expect(words.get("navigator")).toBe(3);
    expect(words.has("document")).toBe(false);
    expect(words.has("window")).toBe(false);
  });

  it("refuses what it does not understand, so that nothing passes unread", () => {
    expect(() => readSource("import { a };")).toThrow("line 1");
    expect(() => readSource("const a = `b")).toThrow("template without end");
  });
});
