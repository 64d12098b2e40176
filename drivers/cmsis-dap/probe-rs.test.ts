import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import type { DriverContext } from "../base/driver.ts";
import type { JsonObject } from "../base/json.ts";
import { createUsbDevices } from "../base/usb-devices.ts";
import { CortexM, RAM_ADDRESS } from "../simulation/cmsis-dap/cortex-m.ts";
import { DapLink, type DapLinkOptions } from "../simulation/cmsis-dap/dap-link.ts";
import { FakeUsb } from "../simulation/fake-usb.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { call, createTestContext } from "../testing/test-context.ts";
import { definition } from "./probe-rs.ts";
import { elfFile } from "./testing/elf-file.ts";
import { createProbeBench, type ProbeBench } from "./testing/probe-bench.ts";

const create = (config: JsonObject) => async (context: DriverContext) =>
  definition.create(context, v.parse(definition.config, config));

const bench = (
  options: DapLinkOptions & { clock?: ManualClock; unkind?: boolean } = {},
  config: JsonObject = {},
): Promise<ProbeBench> => createProbeBench(create(config), { clock: new ManualClock(), ...options });

/** Bytes that are not alike, and begin as a vector table does. */
const firmware = (bytes: number): Uint8Array => {
  const image = Uint8Array.from({ length: bytes }, (_, index) => index * 31 + (index >> 8));
  image.set([0x00, 0x20, 0x00, 0x20, 0xc1, 0x00, 0x00, 0x00]);
  return image;
};

