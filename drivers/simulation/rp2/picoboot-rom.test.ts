import { afterEach, describe, expect, it } from "vitest";
import { settle } from "../../testing/manual-clock.ts";
import { CHIPS, FLASH_BASE, PAGE_BYTES, type Rp2Chip, SECTOR_BYTES } from "./chips.ts";
import { NorFlash } from "./nor-flash.ts";
import { PICOBOOT_IN, PICOBOOT_OUT, PicobootRom } from "./picoboot-rom.ts";

const within = new AbortController();
afterEach(() => expect(within.signal.aborted).toBe(false));
const options = { signal: within.signal };
const NOTHING = new Uint8Array();

interface Bench {
  readonly flash: NorFlash;
  readonly rom: PicobootRom;
  readonly reboots: { readonly bootsel: boolean; readonly delayMs: number }[];
}

function bench(chip: Rp2Chip = "rp2040"): Bench {
  const flash = new NorFlash(CHIPS[chip].flashSize);
  const reboots: Bench["reboots"] = [];
  const rom = new PicobootRom({ chip, flash, onReboot: (reboot) => void reboots.push(reboot) });
  return { flash, rom, reboots };
}

/** A command's packet. `data`: how many bytes go with it. */
function packet(
  id: number,
  words: readonly number[],
  data = 0,
  argumentBytes = 4 * words.length,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(32));
  for (const [offset, value] of [
    [0, 0x431f_d10b],
    [4, 77],
    [12, data],
    ...words.map((word, index) => [16 + 4 * index, word] as const),
  ] as const) {
    view.setUint32(offset, value, true);
  }
  view.setUint8(8, id);
  view.setUint8(9, argumentBytes);
  return new Uint8Array(view.buffer);
}

const send = (rom: PicobootRom, bytes: Uint8Array) => rom.out(PICOBOOT_OUT, bytes, options);
const take = (rom: PicobootRom, length: number) => rom.in(PICOBOOT_IN, length, options);

/** A command without data, to its acknowledgement; null: it stalled. */
async function command(rom: PicobootRom, id: number, words: readonly number[], argumentBytes?: number) {
  expect(await send(rom, packet(id, words, 0, argumentBytes))).toBe("ok");
  return take(rom, 64);
}

async function status(rom: PicobootRom): Promise<{ token: number; code: number; id: number }> {
  const block = await rom.control({
    direction: "in",
    type: "vendor",
    recipient: "interface",
    request: 0x42,
    value: 0,
    index: 1,
    length: 16,
  });
  if (block === null) throw new Error("it knows the request");
  const view = new DataView(block.buffer);
  return { token: view.getUint32(0, true), code: view.getUint32(4, true), id: view.getUint8(8) };
}

const reset = (rom: PicobootRom) =>
  rom.control({
    direction: "out",
    type: "vendor",
    recipient: "interface",
    request: 0x41,
    value: 0,
    index: 1,
    length: 0,
  });

const exitXip = (rom: PicobootRom) => command(rom, 0x06, []);

async function write(rom: PicobootRom, address: number, ...parts: readonly Uint8Array[]): Promise<boolean> {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  await send(rom, packet(0x05, [address, size], size));
  for (const part of parts) if ((await send(rom, part)) !== "ok") return false;
  return (await take(rom, 64))?.length === 0;
}

async function read(rom: PicobootRom, address: number, size: number): Promise<Uint8Array | null> {
  await send(rom, packet(0x84, [address, size], size));
  const bytes = await take(rom, size);
  if (bytes !== null) expect(await send(rom, NOTHING)).toBe("ok");
  return bytes;
}

