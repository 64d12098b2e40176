import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import type { DriverHandle } from "../base/command.ts";
import { DriverError } from "../base/error.ts";
import { driverHandle, startCommand } from "../testing/driver-handle.ts";
import { recordingDriver } from "../testing/recording-driver.ts";
import { createTestContext } from "../testing/test-context.ts";
import { flasherCommands, storageMuxCommands, storageMuxFlasherCommands } from "./commands.ts";
import { mockFlasher, mockStorageMuxFlasher } from "./driver.ts";

const image = (text: string): Uint8Array => new TextEncoder().encode(text);
const NOTHING = { file: undefined, target: [], compression: undefined };

async function createBench(definition: typeof mockFlasher) {
  const context = createTestContext();
  const driver = await definition.create(context, parse(definition.config, {}));
  const files = new Map<string, Uint8Array>();
  const handle = driverHandle(driver, context.resources);
  return {
    files,
    handle,
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}

describe("j storage flash, and dump", () => {
  it("gives back what was flashed", async () => {
    await using bench = await createBench(mockFlasher);
    const { files, handle } = bench;
    files.set("image.bin", image("all of it"));
    const flash = startCommand(flasherCommands, "flash", handle, {
      files,
      values: { ...NOTHING, file: "image.bin" },
    });
    await flash.done;
    expect(flash.out + flash.errors).toBe("");

    await startCommand(flasherCommands, "dump", handle, {
      files,
      values: { ...NOTHING, file: "out.bin", target: undefined },
    }).done;
    expect(files.get("out.bin")).toEqual(image("all of it"));
  });

  it("flashes each target with its own file, in their order", async () => {
    await using bench = await createBench(mockFlasher);
    const { files, handle } = bench;
    files.set("boot.img", image("boot"));
    files.set("c:/root.img", image("root"));
    const target = ["boot:boot.img", "root:c:/root.img"];
    await startCommand(flasherCommands, "flash", handle, { files, values: { ...NOTHING, target } }).done;
    const dump = { ...NOTHING, file: "out.bin", target: "root" };
    await startCommand(flasherCommands, "dump", handle, { files, values: dump }).done;
    expect(files.get("out.bin")).toEqual(image("root"));
  });

  it("says what is missing, as the Python client does", async () => {
    await using bench = await createBench(mockFlasher);
    const { files, handle } = bench;
    const flash = (values: object) =>
      startCommand(flasherCommands, "flash", handle, { files, values: { ...NOTHING, ...values } }).done;
    await expect(flash({})).rejects.toThrow("FILE argument is required unless --target/-t is used");
    await expect(flash({ target: ["boot"] })).rejects.toThrow(
      "Invalid target spec 'boot', expected name:file",
    );
    await expect(flash({ file: "nothing.bin" })).rejects.toThrow("there is no file nothing.bin");
  });

  it("writes no file when the driver has none to give", async () => {
    await using bench = await createBench(mockFlasher);
    const { files, handle } = bench;
    const dump = startCommand(flasherCommands, "dump", handle, {
      files,
      values: { ...NOTHING, file: "out.bin", target: "never" },
    });
    await expect(dump.done).rejects.toThrow("flash it first");
    expect(files.size).toBe(0);
  });
});

describe("j storage host, dut, off and write-local-file", () => {
  it("calls the driver for each", async () => {
    const { handle, calls } = recordingDriver({ host: null, dut: null, off: null, write: null });
    const files = new Map([["card.img", image("card")]]);
    for (const name of ["host", "dut", "off"]) await startCommand(storageMuxCommands, name, handle).done;
    const values = { file: "card.img" };
    await startCommand(storageMuxCommands, "write-local-file", handle, { files, values }).done;
    expect(calls).toEqual([["host"], ["dut"], ["off"], ["write", "card"]]);
  });
});

describe("j storage flash, and dump, of storage that is switched", () => {
  const files = new Map([["card.img", image("card")]]);
  const flash = (handle: DriverHandle, values: object) =>
    startCommand(storageMuxFlasherCommands, "flash", handle, { files, values: { ...NOTHING, ...values } });
  const dump = (handle: DriverHandle, values: object) =>
    startCommand(storageMuxFlasherCommands, "dump", handle, {
      files,
      values: { ...NOTHING, target: undefined, ...values },
    });

  it("has the storage at the host while it is written, and at the board then", async () => {
    const { handle, calls } = recordingDriver({ host: null, dut: null, write: null });
    await flash(handle, { file: "card.img" }).done;
    expect(calls).toEqual([["host"], ["write", "card"], ["dut"]]);
  });

  it("gives it back to the board when writing fails, and tells why it did", async () => {
    const failure = new DriverError("device-io", "the card is write-protected: move its switch");
    const { handle, calls } = recordingDriver({ host: null, dut: null, write: failure });
    await expect(flash(handle, { file: "card.img" }).done).rejects.toBe(failure);
    expect(calls.at(-1)).toEqual(["dut"]);
  });

  it("switches nothing for a file that is not there, nor for targets", async () => {
    const { handle, calls } = recordingDriver({ host: null, dut: null, write: null, read: null });
    await expect(flash(handle, { file: "card.igm" }).done).rejects.toThrow("there is no file card.igm");
    await expect(flash(handle, { target: ["boot:card.img"] }).done).rejects.toThrow(
      "this storage takes one image and has no targets: give FILE, without --target",
    );
    await expect(dump(handle, { file: "out", target: "boot" }).done).rejects.toThrow(
      "this storage has no targets, and boot was given: leave --target out",
    );
    expect(calls).toEqual([]);
  });

  it("dumps what was flashed", async () => {
    await using bench = await createBench(mockStorageMuxFlasher);
    await flash(bench.handle, { file: "card.img" }).done;
    await dump(bench.handle, { file: "copy.img" }).done;
    expect(files.get("copy.img")).toEqual(image("card"));
  });
});
