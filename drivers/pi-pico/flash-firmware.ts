/**
 * Firmware onto a chip that is in its boot loader, and back to compare.
 * Above: driver.ts. Below: picoboot.ts, sectors of firmware.ts.
 *
 * What is on the chip already is left alone. The first sector is erased first and written last: whatever comes between, a board that was not
 * flashed whole has nothing to start, and stays in its boot loader.
 */

import { DriverError } from "../base/error.ts";
import type { WorkReport } from "../base/methods.ts";
import { hex, SECTOR_BYTES } from "./chips.ts";
import type { Sector } from "./firmware.ts";
import type { Picoboot } from "./picoboot.ts";

/** Bytes that one command reads, erases and writes: round trips cost little then, and progress is still seen. */
const READ_BYTES = 64 * 1024;
const ERASE_BYTES = 64 * 1024;
const WRITE_BYTES = 16 * 1024;
/** Sectors that are all different: then the rest is taken to be so too, and not read first. */
const COMPARED_SECTORS = 32;

export interface FlashedFirmware {
  /** Bytes that had to be written; 0: all of it was there. */
  readonly changed: number;
}

/** Rejects with a DriverError, and with the signal's reason between two commands. */
export async function flashFirmware(
  boot: Picoboot,
  sectors: readonly Sector[],
  report: WorkReport | undefined,
): Promise<FlashedFirmware> {
  const different = await differentSectors(boot, sectors, report);
  const [first] = sectors;
  if (different.length === 0 || first === undefined) return { changed: 0 };
  const work = different[0] === first ? different : [first, ...different];
  await erase(boot, work, report);
  await write(boot, [...work.slice(1), first], report);
  const wrong = await firstDifference(boot, work, report);
  if (wrong !== undefined) {
    // It would start, and be wrong.
    await boot.erase(first.address, SECTOR_BYTES);
    throw new DriverError(
      "device-io",
      `the flash does not hold what was written at ${hex(wrong)}: flash again, and if it stays so, the program is larger than the board's flash, or the flash is worn out`,
    );
  }
  return { changed: work.length * SECTOR_BYTES };
}

/** @returns the first address whose content is another one. */
export async function firstDifference(
  boot: Picoboot,
  sectors: readonly Sector[],
  report: WorkReport | undefined,
): Promise<number | undefined> {
  const step = steps(report, "verifying", sectors);
  for (const run of runsOf(sectors, READ_BYTES)) {
    const read = await boot.read(run.address, run.data.length);
    const index = read.findIndex((byte, at) => byte !== run.data[at]);
    if (index >= 0) return run.address + index;
    step(run.data.length);
  }
  return undefined;
}

async function differentSectors(
  boot: Picoboot,
  sectors: readonly Sector[],
  report: WorkReport | undefined,
): Promise<Sector[]> {
  const different: Sector[] = [];
  const step = steps(report, "comparing", sectors);
  let compared = 0;
  for (const run of runsOf(sectors, READ_BYTES)) {
    const read = await boot.read(run.address, run.data.length);
    for (const [index, sector] of run.sectors.entries()) {
      const there = read.subarray(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES);
      if (!sameBytes(there, sector.data)) different.push(sector);
    }
    compared += run.sectors.length;
    step(run.data.length);
    if (compared >= COMPARED_SECTORS && different.length === compared) {
      return [...different, ...sectors.slice(compared)];
    }
  }
  return different;
}

async function erase(
  boot: Picoboot,
  sectors: readonly Sector[],
  report: WorkReport | undefined,
): Promise<void> {
  const step = steps(report, "erasing", sectors);
  for (const run of runsOf(sectors, ERASE_BYTES)) {
    await boot.erase(run.address, run.data.length);
    step(run.data.length);
  }
}

async function write(
  boot: Picoboot,
  sectors: readonly Sector[],
  report: WorkReport | undefined,
): Promise<void> {
  const step = steps(report, "writing", sectors);
  for (const run of runsOf(sectors, WRITE_BYTES)) {
    // What is all ones was erased to that.
    if (run.data.some((byte) => byte !== 0xff)) await boot.write(run.address, run.data);
    step(run.data.length);
  }
}

interface Run {
  readonly address: number;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly sectors: readonly Sector[];
}

/** Sectors that follow each other, in their order, so many bytes at a time. */
function* runsOf(sectors: readonly Sector[], maxBytes: number): Generator<Run> {
  let run: Sector[] = [];
  for (const sector of sectors) {
    const last = run.at(-1);
    const goesOn = last !== undefined && last.address + SECTOR_BYTES === sector.address;
    if (run.length > 0 && (!goesOn || (run.length + 1) * SECTOR_BYTES > maxBytes)) {
      yield joined(run);
      run = [];
    }
    run.push(sector);
  }
  if (run.length > 0) yield joined(run);
}

function joined(sectors: readonly Sector[]): Run {
  const data = new Uint8Array(sectors.length * SECTOR_BYTES);
  for (const [index, sector] of sectors.entries()) data.set(sector.data, index * SECTOR_BYTES);
  return { address: sectors[0]?.address ?? 0, data, sectors };
}

/** Tells how far a phase is. */
function steps(
  report: WorkReport | undefined,
  phase: string,
  sectors: readonly Sector[],
): (bytes: number) => void {
  const total = sectors.length * SECTOR_BYTES;
  let done = 0;
  report?.step({ phase, done, total });
  return (bytes) => {
    done += bytes;
    report?.step({ phase, done, total });
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
