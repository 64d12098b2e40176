import { describe, expect, it } from "vitest";
import { FaultyUsbDevice, type UsbFaults } from "../simulation/faulty-usb-device.ts";
import { createProgram, createProgramUf2 } from "../simulation/rp2/program.ts";
import { COMMAND_MS } from "./picoboot.ts";
import { createPicoBench, type PicoBench, type PicoBenchOptions } from "./testing/pico-bench.ts";

const SIZE = 60_000;
const blink = createProgramUf2({ chip: "rp2040", name: "blink", size: SIZE });
const image = createProgram({ chip: "rp2040", name: "blink", size: SIZE });
const GET_COMMAND_STATUS = 0x42;

/** A board in its boot loader whose first life on the bus has faults, and the later ones none. */
async function faulty(
  faults: (bench: () => PicoBench) => UsbFaults,
  options: PicoBenchOptions = {},
): Promise<PicoBench> {
  let bench: PicoBench | undefined;
  const get = (): PicoBench => {
    if (bench === undefined) throw new Error("the bench is not there yet");
    return bench;
  };
  let lives = 0;
  bench = await createPicoBench({
    ...options,
    between: (rom) => {
      lives += 1;
      return lives === 1 ? new FaultyUsbDevice(rom, faults(get)) : rom;
    },
  });
  bench.pico.plugIn({ bootsel: true });
  return bench;
}

/** The board can be flashed as if nothing had been. */
async function flashesWell(it: PicoBench): Promise<void> {
  await it.flash(blink);
  expect(it.pico.flash.contents.slice(0, SIZE)).toEqual(image);
}

const isCommand = (bytes: Uint8Array, id: number): boolean => bytes.length === 32 && bytes[8] === id;

describe("a cable that is pulled", () => {
  it("at half of the writing says so, and the board is in its boot loader when it is plugged in again", async () => {
    await using it = await faulty((bench) => ({
      at: { outBytes: SIZE / 2, run: () => bench().pico.unplug() },
    }));
    await expect(it.flash(blink)).rejects.toMatchObject({
      code: "device-disconnected",
      message: "Raspberry Pi Pico (BOOTSEL) 2e8a:0003 went away: plug it in and try again",
    });
    expect(it.phases.at(-1)).toBe("writing");
    expect(it.context.state).toMatchObject({ bootsel: false, busy: null });
    it.pico.plugIn();
    expect(it.pico.mode, "half a program does not start").toBe("bootsel");
    await flashesWell(it);
  });

  it("and plugged in at once says so too", async () => {
    await using it = await faulty((bench) => ({
      at: {
        outBytes: 100,
        run() {
          bench().pico.unplug();
          bench().pico.plugIn();
        },
      },
    }));
    await expect(it.flash(blink)).rejects.toMatchObject({ code: "device-disconnected" });
    await flashesWell(it);
  });
});

describe("a client that goes away", () => {
  it("at half of the writing leaves a board that can be flashed again", async () => {
    const client = new AbortController();
    await using it = await faulty(() => ({
      at: { outBytes: SIZE / 2, run: () => client.abort(new Error("the client has gone")) },
    }));
    await expect(it.flash(blink, { signal: client.signal })).rejects.toThrow("the client has gone");
    expect(it.phases.at(-1)).toBe("writing");
    expect(it.pico.usbDevice?.opened).toBe(false);
    expect(it.pico.mode).toBe("bootsel");
    await flashesWell(it);
  });

  it("ends also when the exporter lets go of the board", async () => {
    await using it = await faulty((bench) => ({
      at: { outBytes: SIZE / 2, run: () => void bench().driver[Symbol.asyncDispose]() },
    }));
    await expect(it.flash(blink)).rejects.toThrow("the exporter has let go of this board");
    expect(it.pico.usbDevice?.opened).toBe(false);
  });
});

