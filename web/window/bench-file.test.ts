import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { benchFile, readBenchFile } from "./bench-file.ts";
import { readTar, writeTar } from "./tar.ts";

const YAML = "metadata: {name: röom 3}\nhooks:\n  beforeLease: {script: ./hooks/on.sh}\n";
const FILES = { "./hooks/on.sh": "j power on\n".repeat(100) };

describe("benchFile()", () => {
  it("is the configuration as it is, under a name that every system takes", () => {
    expect(benchFile({ name: '../röom 3: "x"', yaml: YAML })).toEqual({
      name: "röom-3-x-.yaml",
      content: YAML,
    });
    expect(benchFile({ name: "///", yaml: YAML }).name).toBe("bench.yaml");
  });

  it("is an archive with the scripts that it names, and comes back as it was", async () => {
    const { name, content } = benchFile({ name: "a", yaml: YAML, files: FILES });
    expect(name).toBe("a.tar");
    const read = await readBenchFile(new File([content], name));
    expect(read.yaml).toBe(YAML);
    expect(read.scripts).toMatchObject(FILES);
  });
});

describe("readBenchFile()", () => {
  for (const [what, name, bytes, why] of [
    ["something binary", "a.yaml", "a\0b", /not a text file/],
    ["something huge", "a.yaml", "x".repeat(1024 * 1024 + 1), /a configuration has a few/],
    ["no archive", "a.tar", "x".repeat(512), /not a tar archive/],
    ["an empty archive", "a.tar", "\0".repeat(1024), /no configuration in the archive/],
  ] as const) {
    it(`refuses ${what} in one sentence`, async () => {
      await expect(readBenchFile(new File([bytes], name))).rejects.toThrow(why);
    });
  }

  it("refuses an archive of which a part is missing", async () => {
    const whole = writeTar([["a.yaml", YAML.repeat(50)]]);
    await expect(readBenchFile(new File([whole.slice(0, 1024)], "a.tar"))).rejects.toThrow(/not all of it/);
  });
});

describe("writeTar()", () => {
  it("writes what tar itself unpacks, and reads what tar itself has packed", () => {
    const folder = mkdtempSync(join(tmpdir(), "jumptab-tar-"));
    try {
      execFileSync("tar", ["-xf", "-", "-C", folder], {
        input: writeTar([
          ["a.yaml", YAML],
          ["hooks/on.sh", "x"],
        ]),
      });
      expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe(YAML);
      const packed = execFileSync("tar", ["--format=ustar", "-cf", "-", "-C", folder, "./a.yaml", "./hooks"]);
      expect([...readTar(packed)]).toEqual([
        ["a.yaml", YAML],
        ["hooks/on.sh", "x"],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says that a name is too long", () => {
    expect(() => writeTar([["x".repeat(101), ""]])).toThrow(/too long/);
  });
});
