/**
 * Text that is looked for in the log: which lines have it, where in them, and the way from one to the next.
 * Above: log-panel.ts. Below: LogRecord of web/messages.ts.
 */

import type { LogRecord } from "../../messages.ts";

/** 200 characters: longer than anybody types, and it is looked for in every line at every new one. */
export const MAX_SEARCH_CHARACTERS = 200;

/** A text in pieces, hits and what lies between them. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** Looks for the words as they are, in any case. Undefined: nothing is looked for. */
export function searchFor(words: string): RegExp | undefined {
  if (words.trim() === "") return undefined;
  const literally = words.slice(0, MAX_SEARCH_CHARACTERS).replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return new RegExp(literally.toWellFormed(), "giu");
}

/** As the panel writes a line's origin: where it can be looked for too. */
export function originText({ source, driver, operation }: LogRecord): string {
  const from = driver ?? (source === "system" ? "" : source);
  return operation === undefined ? from : `${from} ${operation}()`.trimStart();
}

/** Sequence numbers of the lines that have it, in order. */
export function findLines(lines: readonly LogRecord[], search: RegExp): readonly number[] {
  return lines
    .filter((record) => record.message.search(search) !== -1 || originText(record).search(search) !== -1)
    .map(({ sequence }) => sequence);
}

/** The text cut at its hits; what is put together again is the text. */
export function cutAtHits(text: string, search: RegExp): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: hit, index } of text.matchAll(search)) {
    if (index > at) pieces.push({ text: text.slice(at, index), hit: false });
    pieces.push({ text: hit, hit: true });
    at = index + hit.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), hit: false });
  return pieces;
}

/** The line to go to, round and round. From nowhere it is the newest one: that is where a log is read. */
export function nextLine(
  found: readonly number[],
  current: number | undefined,
  direction: "older" | "newer",
): number | undefined {
  if (current === undefined) return found.at(-1);
  return direction === "newer"
    ? (found.find((sequence) => sequence > current) ?? found[0])
    : (found.findLast((sequence) => sequence < current) ?? found.at(-1));
}
