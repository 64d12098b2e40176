import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import { exportedCall, exportedMethods } from "../base/methods.ts";
import { definition as pySerial } from "../pyserial/driver.ts";
import { createProgram, createProgramUf2 } from "../simulation/rp2/program.ts";
import { settle } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { createTestContext } from "../testing/test-context.ts";
import { KEPT_MS } from "./boot-session.ts";
import { definition } from "./driver.ts";
import { createPicoBench, type PicoBench, type PicoBenchOptions } from "./testing/pico-bench.ts";

const blink = createProgramUf2({ chip: "rp2040", name: "blink", size: 40_000 });
const other = createProgramUf2({ chip: "rp2040", name: "other", size: 9000 });
const blink2350 = createProgramUf2({ chip: "rp2350", name: "blink", size: 40_000 });

/** With the console of the board's programs. */
const withSerial: NonNullable<PicoBenchOptions["children"]> = async (serial, _, clock, keepLines) => {
  const context = createTestContext({ path: ["pico", "serial"], clock, devices: { serial } });
  keepLines("serial", context.lines);
  const driver = await pySerial.create(context, parse(pySerial.config, { url: "hwgrep://2e8a:000a" }));
  return new Map([["serial", driver]]);
};

/** With outputs at BOOTSEL and RUN, whose `on` pulls low. */
const withPins =
  (log: string[]): NonNullable<PicoBenchOptions["children"]> =>
  async (_, pico) => {
    const pin = (name: string, pull: (low: boolean) => void): Driver => ({
      clientClass: "jumpstarter_driver_gpiod.client.DigitalOutputClient",
      category: "other",
      methods: exportedMethods({
        on: exportedCall({}, () => {
          log.push(`${name} on`);
          pull(true);
        }),
        off: exportedCall({}, () => {
          log.push(`${name} off`);
          pull(false);
        }),
      }),
      async [Symbol.asyncDispose]() {},
    });
    return new Map([
      ["bootsel", pin("bootsel", (low) => pico.setBootsel(low))],
      ["run", pin("run", (low) => pico.setRun(!low))],
    ]);
  };

