/**
 * Any text as the name of one directory: different texts, different names, and none leaves its parent.
 * Above: create-storage.ts. Below: nothing.
 * Specification: https://fs.spec.whatwg.org/#valid-file-name
 */

import { DriverError } from "../../drivers/base/error.ts";

/** Bytes: what common file systems take for one name is 255. */
const MAX_NAME_BYTES = 200;

export function folderName(text: string): string {
  if (!text.isWellFormed()) {
    throw new DriverError("invalid-argument", "the folder's name has half a character in it: write it anew");
  }
  // Letters in one case only: some file systems do not tell "A" from "a".
  const name = Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  if (name.length > MAX_NAME_BYTES) {
    throw new DriverError(
      "invalid-argument",
      `the folder's name is too long: at most ${MAX_NAME_BYTES} plain characters`,
    );
  }
  return name === "" ? "%" : name;
}
