/**
 * A line's time in words: the time of day, or how long after the line before, or after the console was opened.
 * Above: terminal.ts (beside its lines), hex-view.ts, log-lines.ts. Below: numbers.
 */

import { timeOfDay } from "../shared/format.ts";

export type Stamps = "off" | "time" | "since-last" | "since-opened";

/** Characters that the longest one takes: those of a time of day; more than 27 hours of seconds find room too. */
export const STAMP_CHARACTERS = 12;

export interface LineTime {
  readonly at: number | undefined;
  /** Of the line above. */
  readonly before: number | undefined;
}

/** Empty where it is not known: a line that is not written yet, or the first one that has none before. */
export function stampText(stamps: Stamps, { at, before }: LineTime, openedAt: number): string {
  if (at === undefined) return "";
  switch (stamps) {
    case "off":
      return "";
    case "time":
      return timeOfDay(at);
    case "since-last":
      return before === undefined ? "" : `+${seconds(at - before)}`;
    case "since-opened":
      return seconds(at - openedAt);
  }
}

/** `2026-11-21 14:03:59.120`, for files that are read on another day. */
export function dayAndTime(timestamp: number): string {
  const time = new Date(timestamp);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${timeOfDay(timestamp)}`;
}

/** Clocks of computers are set back at times: a line is not older than the one before because of that. */
function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}
