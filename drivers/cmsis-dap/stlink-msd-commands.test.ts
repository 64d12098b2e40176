import { describe, expect, it } from "vitest";
import { startCommand } from "../testing/driver-handle.ts";
import { recordingDriver } from "../testing/recording-driver.ts";
import { stlinkMsdCommands } from "./stlink-msd-commands.ts";

describe("j stlink", () => {
  it("flashes a file under its own name, by which the driver knows its format", async () => {
    const { handle, calls } = recordingDriver({ flash: null });
    const files = new Map([["build/app.hex", new TextEncoder().encode(":00000001FF")]]);
    const run = startCommand(stlinkMsdCommands, "flash", handle, {
      files,
      values: { file: "build/app.hex" },
    });
    await run.done;
    expect(calls).toEqual([["flash", ":00000001FF", "app.hex"]]);
    expect(run.out).toBe("Flashing app.hex...\nFlash complete - ST-LINK will program the target MCU.\n");
  });

  it("names a URL by its path", async () => {
    const { handle, calls } = recordingDriver({ flash: null });
    const file = "https://example.org/build/app.bin?signature=a/b";
    await startCommand(stlinkMsdCommands, "flash", handle, { values: { file } }).done;
    expect(calls).toEqual([
      ["flash", { kind: "presigned_request", headers: {}, url: file, method: "GET" }, "app.bin"],
    ]);
  });

  it("shows what the board is, sorted", async () => {
    const { handle } = recordingDriver({ info: { Version: "0221", "Build date": "2020" } });
    const run = startCommand(stlinkMsdCommands, "info", handle);
    await run.done;
    expect(run.out).toBe("Build date: 2020\nVersion: 0221\n");
    await expect(
      startCommand(stlinkMsdCommands, "info", recordingDriver({ info: {} }).handle).done,
    ).rejects.toThrow("see whether the board is plugged in");
  });
});