describe("flashing a Pico", () => {
  it("writes a UF2 file, compares it, and starts the program", async () => {
    await using it = await createPicoBench();
    it.pico.plugIn({ bootsel: true });
    expect(it.context.state).toMatchObject({ bootsel: true, busy: null });
    await it.flash(blink);
    expect(it.phases).toEqual(["receiving", "connecting", "comparing", "erasing", "writing", "verifying"]);
    expect(it.steps).toContain("writing 40960/40960");
    await it.running(until(() => it.pico.mode === "program"));
    expect(it.pico.program).toMatchObject({ name: "blink", size: 157 * 256 });
    expect(it.context.state).toMatchObject({ bootsel: false, chip: "RP2040", busy: null });
    expect(it.context.lines).toContain(
      "INFO the RP2040 was flashed: 40960 of 40960 bytes were written and compared",
    );
  });

  it("writes an RP2350 in its own way", async () => {
    await using it = await createPicoBench({ chip: "rp2350" });
    it.pico.plugIn();
    await it.flash(blink2350);
    await it.running(until(() => it.pico.mode === "program"));
    expect(it.pico.program).toMatchObject({ name: "blink" });
  });

  it("takes any other file for what the flash begins with", async () => {
    await using it = await createPicoBench();
    it.pico.plugIn();
    const image = createProgram({ chip: "rp2040", name: "raw", size: 5001 });
    await it.flash(image);
    expect(it.pico.flash.contents.slice(0, 5001)).toEqual(image);
    expect(it.context.lines).toContain(
      "INFO the file is no UF2 file: its bytes go to the beginning of the flash as they are",
    );
  });

  it("writes nothing when the program is there already, and restarts it all the same", async () => {
    await using it = await createPicoBench();
    it.pico.preload(createProgram({ chip: "rp2040", name: "blink", size: 40_000 }).fill(0xff, 39_936));
    it.pico.plugIn({ bootsel: true });
    await it.flash(createProgramUf2({ chip: "rp2040", name: "blink", size: 39_936 }));
    expect(it.pico.flash.erasedSectors).toBe(0);
    await it.running(until(() => it.pico.mode === "program"));
    expect(it.context.lines.at(-1)).toMatch(/had this program already/);
  });

  it("leaves alone what is there already, but for the first sector", async () => {
    await using it = await createPicoBench();
    const image = createProgram({ chip: "rp2040", name: "blink", size: 40_960 });
    it.pico.preload(image);
    it.pico.flash.contents.fill(0, 20_480, 20_490);
    it.pico.plugIn({ bootsel: true });
    await it.flash(image);
    expect(it.pico.flash.erasedSectors).toBe(2);
    expect(it.pico.flash.contents.slice(0, 40_960)).toEqual(image);
  });

  it("refuses a file for another chip before anything is erased", async () => {
    await using it = await createPicoBench();
    it.pico.plugIn();
    await expect(it.flash(blink2350)).rejects.toMatchObject({
      code: "invalid-argument",
      message: "this UF2 file is for RP2350 (Arm), and the board has an RP2040: build the program for RP2040",
    });
    expect(it.pico.flash.erasedSectors).toBe(0);
    expect(it.pico.mode).toBe("bootsel");
    await it.flash(blink);
  });

  it("refuses a damaged file before the board leaves its program", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "running" }));
    it.pico.plugIn();
    await expect(it.flash(blink.subarray(0, 700))).rejects.toMatchObject({ code: "invalid-argument" });
    expect(it.pico.program).toMatchObject({ name: "running" });
  });

  it("says what to do when no board is in BOOTSEL mode and nothing can bring it there", async () => {
    await using it = await createPicoBench();
    await expect(it.flash(blink)).rejects.toMatchObject({
      code: "not-implemented",
      message: expect.stringMatching(
        /^Programmatic BOOTSEL entry requires .* hold BOOTSEL while plugging the board in$/,
      ),
    });
  });

  it("allows one at a time", async () => {
    await using it = await createPicoBench();
    it.pico.plugIn();
    const first = it.flash(blink);
    await expect(it.flash(other)).rejects.toMatchObject({
      code: "device-in-use",
      message: "`pico` is busy flashing: wait until that is done, or cancel it",
    });
    await expect(it.call("enter_bootloader", [])).rejects.toMatchObject({ code: "device-in-use" });
    await first;
  });

  it("says that a board is held by another program, and is allowed by nobody", async () => {
    await using it = await createPicoBench();
    it.pico.plugIn();
    const device = it.pico.usbDevice;
    if (device === undefined) throw new Error("it is in its boot loader");
    device.heldElsewhere = true;
    await expect(it.flash(blink)).rejects.toMatchObject({ code: "device-in-use" });
    device.heldElsewhere = false;
    device.denied = true;
    await expect(it.flash(blink)).rejects.toMatchObject({
      code: "device-missing",
      message: expect.stringMatching(/udev rule/),
    });
    device.denied = false;
    await it.flash(blink);
  });

  it("says so where the browser has no USB devices", async () => {
    const context = createTestContext();
    await using driver = await definition.create(context, parse(definition.config, {}));
    const enter = driver.methods.get("enter_bootloader");
    if (enter?.kind !== "call") throw new Error("an exported call");
    await expect(enter.run([], { signal: new AbortController().signal })).rejects.toMatchObject({
      code: "not-implemented",
      message: expect.stringMatching(/offers no USB devices/),
    });
  });
});

