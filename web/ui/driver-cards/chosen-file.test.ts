import { describe, expect, it } from "vitest";
import { encodingOf, leftOut, notAFile } from "./chosen-file.ts";

describe("encodingOf()", () => {
  for (const [name, encoding] of [
    ["image.img.gz", "gzip"],
    ["IMAGE.XZ", "xz"],
    ["rootfs.bz2", "bz2"],
    ["disk.wic.zst", "zstd"],
    ["firmware.bin", undefined],
    ["blink.uf2", undefined],
    [".gz", undefined],
    ["gz", undefined],
    ["image.gz.bin", undefined],
  ] as const) {
    it(`takes ${name} for ${encoding ?? "what it is"}`, () => {
      expect(encodingOf(name)).toBe(encoding);
    });
  }
});

describe("leftOut()", () => {
  it("says nothing of one file", () => {
    expect(leftOut(["a.bin"])).toBeUndefined();
    expect(leftOut([])).toBeUndefined();
  });

  it("names the one that was taken", () => {
    expect(leftOut(["a.bin", "b.bin"])).toBe("One file at a time: a.bin was taken, b.bin was left out.");
    expect(leftOut(["a.bin", "b.bin", "c.bin"])).toContain("2 others were left out");
  });
});

describe("notAFile()", () => {
  it("takes a file", () => {
    expect(notAFile([{ name: "a.bin", isFolder: false }])).toBeUndefined();
  });

  it("refuses a folder, and what is no file, with the cure", () => {
    expect(notAFile([{ name: "build", isFolder: true }])).toBe("build is a folder: drop the file itself.");
    expect(notAFile([])).toContain("drop one from a folder");
  });
});
