import { describe, expect, it } from "vitest";
import { systemClock } from "../../drivers/base/clock.ts";
import type { CommandFiles } from "../../drivers/base/command.ts";
import type { ScriptCommand } from "../exporter/script-runner.ts";
import { MAX_FILES_BYTES } from "./limits.ts";
import { nodeThreads } from "./testing/node-threads.ts";
import { WorkerScriptRunner } from "./worker-script-runner.ts";

const FOR_EVER = { signal: new AbortController().signal };

/** Runs a script whose command `with-files` is the given work on its files; what it answers, or fails with, is its output. */
async function run(
  script: string,
  work: (files: CommandFiles, args: readonly string[]) => Promise<string>,
  options: { readonly signal: AbortSignal } = FOR_EVER,
): Promise<readonly string[]> {
  const withFiles: ScriptCommand = async (args, { files }) => {
    if (files === undefined) throw new Error("a command has files");
    try {
      return { exitCode: 0, stdout: await work(files, args), stderr: "" };
    } catch (error) {
      return { exitCode: 1, stdout: "", stderr: `${error instanceof Error ? error.message : error}\n` };
    }
  };
  const lines: string[] = [];
  await new WorkerScriptRunner({ clock: systemClock, createWorker: nodeThreads() }).run(
    {
      script,
      env: {},
      resultFile: undefined,
      commands: { "with-files": withFiles },
      onLine: (line) => lines.push(line),
    },
    options,
  );
  return lines;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the files of a command", () => {
  it("are those of its script, from its working directory, byte for byte", async () => {
    const every = Uint8Array.from({ length: 256 }, (_, value) => value);
    const lines = await run(
      "mkdir -p /tmp/dir; cd /tmp/dir; with-files write; cp out.bin in.bin; wc -c < in.bin; with-files read; cat /tmp/second",
      async (files, [what]) => {
        if (what === "write") {
          await files.write("out.bin", every.slice());
          await files.write("../second", new TextEncoder().encode("second\n"));
          return "written\n";
        }
        return `${Buffer.compare(await files.read("in.bin"), every)}\n`;
      },
    );
    expect(lines).toEqual(["written", "256", "0", "second"]);
  });

  it("are there in a subshell, a function, and below timeout and bash -c, each with its own directory", async () => {
    const lines = await run(
      'mkdir a b; echo in-a > a/f; echo in-b > b/f; (cd a; with-files); g() { cd b; with-files; }; g; timeout 60 with-files; bash -c "cd ../a; with-files"',
      async (files) => text(await files.read("f")),
    );
    expect(lines).toEqual(["in-a", "in-b", "in-b", "in-a"]);
  });

  it("stay in the script when a command has read them", async () => {
    const lines = await run("echo kept > f; with-files; with-files; cat f", async (files) => {
      const bytes = await files.read("f");
      return text(bytes);
    });
    expect(lines).toEqual(["kept", "kept", "kept"]);
  });

  it("are refused with a sentence", async () => {
    const lines = await run("with-files read; with-files write", async (files, [what]) => {
      if (what === "read") return text(await files.read("image.bin"));
      // Told before it is copied to the script.
      await files.write("out.bin", new Uint8Array(MAX_FILES_BYTES + 1));
      return "";
    });
    expect(lines).toEqual([
      "image.bin: there is no such file here; this shell has files of its own, in memory: give a URL, or drop the file on the page",
      `out.bin: ${MAX_FILES_BYTES + 1} bytes do not fit: the files of a script have ${MAX_FILES_BYTES} in all`,
    ]);
  });

  it("are out of reach when the command has ended", async () => {
    let late: CommandFiles | undefined;
    let outcome: unknown;
    await run("echo x > f; with-files; with-files", async (files) => {
      if (late === undefined) late = files;
      else outcome = await late.read("f").catch((error: unknown) => error);
      return "";
    });
    expect(outcome).toMatchObject({
      name: "CommandError",
      message: "f: the command has ended, and its way to files",
    });
  });

  it("are gone with the script: what was asked for then ends with a sentence", async () => {
    const stop = new AbortController();
    let late: CommandFiles | undefined;
    await run(
      "with-files",
      (files) => {
        late = files;
        stop.abort();
        return new Promise(() => undefined);
      },
      { signal: stop.signal },
    );
    await expect(late?.read("f")).rejects.toThrow("the script has ended, and its files with it");
  });
});