describe("entering the boot loader", () => {
  for (const touch of ["baud-rate", "dtr-falls"] as const) {
    it(`touches the serial port at 1200 baud, for programs that wait for ${touch}`, async () => {
      await using it = await createPicoBench({ children: withSerial, touch });
      it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
      it.pico.plugIn();
      expect(it.pico.mode).toBe("program");
      await it.running(it.call("enter_bootloader", []));
      expect(it.pico.mode).toBe("bootsel");
      await it.call("enter_bootloader", []);
    });
  }

  it("is a part of flashing, and the console that is open hears the new program", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    const console = await consoleOf(it);
    await it.flash(blink);
    expect(it.pico.mode).toBe("program");
    expect(await it.running(console.until("Hello from blink\r\n"))).not.toContain("old");
    await console.vanish();
  });

  it("keeps the port for who flashes next, so that the console hears the new program", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    const console = await consoleOf(it);
    await it.running(it.call("enter_bootloader", []));
    await it.clock.advance(KEPT_MS - 1000);
    expect(it.lines("serial")).toContainEqual(expect.stringMatching(/consoles wait$/));
    await it.flash(blink);
    expect(await it.running(console.until("Hello from blink\r\n"))).not.toContain("old");
    await console.vanish();
  });

  it("gives the port back when nobody flashes, and at once when the board leaves its boot loader", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    const goesOn = () => it.lines("serial").filter((line) => line.endsWith("consoles go on")).length;
    await it.running(it.call("enter_bootloader", []));
    expect(goesOn()).toBe(0);
    await it.clock.advance(KEPT_MS);
    expect(goesOn()).toBe(1);
    it.pico.unplug();
    it.pico.plugIn();
    await it.running(it.call("enter_bootloader", []));
    it.pico.unplug();
    await settle();
    expect(goesOn()).toBe(2);
  });

  it("gives the port back when the session ends: what follows is another's", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    await it.running(it.call("enter_bootloader", []));
    await it.driver.reset?.();
    expect(it.lines("serial")).toContainEqual(expect.stringMatching(/consoles go on$/));
    expect(it.pico.mode).toBe("bootsel");
  });

  it("gives the port back when the console's driver ends", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    await it.running(it.call("enter_bootloader", []));
    const started = it.clock.now();
    await it.children.get("serial")?.[Symbol.asyncDispose]();
    expect(it.clock.now()).toBe(started);
    expect(it.lines("serial")).not.toContainEqual(expect.stringMatching(/was not given back/));
  });

  it("resets by the pins where both are there, BOOTSEL held over the reset", async () => {
    const log: string[] = [];
    await using it = await createPicoBench({
      children: withPins(log),
      config: { gpio_reset_hold_seconds: 0.2 },
    });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    const started = it.clock.now();
    await it.running(it.call("enter_bootloader", []));
    expect(log).toEqual(["bootsel on", "run on", "run off", "bootsel off"]);
    expect(it.clock.now() - started).toBeGreaterThanOrEqual(500);
    expect(it.pico.mode).toBe("bootsel");
  });

  it("lets the pins go when the client leaves in the middle", async () => {
    const log: string[] = [];
    await using it = await createPicoBench({ children: withPins(log) });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    const client = new AbortController();
    const entering = expect(it.call("enter_bootloader", [], { signal: client.signal })).rejects.toThrow(
      "gone",
    );
    await it.clock.advance(150);
    expect(log).toEqual(["bootsel on", "run on"]);
    client.abort(new Error("gone"));
    await entering;
    expect(log).toEqual(["bootsel on", "run on", "run off", "bootsel off"]);
  });

  it("gives up after bootloader_wait_seconds, and says what may be the matter", async () => {
    await using it = await createPicoBench({
      children: withSerial,
      touch: "never",
      config: { bootloader_wait_seconds: 2.5 },
    });
    it.pico.preload(createProgram({ chip: "rp2040", name: "deaf" }));
    it.pico.plugIn();
    await expect(it.flash(blink)).rejects.toMatchObject({
      code: "file-not-found",
      message: expect.stringMatching(/within 2\.5 s: .* allow it on the page once; .* hold BOOTSEL/),
    });
    expect(it.pico.program).toMatchObject({ name: "deaf" });
  });

  it("gives up as well when the page was never granted the boot loader", async () => {
    await using it = await createPicoBench({ children: withSerial, granted: false });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    await expect(it.running(it.call("enter_bootloader", []))).rejects.toMatchObject({
      code: "file-not-found",
    });
    expect(it.pico.mode).toBe("bootsel");
    await it.pico.usb.requestDevice({ filters: [{ vendorId: 0x2e8a }] });
    await it.usb.refresh();
    await it.call("enter_bootloader", []);
  });

  it("starts the program again when the file turns out to be for another chip, and says so when it has left its boot loader", async () => {
    await using it = await createPicoBench({ children: withSerial });
    it.pico.preload(createProgram({ chip: "rp2040", name: "old" }));
    it.pico.plugIn();
    await expect(it.flash(blink2350)).rejects.toMatchObject({ code: "invalid-argument" });
    expect(it.pico.mode).toBe("program");
    expect(it.pico.program).toMatchObject({ name: "old" });
  });
});