describe("the simulated boot loader", () => {
  it("erases, writes and reads, and acknowledges each with an empty packet", async () => {
    const { rom, flash } = bench();
    expect(await exitXip(rom)).toEqual(NOTHING);
    flash.contents.fill(0, 0, SECTOR_BYTES);
    expect(await command(rom, 0x03, [FLASH_BASE, SECTOR_BYTES])).toEqual(NOTHING);
    const data = Uint8Array.from({ length: 600 }, (_, index) => index & 0xff);
    // As it comes in any pieces.
    expect(await write(rom, FLASH_BASE, data.slice(0, 100), data.slice(100))).toBe(true);
    expect(await read(rom, FLASH_BASE, 600)).toEqual(data);
    expect(await read(rom, FLASH_BASE + 768, PAGE_BYTES)).toEqual(new Uint8Array(PAGE_BYTES).fill(0xff));
  });

  it("clears bits and sets none where nothing was erased", async () => {
    const { rom } = bench();
    await exitXip(rom);
    await write(rom, FLASH_BASE, new Uint8Array(PAGE_BYTES).fill(0xf0));
    await write(rom, FLASH_BASE, new Uint8Array(PAGE_BYTES).fill(0x3c));
    expect(await read(rom, FLASH_BASE, 1)).toEqual(Uint8Array.of(0x30));
  });

  it("of an RP2040 reaches no flash before EXIT_XIP, and that of an RP2350 always does", async () => {
    const page = new Uint8Array(PAGE_BYTES).fill(0x11);
    const { rom, flash } = bench("rp2040");
    expect(await write(rom, FLASH_BASE, page)).toBe(true);
    expect(flash.contents[0]).toBe(0xff);
    expect(await read(rom, FLASH_BASE, 1)).not.toEqual(Uint8Array.of(0xff));
    const newer = bench("rp2350");
    await write(newer.rom, FLASH_BASE, page);
    expect(newer.flash.contents[0]).toBe(0x11);
  });

  for (const [what, bytes, code] of [
    ["an unknown command", packet(0x1f, []), 1],
    ["a command of the other chip", packet(0x0a, [0, 0, 0, 0]), 1],
    ["too few arguments", packet(0x03, [FLASH_BASE, SECTOR_BYTES], 0, 4), 2],
    ["data of another length", packet(0x05, [FLASH_BASE, 512], 256), 3],
  ] as const) {
    it(`stalls at ${what}, says why, and goes on after a reset`, async () => {
      const { rom } = bench();
      await send(rom, bytes);
      expect(await take(rom, 64)).toBeNull();
      expect(await send(rom, packet(0x06, []))).toBe("stall");
      expect(await status(rom)).toMatchObject({ token: 77, code, id: bytes[8] });
      await reset(rom);
      expect(await exitXip(rom)).toEqual(NOTHING);
    });
  }

  it("stalls at a packet that is no command", async () => {
    const { rom } = bench();
    await send(rom, new Uint8Array(32));
    expect(await take(rom, 64)).toBeNull();
  });

  it("stalls where there is no flash, and between pages", async () => {
    for (const [address, code] of [
      [0x0000_0000, 4],
      [FLASH_BASE + CHIPS.rp2040.flashWindow, 4],
      [FLASH_BASE + 1, 5],
    ] as const) {
      const { rom } = bench();
      await exitXip(rom);
      expect(await read(rom, address, PAGE_BYTES)).toBeNull();
      expect(await status(rom)).toMatchObject({ code, id: 0x84 });
      await reset(rom);
      expect(await write(rom, address, new Uint8Array(PAGE_BYTES))).toBe(false);
      expect(await status(rom)).toMatchObject({ code, id: 0x05 });
    }
  });

  it("of an RP2040 acknowledges an erasing that it has not done, and that of an RP2350 says why not", async () => {
    const { rom, flash } = bench("rp2040");
    await exitXip(rom);
    expect(await command(rom, 0x03, [FLASH_BASE + 256, SECTOR_BYTES])).toEqual(NOTHING);
    expect(flash.erasedSectors).toBe(0);
    const newer = bench("rp2350");
    expect(await command(newer.rom, 0x03, [FLASH_BASE + 256, SECTOR_BYTES])).toBeNull();
    expect(await status(newer.rom)).toMatchObject({ code: 5 });
  });

  it("restarts in its chip's way, and takes no more commands then", async () => {
    const { rom, reboots } = bench("rp2040");
    expect(await command(rom, 0x02, [0, 0x2004_2000, 250])).toEqual(NOTHING);
    await send(rom, packet(0x06, []));
    expect(await take(rom, 64)).toBeNull();
    expect(await status(rom)).toMatchObject({ code: 7 });
    const newer = bench("rp2350");
    expect(await command(newer.rom, 0x02, [0, 0, 0])).toBeNull();
    await reset(newer.rom);
    expect(await command(newer.rom, 0x0a, [2, 100, 0, 0])).toEqual(NOTHING);
    expect([reboots, newer.reboots]).toEqual([
      [{ bootsel: false, delayMs: 250 }],
      [{ bootsel: true, delayMs: 100 }],
    ]);
  });

  it("keeps what the host has not fetched when it gives up, and drops it at a reset", async () => {
    const { rom } = bench("rp2350");
    const host = new AbortController();
    const waiting = expect(rom.in(PICOBOOT_IN, 64, { signal: host.signal })).rejects.toThrow("enough");
    await settle();
    host.abort(new Error("enough"));
    await waiting;
    await send(rom, packet(0x84, [FLASH_BASE, 512], 512));
    expect(await take(rom, 256)).toHaveLength(256);
    await reset(rom);
    expect(await command(rom, 0x06, [])).toEqual(NOTHING);
  });

  it("has a drive beside, which is not PICOBOOT's", async () => {
    const { rom } = bench();
    expect(await rom.in(1, 64, options)).toBeNull();
    expect(await rom.out(2, NOTHING, options)).toBe("stall");
    const [configuration] = rom.descriptors.configurations;
    expect(configuration?.interfaces.map(({ alternates }) => alternates[0].class)).toEqual([
      [0x08, 0x06, 0x50],
      [0xff, 0, 0],
    ]);
  });
});
