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
