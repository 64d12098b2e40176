import { describe, expect, it } from "vitest";
import { DriverError } from "../base/error.ts";
import { startCommand } from "../testing/driver-handle.ts";
import { recordingDriver } from "../testing/recording-driver.ts";
import { piPicoCommands } from "./commands.ts";

const FILES = new Map([["blink.uf2", new TextEncoder().encode("UF2")]]);

describe("j pico flash", () => {
  it("enters BOOTSEL mode, then flashes", async () => {
    const { handle, calls } = recordingDriver({ enter_bootloader: null, flash: null });
    const values = { file: "blink.uf2", name: "mine.uf2" };
    const run = startCommand(piPicoCommands, "flash", handle, { files: FILES, values });
    await run.done;
    expect(calls).toEqual([["enter_bootloader"], ["flash", "UF2", "mine.uf2"]]);
    expect(run.out).toBe(
      "Entering BOOTSEL mode...\nFlashing firmware...\nFlash complete, Pico will reboot\n",
    );
  });

  it("goes on when it cannot enter BOOTSEL mode: the button may have been pressed", async () => {
    const failure = new DriverError("not-implemented", "Programmatic BOOTSEL entry requires a serial child");
    const { handle, calls } = recordingDriver({ enter_bootloader: failure, flash: null });
    const run = startCommand(piPicoCommands, "flash", handle, {
      files: FILES,
      values: { file: "blink.uf2" },
    });
    await run.done;
    expect(calls.at(-1)).toEqual(["flash", "UF2", null]);
    expect(run.out).toContain(
      "(reason: Programmatic BOOTSEL entry requires a serial child)\nFlashing firmware...\n",
    );
  });

  it("does not go on when it is interrupted meanwhile", async () => {
    const { handle, calls } = recordingDriver({ enter_bootloader: null, flash: null });
    const interrupted = new Error("interrupted");
    const gone = Promise.withResolvers<null>();
    const waiting = { ...handle, call: () => gone.promise };
    const run = startCommand(piPicoCommands, "flash", waiting, {
      files: FILES,
      values: { file: "blink.uf2" },
    });
    run.abort.abort(interrupted);
    gone.reject(new Error("the port is gone"));
    await expect(run.done).rejects.toBe(interrupted);
    expect(calls).toEqual([]);
  });
});

describe("j pico bootloader, and bootloader-info", () => {
  it("says that the Pico is in BOOTSEL mode", async () => {
    const run = startCommand(
      piPicoCommands,
      "bootloader",
      recordingDriver({ enter_bootloader: null }).handle,
    );
    await run.done;
    expect(run.out).toBe("Pico is in BOOTSEL mode. Serial will be unavailable until firmware is flashed.\n");
  });

  it("shows what the boot loader says, sorted", async () => {
    const info = { Model: "Raspberry Pi RP2", "Board-ID": "RPI-RP2" };
    const run = startCommand(
      piPicoCommands,
      "bootloader-info",
      recordingDriver({ bootloader_info: info }).handle,
    );
    await run.done;
    expect(run.out).toBe("Board-ID: RPI-RP2\nModel: Raspberry Pi RP2\n");
  });

  it("says what to do when there is no boot loader", async () => {
    const run = startCommand(
      piPicoCommands,
      "bootloader-info",
      recordingDriver({ bootloader_info: {} }).handle,
    );
    await expect(run.done).rejects.toThrow("put it into BOOTSEL mode");
  });
});