describe("asking the boot loader", () => {
  it("reads what INFO_UF2.TXT says, and the number of a chip that tells it", async () => {
    {
      await using it = await createPicoBench();
      it.pico.plugIn();
      expect(await it.call("bootloader_info", [])).toEqual({
        Model: "Raspberry Pi RP2",
        "Board-ID": "RPI-RP2",
      });
    }
    await using newer = await createPicoBench({ chip: "rp2350" });
    newer.pico.plugIn();
    expect(await newer.call("bootloader_info", [])).toEqual({
      Model: "Raspberry Pi RP2350",
      "Board-ID": "RP2350",
      "Chip-ID": "4E8A17C2D90B63F5",
    });
  });

  it("says that no board is in BOOTSEL mode", async () => {
    await using it = await createPicoBench();
    await expect(it.call("bootloader_info", [])).rejects.toMatchObject({
      code: "file-not-found",
      message: expect.stringMatching(/^no board is in BOOTSEL mode: hold BOOTSEL while plugging it in/),
    });
  });

  it("cannot dump", async () => {
    await using it = await createPicoBench();
    const { handle } = it.context.resources.fromDriver();
    await expect(it.call("dump", [handle, null])).rejects.toMatchObject({
      code: "not-implemented",
      message: expect.stringMatching(/^Dumping flash is not supported by the Pi Pico UF2 driver/),
    });
  });
});

describe("comparing the board with an image", () => {
  it("reads it back, and goes back to the program that ran", async () => {
    await using it = await createPicoBench({ children: withSerial });
    const image = createProgram({ chip: "rp2040", name: "there", size: 8192 });
    it.pico.preload(image);
    it.pico.plugIn();
    const verify = async (bytes: Uint8Array<ArrayBuffer>) => {
      using kept = await it.context.storage.images.receive(new Blob([bytes]).stream(), {
        signal: new AbortController().signal,
      });
      const work = it.driver.verify?.(kept, null, { signal: new AbortController().signal });
      return it.running(work ?? Promise.reject(new Error("it can verify")));
    };
    expect(await verify(image)).toEqual({
      matches: true,
      detail: "all 8192 bytes of flash that the file fills are as it says",
    });
    expect(it.pico.program).toMatchObject({ name: "there" });
    image[5000] = (image[5000] ?? 0) ^ 1;
    expect(await verify(image)).toEqual({
      matches: false,
      detail: "the flash differs from the file at 0x10001388",
    });
    expect(it.pico.flash.erasedSectors).toBe(0);
  });
});

/** A client's console, which has heard the program that runs. */
async function consoleOf(it: PicoBench): Promise<StreamClient> {
  const serial = it.children.get("serial");
  if (serial === undefined) throw new Error("the bench has one");
  const console = await StreamClient.open(serial);
  await it.running(console.until("Hello from old\r\n"));
  return console;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await settle();
}
