import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { createdPath, namesOf, normalizePath } from "./paths.ts";

describe("paths", () => {
  it("are read as OpenDAL reads them", () => {
    for (const [path, normalized] of [
      ["", "/"],
      ["/", "/"],
      ["///", "/"],
      ["a.txt", "a.txt"],
      ["/a.txt", "a.txt"],
      [" a.txt ", "a.txt"],
      ["a//b///c", "a/b/c"],
      ["a/b/", "a/b/"],
      ["a/b//", "a/b/"],
      ["./a", "./a"],
      ["sp ace/ü", "sp ace/ü"],
    ] as const) {
      expect(normalizePath(path), path).toBe(normalized);
    }
  });

  it("are refused when they are endless", () => {
    expect(normalizePath("n".repeat(4096))).toHaveLength(4096);
    expect(() => normalizePath("ü".repeat(2049))).toThrow(/more than 4096 bytes/);
  });

  it("lead to names, and never out of the root", () => {
    expect(namesOf("/")).toEqual([]);
    expect(namesOf("a/./b/")).toEqual(["a", "b"]);
    expect(namesOf("a/../b")).toEqual(["b"]);
    for (const path of ["..", "../x", "a/../../b", "./../a/b", "a\\b", "nul\0"]) {
      expect(() => namesOf(path), path).toThrow(/leads out of|is no path here/);
    }
    const pieces = fc.constantFrom("..", ".", "a", "", "b.txt", "...", "..a", " ");
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        let names: readonly string[] = [];
        try {
          names = namesOf(normalizePath(parts.join("/")));
        } catch (error) {
          expect(String(error)).toMatch(/leads out of/);
        }
        for (const name of names) expect([".", "..", ""]).not.toContain(name);
      }),
      fuzzSettings(),
    );
  });

  it("stand among what was created as Python's normpath writes them", () => {
    for (const [path, created] of [
      ["\\foo//bar/../baz/", "foo/baz"],
      ["a/b/", "a/b"],
      ["../x", "../x"],
      ["/../x", "x"],
      ["a/../../y", "../y"],
      [".", ""],
      ["", ""],
      ["./dot", "dot"],
    ] as const) {
      expect(createdPath(path), path).toBe(created);
    }
  });
});
