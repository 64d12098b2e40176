import { describe, expect, it } from "vitest";
import type { CommandValues } from "../base/command.ts";
import { startCommand } from "../testing/driver-handle.ts";
import { recordingDriver } from "../testing/recording-driver.ts";
import { esp32Commands } from "./commands.ts";

const FILES = new Map([["app.bin", new TextEncoder().encode("firmware")]]);

describe("j esp32", () => {
  it("flashes to the driver's address, or to one", async () => {
    const { handle, calls } = recordingDriver({ flash: null });
    const flash = (values: CommandValues) =>
      startCommand(esp32Commands, "flash", handle, { files: FILES, values });
    const plain = flash({ file: "app.bin" });
    await plain.done;
    await flash({ file: "app.bin", address: "0x10000" }).done;
    expect(calls).toEqual([
      ["flash", "firmware", null],
      ["flash", "firmware", "0x10000"],
    ]);
    expect(plain.out).toBe("done\n");
  });

  it("shows what the chip is", async () => {
    const chip = { chip: "ESP32-D0WD-V3 (revision v3.1)", features: "Wi-Fi, BT", mac: "5c:01:3b:68:ab:0c" };
    const run = startCommand(esp32Commands, "chip-info", recordingDriver({ get_chip_info: chip }).handle);
    await run.done;
    expect(run.out).toBe(
      "chip: ESP32-D0WD-V3 (revision v3.1)\nfeatures: Wi-Fi, BT\nmac: 5c:01:3b:68:ab:0c\n",
    );

    const strange = startCommand(esp32Commands, "chip-info", recordingDriver({ get_chip_info: [1] }).handle);
    await expect(strange.done).rejects.toThrow("no list of texts");
  });

  for (const [command, method] of [
    ["erase", "erase"],
    ["reset", "hard_reset"],
    ["bootloader", "enter_bootloader"],
  ] as const) {
    it(`calls ${method} for ${command}`, async () => {
      const { handle, calls } = recordingDriver({ [method]: null });
      const run = startCommand(esp32Commands, command, handle);
      await run.done;
      expect(calls).toEqual([[method]]);
      expect(run.out).toBe("done\n");
    });
  }
});
