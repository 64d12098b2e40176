/**
 * How a person has set a console, and how that is kept for the next time.
 * Above: console.ts. Below: text in the page's memory, which may be anything.
 */

import type { Stamps } from "./stamps.ts";

export interface ConsoleSettings {
  /** Times at the beginnings of lines. */
  readonly stamps: Stamps;
  /** What Enter sends. */
  readonly enter: "cr" | "lf" | "crlf";
  readonly backspace: "del" | "bs";
  /** A line feed of the device alone goes to the beginning of the line too. */
  readonly lineFeedReturns: boolean;
  /** What is typed is shown by the page, for devices that do not echo. */
  readonly echo: boolean;
  /** Control characters are shown as signs, and do nothing. */
  readonly controls: boolean;
  /** After each byte of a file or a paste. */
  readonly characterDelayMs: number;
  /** After each of its lines. */
  readonly lineDelayMs: number;
  /** Logs have a time before each line. */
  readonly logStamps: boolean;
  /** Logs have what was sent, too. */
  readonly logTyped: boolean;
}

/** As most boards want it, and as terminal programs begin. */
export const DEFAULT_SETTINGS: ConsoleSettings = {
  stamps: "off",
  enter: "cr",
  backspace: "del",
  lineFeedReturns: false,
  echo: false,
  controls: false,
  characterDelayMs: 0,
  lineDelayMs: 0,
  logStamps: false,
  logTyped: false,
};

/** Milliseconds: slower than any device that takes a byte at all. */
export const MAX_CHARACTER_DELAY_MS = 1_000;
/** Milliseconds: a boot loader that writes flash after each line. */
export const MAX_LINE_DELAY_MS = 10_000;
/** Consoles whose settings are kept: those of many benches; the ones that were set longest ago make room. */
export const MAX_KEPT_CONSOLES = 50;

const CHOICES = {
  stamps: ["off", "time", "since-last", "since-opened"],
  enter: ["cr", "lf", "crlf"],
  backspace: ["del", "bs"],
} as const;

/** What was kept of this console, or the defaults for whatever is not there or makes no sense. */
export function settingsOf(kept: string | undefined, console: string): ConsoleSettings {
  const found = readAll(kept).find(([name]) => name === console)?.[1] ?? {};
  const choice = <T extends string>(key: string, values: readonly T[], or: T): T =>
    values.find((value) => value === found[key]) ?? or;
  const flag = (key: "lineFeedReturns" | "echo" | "controls" | "logStamps" | "logTyped"): boolean =>
    typeof found[key] === "boolean" ? found[key] : DEFAULT_SETTINGS[key];
  return {
    stamps: choice("stamps", CHOICES.stamps, DEFAULT_SETTINGS.stamps),
    enter: choice("enter", CHOICES.enter, DEFAULT_SETTINGS.enter),
    backspace: choice("backspace", CHOICES.backspace, DEFAULT_SETTINGS.backspace),
    lineFeedReturns: flag("lineFeedReturns"),
    echo: flag("echo"),
    controls: flag("controls"),
    characterDelayMs: delay(found.characterDelayMs, MAX_CHARACTER_DELAY_MS),
    lineDelayMs: delay(found.lineDelayMs, MAX_LINE_DELAY_MS),
    logStamps: flag("logStamps"),
    logTyped: flag("logTyped"),
  };
}

/** The text to keep, with this console's settings the newest. */
export function keepSettings(kept: string | undefined, console: string, settings: ConsoleSettings): string {
  const others = readAll(kept).filter(([name]) => name !== console);
  return JSON.stringify([...others, [console, settings]].slice(-MAX_KEPT_CONSOLES));
}

/** A number of milliseconds within its bound, from whatever was written. */
export function delay(value: unknown, most: number): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return 0;
  return Math.min(most, Math.max(0, Math.round(number)));
}

type Kept = readonly (readonly [name: string, settings: Readonly<Record<string, unknown>>])[];

function readAll(kept: string | undefined): Kept {
  let value: unknown;
  try {
    value = JSON.parse(kept ?? "[]");
  } catch {
    return []; // from another version, or cut off: as at first
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return [];
    const [name, settings] = entry as readonly unknown[];
    if (typeof name !== "string" || typeof settings !== "object" || settings === null) return [];
    return [[name, { ...settings }] as const];
  });
}
