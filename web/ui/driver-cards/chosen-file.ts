/**
 * The file that a person has chosen or dropped: one at a time, and whether it is to be unpacked on its way.
 * Above: file-card.ts. Below: names of files; nothing is read.
 */

import type { Encoding } from "../../../drivers/base/resource.ts";

const ENDINGS: readonly (readonly [ending: string, encoding: Encoding])[] = [
  [".gz", "gzip"],
  [".xz", "xz"],
  [".bz2", "bz2"],
  [".zst", "zstd"],
];

/** By the end of its name, as people and tools name compressed files; undefined for all others. */
export function encodingOf(name: string): Encoding | undefined {
  const lower = name.toLowerCase();
  // `.gz` alone is a hidden file of that name.
  return ENDINGS.find(([ending]) => lower.endsWith(ending) && lower.length > ending.length)?.[1];
}

/** One sentence about files that were left out; undefined when there is none. */
export function leftOut(names: readonly string[]): string | undefined {
  const [first, ...others] = names;
  if (first === undefined || others.length === 0) return undefined;
  const rest = others.length === 1 ? `${others[0]} was` : `${others.length} others were`;
  return `One file at a time: ${first} was taken, ${rest} left out.`;
}

/** What was dropped, as much as there is to know before it is read. */
export interface DroppedItem {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Why what was dropped cannot be sent: one sentence with the cure; undefined when its first item can be. */
export function notAFile(items: readonly DroppedItem[]): string | undefined {
  const [first] = items;
  if (first === undefined) return "That was no file: drop one from a folder, or choose it.";
  return first.isFolder ? `${first.name} is a folder: drop the file itself.` : undefined;
}
