/**
 * From what a person types or pastes to the bytes that the device gets, and to what the page shows of them itself.
 * Above: console.ts. Below: nothing. Specification: a terminal sends CR for Enter and DEL for Backspace; devices differ.
 */

import type { ConsoleSettings } from "./settings.ts";

export type TypedSettings = Pick<ConsoleSettings, "enter" | "backspace">;

const LINE_ENDS = { cr: "\r", lf: "\n", crlf: "\r\n" } as const;

const encoder = new TextEncoder();

/** Keys, as the terminal says them: Enter is CR, Backspace is DEL, everything else goes as it is. */
export function typedBytes(keys: string, { enter, backspace }: TypedSettings): Uint8Array<ArrayBuffer> {
  const text = keys.replaceAll("\r", LINE_ENDS[enter]);
  return encoder.encode(backspace === "bs" ? text.replaceAll("\x7f", "\b") : text);
}

/** A pasted text: each of its line ends is an Enter, whatever it was. */
export function pastedText(text: string, { enter }: Pick<TypedSettings, "enter">): string {
  return text.replaceAll(/\r\n|\r|\n/g, LINE_ENDS[enter]);
}

/** So that the device does not take it for typed lines, where it has asked to be told (mode 2004). The end mark in the text itself would end it early. */
export function bracketed(text: string): string {
  return `\x1b[200~${text.replaceAll("\x1b[201~", "")}\x1b[201~`;
}

/** Lines of a text: a last one without an end counts. */
export function lineCount(text: string): number {
  const ends = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return /[^\r\n]$/.test(text) ? ends + 1 : ends;
}

/** What the page shows of bytes that were sent, where the device does not echo: text, lines, and what was rubbed out. */
export function echoOf(bytes: Uint8Array): Uint8Array {
  const shown: number[] = [];
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === 0x1b) {
      index = endOfEscape(bytes, index);
    } else if (byte === 0x0d || byte === 0x0a) {
      shown.push(0x0d, 0x0a);
      if (byte === 0x0d && bytes[index + 1] === 0x0a) index += 1;
    } else if (byte === 0x7f || byte === 0x08) {
      shown.push(0x08, 0x20, 0x08);
    } else if (byte === 0x09 || byte >= 0x20) {
      shown.push(byte);
    } else {
      shown.push(0x5e, byte + 0x40); // ^C
    }
  }
  return Uint8Array.from(shown);
}

/** Index of the last byte of the key that begins with this ESC: cursor keys and the like are not shown. */
function endOfEscape(bytes: Uint8Array, start: number): number {
  const next = bytes[start + 1];
  if (next !== 0x5b && next !== 0x4f) return Math.min(start + 1, bytes.length - 1);
  let index = start + 2;
  while (index < bytes.length - 1 && !((bytes[index] ?? 0) >= 0x40 && (bytes[index] ?? 0) <= 0x7e))
    index += 1;
  return Math.min(index, bytes.length - 1);
}