describe("ProbeRs", () => {
  it("is what Jumpstarter's probe-rs client drives", async () => {
    await using lab = await bench();
    expect(lab.driver.clientClass).toBe("jumpstarter_driver_probe_rs.client.ProbeRsClient");
    expect([...lab.driver.methods.keys()]).toEqual(["info", "reset_target", "erase", "download", "read"]);
  });

  it("says what the probe and the target are", async () => {
    await using lab = await bench({}, { chip: "nRF52833_xxAA" });
    expect(await lab.call("info")).toBe(
      [
        "Probe: Arm DAPLink CMSIS-DAP",
        "Serial number: 9904360258364e45003e3015000000410000000097969901",
        "CMSIS-DAP: 2.1.0",
        "Debug port: 0x2ba01477",
        "Core: Cortex-M4 r0p1 (CPUID 0x410fc241)",
        "Chip, by the configuration: nRF52833_xxAA",
        "",
      ].join("\n"),
    );
    expect(lab.device.opened).toBe(false);
  });

  it.each([
    true,
    false,
  ])("reads memory in all widths, over the bounds of a KiB (unkind: %s)", async (unkind) => {
    const core = new CortexM();
    core.ram.set([0x78, 0x56, 0x34, 0x12, 0xf0, 0xde, 0xbc, 0x9a], 1024 - 4);
    await using lab = await bench({ core, unkind });
    const at = `0x${(RAM_ADDRESS + 1024 - 4).toString(16)}`;
    expect(await lab.call("read", "b8", `${RAM_ADDRESS + 1024 - 3}`, "3")).toEqual(["56", "34", "12"]);
    expect(await lab.call("read", "b16", at, "2")).toEqual(["5678", "1234"]);
    expect(await lab.call("read", "b32", at, "2")).toEqual(["12345678", "9abcdef0"]);
    core.ram.set([1, 2, 3, 4, 5, 6, 7, 8], 1024);
    expect(await lab.call("read", "b64", `0x${(RAM_ADDRESS + 1024).toString(16)}`, "1")).toEqual([
      "0807060504030201",
    ]);
  });

  it.each([
    [["b12", "0", "1"], /b8, b16, b32, b64/],
    [["b32", "two", "1"], /whole number/],
    [["b32", "0x2", "1"], /multiple of 4/],
    [["b32", "0", "0"], /between 1 and 16384/],
    [["b8", "0", "70000"], /between 1 and 65536/],
    [["b32", "0xfffffffc", "2"], /0xffffffff/],
  ])("refuses to read %j", async (args, words) => {
    await using lab = await bench();
    await expect(lab.call("read", ...args)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(words),
    });
    expect(lab.probe.received).toBe(0);
  });

  it("flashes a binary, reads it back, and starts it", async () => {
    await using lab = await bench();
    const image = firmware(5000);
    const text = await lab.call("download", lab.context.resources.toDriver(image));
    expect(text).toBe("Finished: binary file, 5000 bytes, verified\n");
    expect(lab.probe.core.flash.subarray(0, 5000)).toEqual(image);
    expect(lab.probe.core.flash[5000]).toBe(0xff);
    expect(lab.probe.core.resets).toBe(1);
    expect([...new Set(lab.steps.map(({ phase }) => phase))]).toEqual(["receiving", "writing", "verifying"]);
    expect(lab.steps.at(-1)).toEqual({ phase: "verifying", done: 5000, total: 5000 });
    expect(lab.device.opened).toBe(false);
  });

  it("flashes by a probe at high speed, whose packets hold more than a page's length can say", async () => {
    await using lab = await bench({ packetBytes: 512 });
    const image = firmware(5001);
    await lab.call("download", lab.context.resources.toDriver(image));
    expect(lab.probe.core.flash.subarray(0, 5001)).toEqual(image);
  });

  it("flashes a file that is smaller than a page, and an ELF file at its addresses", async () => {
    await using lab = await bench();
    await lab.call("download", lab.context.resources.toDriver(firmware(16)));
    expect(lab.probe.core.flash.subarray(0, 16)).toEqual(firmware(16));
    const segments = [
      { address: 0, bytes: firmware(100) },
      { address: 0x1_0001, bytes: Uint8Array.of(1, 2, 3) },
    ];
    expect(await lab.call("download", lab.context.resources.toDriver(elfFile(segments)))).toMatch(
      /^Finished: ELF file/,
    );
    expect(lab.probe.core.flash.subarray(0x1_0000, 0x1_0005)).toEqual(Uint8Array.of(0xff, 1, 2, 3, 0xff));
  });

  it("touches nothing for a file that is damaged", async () => {
    await using lab = await bench();
    await lab.call("download", lab.context.resources.toDriver(firmware(64)));
    const { received } = lab.probe;
    const damaged = new TextEncoder().encode(":0400000001020304F3\n:00000001FF\n");
    await expect(lab.call("download", lab.context.resources.toDriver(damaged))).rejects.toMatchObject({
      code: "invalid-argument",
    });
    expect(lab.probe.received).toBe(received);
  });

  it("says so when the flash does not keep what it was given, and compares it when it is asked to", async () => {
    await using lab = await bench();
    lab.probe.wornOut = true;
    await expect(lab.call("download", lab.context.resources.toDriver(firmware(300)))).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/differs at 0x00000000/),
    });
    lab.probe.wornOut = false;
    using image = await lab.context.storage.images.receive(new Blob([firmware(300) as BlobPart]).stream(), {
      signal: lab.abort.signal,
    });
    const verify = () => lab.driver.verify?.(image, null, { signal: lab.abort.signal });
    expect(await verify()).toMatchObject({ matches: false });
    await lab.call("download", lab.context.resources.toDriver(firmware(300)));
    expect(await verify()).toMatchObject({ matches: true, detail: expect.stringContaining("300 bytes") });
  });

  it("resets the target by the probe", async () => {
    await using lab = await bench();
    expect(await lab.call("reset_target")).toBe("Target reset\n");
    expect(lab.probe.core.resets).toBe(1);
  });

  it("does not erase, and says what to do instead", async () => {
    await using lab = await bench();
    await expect(lab.call("erase")).rejects.toMatchObject({ code: "not-implemented" });
  });

  it("cannot flash by a probe that has no flash algorithm, and says which one could", async () => {
    await using lab = await bench({ plain: true });
    expect(await lab.call("info")).toContain("Cortex-M4");
    await expect(lab.call("download", lab.context.resources.toDriver(firmware(64)))).rejects.toMatchObject({
      code: "not-implemented",
      message: expect.stringContaining("DAPLink"),
    });
  });

  it("says what is missing when no target answers, and works when one does", async () => {
    await using lab = await bench();
    lab.probe.port.disconnected = true;
    await expect(lab.call("info")).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/power.*SWDIO/),
    });
    lab.probe.port.disconnected = false;
    expect(await lab.call("info")).toContain("Cortex-M4");
  });

  it("gives up a target that never says that it is ready, in bounded time", async () => {
    const clock = new ManualClock();
    await using lab = await bench({ clock });
    lab.probe.port.powerless = true;
    const asked = expect(lab.call("info")).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringContaining("check that the board has power"),
    });
    const { received } = lab.probe;
    await lab.heard(received + 1000);
    await clock.advance(2000);
    await asked;
    expect(lab.device.opened).toBe(false);
    lab.probe.port.powerless = false;
    expect(await lab.call("info")).toContain("Cortex-M4");
  });

  it("says so when the target's memory is protected, and works on elsewhere", async () => {
    await using lab = await bench();
    lab.probe.core.protectedFrom = 0;
    await expect(lab.call("read", "b32", "0x100", "1")).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/0x00000100.*protected/),
    });
    expect(await lab.call("read", "b32", "0x20000000", "1")).toEqual(["00000000"]);
  });

  it("says so when the probe talks nonsense", async () => {
    const clock = new ManualClock();
    await using lab = await bench({ clock });
    lab.probe.nonsense = true;
    const asked = expect(lab.call("info")).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/unplug it/),
    });
    // It waits a moment for what may still come from before.
    await lab.heard(1);
    await clock.advance(1000);
    await asked;
  });

  it("throws away what the probe still had for an earlier program", async () => {
    await using lab = await bench();
    await lab.probe.out(1, Uint8Array.of(0x0a));
    await lab.probe.out(1, Uint8Array.of(0x00, 0x01));
    expect(await lab.call("info")).toContain("Probe: Arm DAPLink CMSIS-DAP");
  });

  it("gives up a probe that stops answering, in bounded time", async () => {
    const clock = new ManualClock();
    await using lab = await bench({ clock });
    lab.probe.silentAfterBytes = 3000;
    const asked = expect(
      lab.call("download", lab.context.resources.toDriver(firmware(8000))),
    ).rejects.toMatchObject({
      code: "timeout",
    });
    await lab.heard(3000);
    await clock.advance(60_000);
    await asked;
  });

  it("gives up a probe that takes no commands any more, in bounded time", async () => {
    const clock = new ManualClock();
    await using lab = await bench({ clock });
    const stuck = Promise.withResolvers<void>();
    lab.probe.out = () => {
      stuck.resolve();
      return new Promise<never>(() => {}); // for ever
    };
    const asked = expect(lab.call("info")).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringContaining("took no command"),
    });
    await stuck.promise;
    await clock.advance(5000);
    await asked;
    expect(lab.device.opened).toBe(false);
  });

  it("has closed the probe when the exporter has let go of it in the middle of work", async () => {
    const lab = await bench();
    lab.probe.silentAfterBytes = 3000;
    const asked = expect(
      lab.call("download", lab.context.resources.toDriver(firmware(8000))),
    ).rejects.toThrow(/let go of this probe/);
    await lab.heard(3000);
    await lab[Symbol.asyncDispose]();
    expect(lab.device.opened).toBe(false);
    await asked;
    await expect(lab.call("info")).rejects.toThrow(/let go of this probe/);
  });

  it("takes no probe by showing it: of two drivers that could have it, a person says which one", async () => {
    const usb = new FakeUsb();
    usb.plug({ device: new DapLink() });
    await using devices = createUsbDevices({ usb, remembered: {} });
    await devices.refresh();
    const place = (name: string) => createTestContext({ path: [name], devices: { usb: devices } });
    for (const driver of [await create({})(place("one")), await create({})(place("two"))]) {
      await expect(call(driver, "info")).rejects.toMatchObject({ code: "device-not-bound" });
    }
  });

  it("hears of a cable that is pulled in the middle, and flashes again when it is back", async () => {
    const usbCut = Promise.withResolvers<void>();
    await using lab = await bench();
    const { out } = lab.probe;
    lab.probe.out = (endpoint, bytes, ...rest) => {
      if (lab.probe.received > 3000) {
        lab.usb.unplug(lab.device);
        lab.probe.out = out;
        usbCut.resolve();
      }
      return out.call(lab.probe, endpoint, bytes, ...rest);
    };
    await expect(lab.call("download", lab.context.resources.toDriver(firmware(8000)))).rejects.toMatchObject({
      code: "device-disconnected",
    });
    await usbCut.promise;
    await expect(lab.call("info")).rejects.toMatchObject({ code: "device-missing" });
    lab.usb.plug({ device: lab.probe });
    await lab.call("download", lab.context.resources.toDriver(firmware(8000)));
    expect(lab.probe.core.flash.subarray(0, 8000)).toEqual(firmware(8000));
  });

  it("closes the probe when nobody waits any more", async () => {
    await using lab = await bench({ clock: new ManualClock() });
    lab.probe.silentAfterBytes = 0;
    const asked = lab.call("info");
    const rejected = expect(asked).rejects.toThrow("nobody waits");
    await lab.heard(1);
    lab.abort.abort(new Error("nobody waits"));
    await rejected;
    expect(lab.device.opened).toBe(false);
  });

  it("does one thing at a time", async () => {
    await using lab = await bench();
    const first = lab.call("info");
    await expect(lab.call("reset_target")).rejects.toMatchObject({
      code: "device-in-use",
      message: expect.stringContaining("looking at the target"),
    });
    await first;
  });

  it("takes the probe that the configuration names, and no other", async () => {
    await using lab = await bench({}, { probe: "2e8a:000c" });
    await expect(lab.call("info")).rejects.toMatchObject({ code: "device-missing" });
  });

  it("says where there is no Web USB", async () => {
    const driver = await create({})(createTestContext({ clock: systemClock }));
    const info = driver.methods.get("info");
    if (info?.kind !== "call") throw new Error("info is a call");
    await expect(info.run([], { signal: new AbortController().signal })).rejects.toMatchObject({
      code: "not-implemented",
    });
  });

  it.each([
    [{ probe: "0d28" }, /VID:PID/],
    [{ protocol: "spi" }, /swd or jtag/],
    [{ speed: 0 }, /at least 1 kHz/],
    [{ prob: "0d28:0204" }, /known keys/],
  ])("refuses the configuration %j", (config, words) => {
    expect(v.safeParse(definition.config, config).issues?.[0].message).toMatch(words);
  });
});
