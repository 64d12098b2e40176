import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { definition } from "./stlink-msd.ts";
import { elfFile } from "./testing/elf-file.ts";
import { createProbeBench } from "./testing/probe-bench.ts";

const bench = () =>
  createProbeBench(async (context) => definition.create(context, v.parse(definition.config, {})));

const HEX = ":0400000001020304F2\n:00000001FF\n";
const BINARY = Uint8Array.from({ length: 200 }, (_, index) => index);

describe("StlinkMsdFlasher", () => {
  it("is what Jumpstarter's client for ST-LINK drives flashes with", async () => {
    await using lab = await bench();
    expect(lab.driver.clientClass).toBe("jumpstarter_driver_stlink_msd.client.StlinkMsdFlasherClient");
    expect(await lab.call("info")).toMatchObject({ Product: "DAPLink CMSIS-DAP", Vendor: "Arm" });
  });

  it("flashes .bin and .hex, in any case of letters, and a file without a name", async () => {
    await using lab = await bench();
    await lab.call("flash", lab.context.resources.toDriver(BINARY), "app.BIN");
    expect(lab.probe.core.flash.subarray(0, 200)).toEqual(BINARY);
    await lab.call("flash", lab.context.resources.toDriver(new TextEncoder().encode(HEX)), "app.hex");
    expect(lab.probe.core.flash.subarray(0, 5)).toEqual(Uint8Array.of(1, 2, 3, 4, 0xff));
    await lab.call("flash", lab.context.resources.toDriver(BINARY), null);
    expect(lab.probe.core.flash.subarray(0, 200)).toEqual(BINARY);
    expect(lab.probe.core.resets).toBe(3);
  });

  it.each([
    ["app.elf", /^Unsupported firmware format '\.elf'/],
    ["firmware", /^Unsupported firmware format 'firmware'/],
  ])("refuses %s by its name, before anything is sent", async (name, words) => {
    await using lab = await bench();
    await expect(lab.call("flash", lab.context.resources.toDriver(BINARY), name)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(words),
    });
    expect(lab.probe.received).toBe(0);
  });

  it("refuses an ELF file that calls itself .bin", async () => {
    await using lab = await bench();
    const elf = elfFile([{ address: 0, bytes: BINARY }]);
    await expect(lab.call("flash", lab.context.resources.toDriver(elf), "app.bin")).rejects.toMatchObject({
      code: "invalid-argument",
    });
    expect(lab.probe.received).toBe(0);
  });

  it("does not dump", async () => {
    await using lab = await bench();
    await expect(lab.call("dump", lab.context.resources.fromDriver().handle, null)).rejects.toMatchObject({
      code: "not-implemented",
    });
  });
});
