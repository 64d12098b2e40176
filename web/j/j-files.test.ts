import { describe, expect, it } from "vitest";
import { CommandError, type CommandFiles } from "../../drivers/base/command.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import { commands } from "../../drivers/commands.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { recordingDriver } from "../../drivers/testing/recording-driver.ts";
import { createJCommand } from "./j-command.ts";
import type { JNode } from "./j-tree.ts";

const { signal } = new AbortController();

/** `j` on a root with one driver below it, which answers as it is told. */
function createJ(clientClass: string, answers: Readonly<Record<string, JsonValue | Error>>) {
  const { handle, calls } = recordingDriver(answers);
  const node = { description: undefined, methodsDescription: {}, handle };
  const root: JNode = {
    ...node,
    name: "",
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    children: [{ ...node, name: "storage", clientClass, children: [] }],
  };
  const command = createJCommand({ commands, tree: () => root, clock: new ManualClock() });
  const kept = new Map<string, Uint8Array>([["image.bin", new TextEncoder().encode("image")]]);
  const files: CommandFiles = {
    read: async (path) => {
      const bytes = kept.get(path);
      if (bytes === undefined) throw new CommandError(`${path}: there is no such file here`);
      return bytes;
    },
    write: async (path, bytes) => void kept.set(path, bytes),
  };
  return {
    calls,
    j: (line: string) => command(["storage", ...line.split(" ")], { stdin: "", signal, files }),
    withoutFiles: (line: string) => command(["storage", ...line.split(" ")], { stdin: "", signal }),
  };
}

const FLASHER = "jumpstarter_driver_opendal.client.FlasherClient";

describe("j with files", () => {
  it("flashes files of the shell, one or several", async () => {
    const { j, calls } = createJ(FLASHER, { flash: null });
    expect(await j("flash image.bin")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect((await j("flash -t boot:image.bin --target root:image.bin")).exitCode).toBe(0);
    expect(calls).toEqual([
      ["flash", "image", null],
      ["flash", "image", "boot"],
      ["flash", "image", "root"],
    ]);
  });

  it("leaves URLs to the exporter, whose network is another one", async () => {
    const { j, calls, withoutFiles } = createJ(FLASHER, { flash: null });
    const url = "https://127.0.0.1/image.bin?signature=1";
    expect((await j(`flash ${url}`)).exitCode).toBe(0);
    expect((await withoutFiles(`flash ${url}`)).exitCode).toBe(0);
    const handle = { kind: "presigned_request", headers: {}, url, method: "GET" };
    expect(calls).toEqual([
      ["flash", handle, null],
      ["flash", handle, null],
    ]);
  });

  for (const [line, sentence] of [
    ["flash nothing.bin", "nothing.bin: there is no such file here"],
    ["flash", "FILE argument is required unless --target/-t is used"],
    ["flash image.bin second.bin", "Got unexpected extra argument (second.bin)"],
    ["flash -t boot", "Invalid target spec 'boot', expected name:file"],
    ["flash image.bin --compression lz4", "'lz4' is not one of 'gzip', 'xz', 'bz2', 'zstd'."],
    ["flash http://127.0.0.1/a.xz --compression xz", "--compression does not go with a URL"],
  ] as const) {
    it(`refuses ${line}`, async () => {
      const { j, calls } = createJ(FLASHER, { flash: null });
      const { exitCode, stderr } = await j(line);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`Error: ${sentence.startsWith("'") ? "Invalid value" : sentence}`);
      expect(stderr).toContain(sentence);
      expect(calls).toEqual([]);
    });
  }

  it("says what the driver has against a file", async () => {
    const failure = new DriverError(
      "storage-full",
      "the browser has no more room: delete images on the page",
    );
    const { j } = createJ(FLASHER, { flash: failure });
    expect(await j("flash image.bin")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "Error: the browser has no more room: delete images on the page\n",
    });
  });

  it("shows how flash is used", async () => {
    const { stdout } = await createJ(FLASHER, {}).j("flash --help");
    expect(stdout).toContain("Usage: j storage flash [OPTIONS] [FILE]");
    expect(stdout).toMatch(/-t, --target TEXT +name:file/);
    expect(stdout).toMatch(/--compression \[gzip\|xz\|bz2\|zstd\]/);
  });
});
