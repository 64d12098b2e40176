/**
 * Structured logs: one line a record, text for a person at a terminal, JSON for a machine.
 * Above: everything in relay/. Below: a sink that takes lines; main.ts hands in stderr.
 * Secrets never come here: callers log names, counts and sentences.
 */

export const LOG_LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  /** Takes a line without its newline. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function createLogger({ level, format, write, now = Date.now }: LoggerOptions): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const log = (at: LogLevel, message: string, fields: LogFields = {}): void => {
    if (LOG_LEVELS.indexOf(at) < lowest) return;
    const timestamp = new Date(now()).toISOString();
    write(
      format === "json" ? jsonLine(timestamp, at, message, fields) : textLine(timestamp, at, message, fields),
    );
  };
  return {
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warning: (message, fields) => log("warning", message, fields),
    error: (message, fields) => log("error", message, fields),
  };
}

/** A logger for tests and embedders that want silence. */
export const silentLogger: Logger = { debug() {}, info() {}, warning() {}, error() {} };

function jsonLine(timestamp: string, level: LogLevel, message: string, fields: LogFields): string {
  // People look at these, too; to a machine both spellings are the same text.
  return printable(JSON.stringify({ timestamp, level: level.toUpperCase(), message, ...fields }));
}

function textLine(timestamp: string, level: LogLevel, message: string, fields: LogFields): string {
  let line = `${timestamp.slice(11, 23)} ${level.toUpperCase().padEnd(7)} ${printable(message)}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${name}=${quoted(value)}`;
  }
  return line;
}

function quoted(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w./:@+-]+$/.test(text) ? text : printable(JSON.stringify(text));
}

/** A peer's text must not write lines, or colours, of its own. JSON leaves the upper half of the control characters as they are. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const short = JSON.stringify(character).slice(1, -1);
    return short === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : short;
  });
}
