import { describe, expect, it } from "vitest";
import { UsageError } from "../base/command.ts";
import { startCommand } from "../testing/driver-handle.ts";
import { recordingDriver } from "../testing/recording-driver.ts";
import { probeRsCommands } from "./probe-rs-commands.ts";

describe("j probe", () => {
  for (const [command, method] of [
    ["info", "info"],
    ["reset", "reset_target"],
    ["erase", "erase"],
  ] as const) {
    it(`prints what ${method} says`, async () => {
      const { handle, calls } = recordingDriver({ [method]: "all well" });
      const run = startCommand(probeRsCommands, command, handle);
      await run.done;
      expect(calls).toEqual([[method]]);
      expect(run.out).toBe("all well\n");
    });
  }

  it("downloads a file", async () => {
    const { handle, calls } = recordingDriver({ download: "Finished" });
    const files = new Map([["app.elf", new TextEncoder().encode("ELF")]]);
    const run = startCommand(probeRsCommands, "download", handle, { files, values: { file: "app.elf" } });
    await run.done;
    expect(calls).toEqual([["download", "ELF"]]);
    expect(run.out).toBe("Finished\n");
  });
});

describe("j probe read", () => {
  const read = (answer: readonly string[], width: number, address: string, words = 1) => {
    const { handle, calls } = recordingDriver({ read: [...answer] });
    return {
      run: startCommand(probeRsCommands, "read", handle, { values: { width, address, words } }),
      calls,
    };
  };

  for (const [width, answer, shown] of [
    [8, ["a", "0xFF"], "0a ff"],
    [16, ["12", "00012"], "0012 0012"],
    [32, ["deadbeef", "0"], "deadbeef 00000000"],
    [64, ["ffffffffffffffff", "1"], "ffffffffffffffff 0000000000000001"],
  ] as const) {
    it(`shows words of ${width} bits as wide as they are`, async () => {
      const { run, calls } = read(answer, width, "0x2000_0000".replace("_", ""), 2);
      await run.done;
      expect(calls).toEqual([["read", `b${width}`, "0x20000000", "2"]]);
      expect(run.out).toBe(`${shown}\n`);
    });
  }

  it("takes decimal addresses", async () => {
    const { run, calls } = read(["0"], 8, "536870912");
    await run.done;
    expect(calls).toEqual([["read", "b8", "0x20000000", "1"]]);
  });

  for (const [width, address, words, sentence] of [
    [24, "0", 1, "Width must be one of: 8, 16, 32, 64"],
    [8, "0", 0, "Words must be positive"],
    [8, "-1", 1, "'-1' is no address"],
    [8, "main", 1, "'main' is no address"],
  ] as const) {
    it(`refuses ${width} ${address} ${words}`, async () => {
      const { run, calls } = read(["0"], width, address, words);
      await expect(run.done).rejects.toThrow(UsageError);
      await expect(run.done).rejects.toThrow(sentence);
      expect(calls).toEqual([]);
    });
  }

  it("says so when the answer is nothing to read", async () => {
    await expect(read(["oops"], 8, "0").run.done).rejects.toThrow("no list of hexadecimal numbers");
  });
});