describe("a boot loader with faults", () => {
  for (const [what, faults, message] of [
    [
      "stalls and does not say why",
      { stall: (bytes) => isCommand(bytes, 0x05) },
      /answered nonsense, told to write \d+ bytes at 0x1000\w{4} \(it refused, and does not say why\)/,
    ],
    [
      "stalls and answers garbage when it is asked why",
      {
        stall: (bytes) => isCommand(bytes, 0x03),
        control: (setup, answer) => (setup.request === GET_COMMAND_STATUS ? new Uint8Array(3) : answer),
      },
      /answered nonsense, told to erase 61440 bytes at 0x10000000/,
    ],
    [
      "sends less than it was asked for",
      { garble: (bytes) => (bytes.length > 100 ? new Uint8Array() : bytes) },
      /answered nonsense, told to read 61440 bytes at 0x10000000 \(it sent 0 of 61440 bytes\)/,
    ],
    [
      "sends more than it was asked for",
      { garble: (bytes, length) => (bytes.length > 100 ? new Uint8Array(length + 1) : bytes) },
      /it sent more than it was asked for/,
    ],
    [
      "sends something where nothing belongs",
      { garble: (bytes) => (bytes.length === 0 ? Uint8Array.of(1, 2, 3) : bytes) },
      /it sent 3 bytes where none belong/,
    ],
    [
      "reads back what was not written",
      { garble: (bytes) => bytes.map((byte, index) => (index === 5000 ? byte ^ 1 : byte)) },
      /the flash does not hold what was written at 0x10001388: flash again/,
    ],
  ] satisfies readonly (readonly [string, UsbFaults, RegExp])[]) {
    it(`that ${what} is told apart from a good one`, async () => {
      await using it = await faulty(() => faults);
      await expect(it.flash(blink)).rejects.toMatchObject({
        code: "device-io",
        message: expect.stringMatching(message),
      });
      expect(it.pico.usbDevice?.opened).toBe(false);
      it.pico.unplug();
      it.pico.plugIn({ bootsel: true });
      await flashesWell(it);
    });
  }

  it("that does not answer is given up, and says what to do", async () => {
    await using it = await faulty(() => ({ hang: (bytes) => isCommand(bytes, 0x03) }));
    const started = it.clock.now();
    await expect(it.flash(blink)).rejects.toMatchObject({
      code: "timeout",
      message:
        "Raspberry Pi Pico (BOOTSEL) 2e8a:0003 did not answer for 10 s, told to erase 61440 bytes at 0x10000000: unplug it, and plug it in with BOOTSEL held",
    });
    expect(it.clock.now() - started).toBeGreaterThanOrEqual(COMMAND_MS);
    expect(it.pico.usbDevice?.opened).toBe(false);
    await expect(it.call("bootloader_info", []), "it is not busy any more").resolves.toBeTruthy();
  });

  it("that was left in the middle of a command by somebody else is taken over", async () => {
    await using it = await faulty(() => ({}));
    const device = it.pico.usbDevice;
    if (device === undefined) throw new Error("it is in its boot loader");
    await device.open();
    await device.claimInterface(1);
    await device.transferOut(3, new Uint8Array(5));
    expect(await device.transferIn(4, 64)).toEqual({ status: "stall" });
    await device.close();
    await flashesWell(it);
  });

  it("that refuses a command says why in words", async () => {
    await using it = await faulty(() => ({
      stall: (bytes) => isCommand(bytes, 0x03),
      control: (setup, answer) => {
        if (setup.request !== GET_COMMAND_STATUS) return answer;
        const status = new Uint8Array(16);
        status[4] = 10;
        return status;
      },
    }));
    await expect(it.flash(blink)).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/refused to erase .*: that part of the flash is protected/),
    });
  });
});

describe("a program that is larger than the board's flash", () => {
  it("is found when it is compared", async () => {
    await using it = await createPicoBench();
    it.pico.plugIn();
    const large = createProgram({ chip: "rp2040", name: "large", size: it.pico.flash.size + 8192 });
    await expect(it.flash(large)).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(
        /does not hold what was written at 0x1000\w{4}: .* larger than the board's flash/,
      ),
    });
  });
});
