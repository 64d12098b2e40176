/**
 * Numbers and times in words, as the page writes them.
 * Above: elements. Below: nothing.
 */

/** How long, for people: `12 s`, `3 min`, `2 h`, `5 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** How much is left, with two figures where one is too rough: `6 d 23 h`, `7 h 59 min`, `59 min`, `42 s`. */
export function left(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? two(hours, "h", minutes % 60, "min")
    : two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** How long ago, for lists. */
export function ago(ms: number): string {
  return ms < 60_000 ? "just now" : `${duration(ms)} ago`;
}

/** A log line's time of day, to the millisecond: `14:03:59.120`. */
export function timeOfDay(timestamp: number): string {
  const time = new Date(timestamp);
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  return `${pad(time.getHours(), 2)}:${pad(time.getMinutes(), 2)}:${pad(time.getSeconds(), 2)}.${pad(time.getMilliseconds(), 3)}`;
}

/** `1 stream`, `2 streams`. */
export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

/** A measured value with its unit, always with three decimals: a live figure that changes its width is hard to read. */
export function measured(value: number, unit: string): string {
  return `${value.toFixed(3)} ${unit}`;
}

const BYTE_UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

/** `512 B`, `1.5 KiB`, `256 MiB`: three digits at most, so that a live figure stays readable. */
export function bytes(count: number): string {
  if (count < 1024) return `${Math.round(count)} B`;
  let value = count;
  let unit: (typeof BYTE_UNITS)[number] = "KiB";
  for (const next of BYTE_UNITS) {
    unit = next;
    value /= 1024;
    if (value < 999.5) break;
  }
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${unit}`;
}

/** What is left of it, for people: never `0 s` while it runs, and two figures where the first alone is too rough. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return minutes < 10 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
}

/** A sentence of a driver's or a tool's, with a capital and a full stop. */
export function asSentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole === "" || /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
