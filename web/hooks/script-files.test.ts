import { InMemoryFs } from "just-bash/browser";
import { describe, expect, it } from "vitest";
import { MAX_FILES_BYTES } from "./limits.ts";
import { scriptFiles } from "./script-files.ts";

const CWD = "/home/jumptab";

/** A file, and a directory with another one. */
function createFiles({ maxBytes = 1000 } = {}) {
  const fs = new InMemoryFs({ [`${CWD}/f`]: "in f", [`${CWD}/d/g`]: "in g" }, { maxTotalBytes: maxBytes });
  return { fs, files: scriptFiles(fs, CWD) };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("scriptFiles()", () => {
  it("should read and write from the working directory, and from the root", async () => {
    const { files } = createFiles();
    expect(text(await files.read("d/../f"))).toBe("in f");
    expect(text(await files.read("/home/jumptab/d/g"))).toBe("in g");
    await files.write("d/h", Uint8Array.of(0, 0x80, 0xff));
    expect(await files.read("./d/h")).toEqual(Uint8Array.of(0, 0x80, 0xff));
    await files.write("f", new Uint8Array());
    expect(await files.read("f")).toHaveLength(0);
  });

  it("should give a copy away, and keep the file", async () => {
    const { files } = createFiles();
    const bytes = await files.read("f");
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(text(await files.read("f"))).toBe("in f");
  });

  for (const [path, sentence] of [
    [
      "image.bin",
      "image.bin: there is no such file here; this shell has files of its own, in memory: give a URL, or drop the file on the page",
    ],
    ["d", "d is a directory: give a file in it"],
    ["/", "/ is a directory: give a file in it"],
    ["", "the name of the file is empty: give one"],
  ] as const) {
    it(`should not read ${JSON.stringify(path)}`, async () => {
      await expect(createFiles().files.read(path)).rejects.toMatchObject({
        name: "CommandError",
        message: sentence,
      });
    });
  }

  for (const [path, sentence] of [
    ["d", "d is a directory: give a file in it"],
    ["", "the name of the file is empty: give one"],
    ["no/out.bin", "no/out.bin: there is no directory /home/jumptab/no: make it with mkdir -p"],
    ["f/out.bin", "f/out.bin: there is no directory /home/jumptab/f: make it with mkdir -p"],
  ] as const) {
    it(`should not write ${JSON.stringify(path)}, and leave all as it is`, async () => {
      const { fs, files } = createFiles();
      const before = fs.getAllPaths();
      await expect(files.write(path, Uint8Array.of(1))).rejects.toMatchObject({
        name: "CommandError",
        message: sentence,
      });
      expect(fs.getAllPaths()).toEqual(before);
      expect(text(await files.read("d/g"))).toBe("in g");
    });
  }

  it("should say that there is no room", async () => {
    const { files } = createFiles();
    await expect(files.write("out.bin", new Uint8Array(1001))).rejects.toThrow(
      `out.bin: there is no room for it: all files of a script have ${MAX_FILES_BYTES} bytes together, so delete some, or use a URL`,
    );
  });
});
