/**
 * What is in the flash of a board that comes from its factory: a second stage boot loader and an application.
 * Above: tests and the demo board. Below: image.ts.
 */

import type { Chip } from "./chips.ts";
import type { FlashMemory } from "./flash-memory.ts";
import { APP_OFFSET, buildApp, buildImage } from "./image.ts";

/** Bytes of code; about what a "hello, world" of ESP-IDF has in its boot loader. */
const BOOT_LOADER_BYTES = 24 * 1024;
const APP_BYTES = 160 * 1024;

export function fillAtFactory(flash: FlashMemory, chip: Chip): void {
  flash.load(chip.bootLoaderOffset, buildBootLoader(chip));
  flash.load(
    APP_OFFSET,
    buildApp({ chipId: chip.imageChipId, project: "hello", version: "1.0.0", code: fillCode(APP_BYTES, 1) }),
  );
}

export function buildBootLoader(chip: Chip): Uint8Array<ArrayBuffer> {
  const [[data = 0] = [], [text = 0] = []] = chip.ram;
  return buildImage({
    chipId: chip.imageChipId,
    entry: text + 0x80,
    segments: [
      { address: data, data: fillCode(BOOT_LOADER_BYTES / 4, 2) },
      { address: text, data: fillCode((BOOT_LOADER_BYTES * 3) / 4, 3) },
    ],
  });
}

/** Bytes that compress about as machine code does, the same for the same seed. */
export function fillCode(bytes: number, seed: number): Uint8Array<ArrayBuffer> {
  const code = new Uint8Array(bytes);
  let state = seed | 1;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // Every second byte is one of eight: instructions repeat, their operands less.
    code[at] = at % 2 === 0 ? (state >>> 29) * 0x21 : state >>> 24;
  }
  return code;
}
