/**
 * Every way that a small file can be spoilt by one byte, or by its end.
 * Above: tests of codecs. Below: run-codec.ts.
 */

import type { Encoding } from "../../../drivers/base/resource.ts";
import { decode, outcome } from "./run-codec.ts";

/** @returns Lengths that are taken for a whole file. */
export async function takenAlthoughCut(encoding: Encoding, file: Uint8Array): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let length = 0; length < file.length; length++) {
    if (typeof (await outcome(decode(encoding, file.subarray(0, length)))) !== "string") taken.push(length);
  }
  return taken;
}

/**
 * @param changes What is done to a byte, by exclusive or.
 * @returns Places of bytes that can be changed unseen: `other` when what comes out is then not the same, `same` when it is.
 */
export async function takenAlthoughChanged(
  encoding: Encoding,
  file: Uint8Array,
  changes: readonly number[],
): Promise<{ readonly same: readonly number[]; readonly other: readonly number[] }> {
  const plain = await decode(encoding, file);
  const same = new Set<number>();
  const other = new Set<number>();
  for (const at of file.keys()) {
    for (const change of changes) {
      const result = await outcome(
        decode(
          encoding,
          file.map((byte, place) => (place === at ? byte ^ change : byte)),
        ),
      );
      if (typeof result === "string") continue;
      const equal = result.length === plain.length && result.every((byte, place) => byte === plain[place]);
      (equal ? same : other).add(at);
    }
  }
  return { same: [...same], other: [...other] };
}

export const EACH_BIT: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128];
