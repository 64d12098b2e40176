import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import type { CommandValues } from "../base/command.ts";
import { driverHandle, startCommand } from "../testing/driver-handle.ts";
import { recordingDriver } from "../testing/recording-driver.ts";
import { createTestContext } from "../testing/test-context.ts";
import { opendalCommands } from "./commands.ts";
import { definition } from "./driver.ts";

async function createBench() {
  const context = createTestContext();
  const driver = await definition.create(context, parse(definition.config, { scheme: "memory", kwargs: {} }));
  const handle = driverHandle(driver, context.resources);
  const files = new Map<string, Uint8Array>();
  return {
    files,
    /** What it prints. */
    async j(name: string, values: CommandValues = {}): Promise<string> {
      const run = startCommand(opendalCommands, name, handle, { files, values });
      await run.done;
      return run.out;
    },
    state: () => context.state,
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}

const HELLO = new TextEncoder().encode("hello\n");

describe("j files", () => {
  it("takes files there and back, and leaves none open", async () => {
    await using bench = await createBench();
    bench.files.set("notes.txt", HELLO);
    await bench.j("create-dir", { path: "dir/" });
    await bench.j("write-from-path", { dst: "dir/a.txt", src: "notes.txt" });
    await bench.j("read-into-path", { src: "dir/a.txt", dst: "back.txt" });
    expect(bench.files.get("back.txt")).toEqual(HELLO);
    expect(await bench.j("list", { path: "dir/" })).toBe("dir/\ndir/a.txt\n");
    expect(bench.state()).toMatchObject({ open: 0 });
  });

  it("closes the file when its transfer fails, and says why it did", async () => {
    await using bench = await createBench();
    await bench.j("create-dir", { path: "dir/" });
    await expect(bench.j("write-from-path", { dst: "a.txt", src: "nothing.txt" })).rejects.toThrow(
      "there is no file nothing.txt",
    );
    await expect(bench.j("read-into-path", { src: "nothing.txt", dst: "b.txt" })).rejects.toThrow(
      "nothing.txt",
    );
    expect(bench.files.size).toBe(0);
    expect(bench.state()).toMatchObject({ open: 0 });
  });

  it("tells of a file what Python's client prints", async () => {
    await using bench = await createBench();
    bench.files.set("notes.txt", HELLO);
    await bench.j("write-from-path", { dst: "a.txt", src: "notes.txt" });
    expect(JSON.parse(await bench.j("stat", { path: "a.txt" }))).toEqual({
      content_disposition: null,
      content_length: 6,
      content_md5: null,
      content_type: null,
      etag: null,
      mode: { is_file: true, is_dir: false },
    });
    expect(await bench.j("hash", { path: "a.txt", algo: "sha256" })).toBe(
      "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03\n",
    );
    expect(await bench.j("hash", { path: "a.txt", algo: "md5" })).toBe("b1946ac92492d2347c6235b4d2611184\n");
    expect(await bench.j("exists", { path: "a.txt" })).toBe("");
    expect(JSON.parse(await bench.j("capability"))).toMatchObject({ read: true, presign: false });
  });

  it("copies and renames from a source to a target", async () => {
    const { handle, calls } = recordingDriver({ copy: null, rename: null });
    const values = { source: "a.txt", target: "b.txt" };
    for (const name of ["copy", "rename"]) await startCommand(opendalCommands, name, handle, { values }).done;
    expect(calls).toEqual([
      ["copy", "a.txt", "b.txt"],
      ["rename", "a.txt", "b.txt"],
    ]);
  });

  it("fails for what is not there any more", async () => {
    await using bench = await createBench();
    bench.files.set("notes.txt", HELLO);
    await bench.j("write-from-path", { dst: "dir/a.txt", src: "notes.txt" });
    await bench.j("write-from-path", { dst: "b.txt", src: "notes.txt" });
    await bench.j("delete", { path: "b.txt" });
    await bench.j("remove-all", { path: "dir/" });
    await expect(bench.j("exists", { path: "b.txt" })).rejects.toThrow("path b.txt does not exist");
    await expect(bench.j("exists", { path: "dir/a.txt" })).rejects.toThrow("path dir/a.txt does not exist");
  });
});
