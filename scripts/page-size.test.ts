import { describe, expect, it } from "vitest";
import { type BuiltFile, firstPaint, largestLater } from "./page-size.ts";

function file(name: string, size: number, more: Partial<BuiltFile> = {}): BuiltFile {
  return { name, size, with: [], later: [], source: undefined, ...more };
}

const FILES = [
  file("index.html", 1, { with: ["entry.js", "page.css"] }),
  file("page.css", 2),
  file("entry.js", 4, { later: ["main.js", "guest.js"] }),
  file("main.js", 8, { with: ["shared.js", "circle.js"], later: ["editor.js"], source: "main.ts" }),
  file("circle.js", 16, { with: ["main.js"] }),
  file("guest.js", 32, { with: ["shared.js"], source: "guest/start.ts" }),
  file("shared.js", 64),
  file("editor.js", 128),
  file("worker.js", 256),
];

describe("firstPaint()", () => {
  it("counts each file once that follows from the document and its first import()", () => {
    const { bytes, files } = firstPaint(FILES, ["index.html", "main.ts"]);
    expect(bytes).toBe(1 + 2 + 4 + 8 + 16 + 64);
    expect(files[0]?.name).toBe("shared.js");
    expect(firstPaint(FILES, ["index.html", "guest/start.ts"]).bytes).toBe(1 + 2 + 4 + 32 + 64);
  });

  it("says what is missing in a build, and counts nothing wrong", () => {
    expect(() => firstPaint(FILES, ["index.html", "gone.ts"])).toThrow("The build has no gone.ts.");
  });
});

describe("largestLater()", () => {
  it("lists what neither page needs at first", () => {
    const first = [firstPaint(FILES, ["index.html", "main.ts"])];
    expect(largestLater(FILES, first, 2).map(({ name }) => name)).toEqual(["worker.js", "editor.js"]);
  });
});
