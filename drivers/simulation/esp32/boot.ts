/**
 * What a chip does that was not asked to load: its ROM looks for a boot loader in flash, that one for an application,
 * and the application talks on the UART. What it says depends on what is in flash.
 * Above: chip.ts. Below: image.ts, Uart.
 * Specification: the boot messages of ESP-IDF's "Application Startup Flow".
 */

import type { Clock } from "../../base/clock.ts";
import type { Chip } from "./chips.ts";
import type { FlashMemory } from "./flash-memory.ts";
import { APP_OFFSET, type Image, readImage } from "./image.ts";
import { hex, md5 } from "./md5.ts";
import type { Uart } from "./uart.ts";

export interface BootParts {
  readonly chip: Chip;
  readonly flash: FlashMemory;
  readonly uart: Uart;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Milliseconds that a chip without anything to start waits for its watchdog. */
const WATCHDOG_MS = 1000;
/** Times that the ROM tries to read an image's header before that. */
const HEADER_ATTEMPTS = 8;
/** Characters of a line that is typed to the application. */
const MAX_LINE_LENGTH = 80;

/** @returns why the chip starts again; it never just ends. */
export async function bootFromFlash(parts: BootParts): Promise<"watchdog" | "software"> {
  const { chip, flash, clock, signal } = parts;
  const print = printer(parts);
  const second = readImage(flash, chip.bootLoaderOffset);
  if (second === undefined || !second.checksumFits) {
    const word = new DataView(flash.read(chip.bootLoaderOffset, 4).buffer).getUint32(0, true);
    const complaint =
      second === undefined ? `invalid header: 0x${word.toString(16).padStart(8, "0")}` : "csum err";
    for (let i = 0; i < HEADER_ATTEMPTS; i++) await print(complaint);
    await clock.sleep(WATCHDOG_MS, { signal });
    return "watchdog";
  }
  for (const { address, data } of second.segments) await print(`load:${hexOf(address)},len:${data.length}`);
  await print(`entry ${hexOf(second.entry)}`);
  await print(`I (29) boot: second stage boot loader ${hex(md5(second.bytes)).slice(0, 8)}`);

  const app = readImage(flash, APP_OFFSET);
  const wrong = whatIsWrong(app, chip);
  if (app === undefined || wrong !== undefined) {
    await print(`E (58) esp_image: image at ${hexOf(APP_OFFSET)} ${wrong}`);
    await print("E (65) boot: no bootable application");
    await clock.sleep(WATCHDOG_MS, { signal });
    return "watchdog";
  }
  await print(`I (120) boot: loaded the application at ${hexOf(APP_OFFSET)}, ${app.bytes.length} bytes`);
  return await runApp(parts, app);
}

/** A printer of whole lines, as all boot messages are. */
function printer({ uart, signal }: BootParts): (line: string) => Promise<void> {
  const encoder = new TextEncoder();
  return (line) => uart.write(encoder.encode(`${line}\r\n`), signal);
}

function whatIsWrong(app: Image | undefined, chip: Chip): string | undefined {
  if (app === undefined) return "has an invalid magic byte (nothing flashed here?)";
  if (!app.checksumFits) return "has a wrong checksum";
  if (app.chipId !== chip.imageChipId) return `is for another chip (${app.chipId})`;
  return undefined;
}

/** The application: says who it is, and does what it is told by line. */
async function runApp(parts: BootParts, image: Image): Promise<"software"> {
  const { uart, signal } = parts;
  const { project, version } = image.app ?? { project: "application", version: "without a description" };
  const print = printer(parts);
  const introduce = async () => {
    await print(`I (230) app: ${project} ${version}`);
    await print(`I (231) app: image md5 ${hex(md5(image.bytes))}`);
  };
  await introduce();
  await print(`${project} is running. Type version or restart.`);
  let line = "";
  for (;;) {
    const typed = await uart.read(signal);
    await uart.write(typed, signal);
    for (const byte of typed) {
      if (byte !== 0x0d && byte !== 0x0a) {
        if (line.length < MAX_LINE_LENGTH) line += String.fromCharCode(byte);
        continue;
      }
      const command = line.trim();
      line = "";
      if (command === "") continue;
      await print("");
      if (command === "restart") return "software";
      if (command === "version") await introduce();
      else await print(`${project} does not know ${command.replaceAll(/[^ -~]/g, "?")}`);
    }
  }
}

function hexOf(value: number): string {
  return `0x${value.toString(16)}`;
}
