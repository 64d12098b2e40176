/**
 * The log as a text: for a file, the clipboard, a report to somebody else.
 * Above: log-panel.ts. Below: LogRecord of web/messages.ts.
 */

import type { LogRecord } from "../../messages.ts";

/** One line each: `2026-11-21T13:48:06.120Z INFO     driver board.power on: Operation started`. */
export function logAsText(log: readonly LogRecord[]): string {
  return log.map((record) => `${recordAsText(record)}\n`).join("");
}

function recordAsText({ timestamp, severity, source, driver, operation, message }: LogRecord): string {
  const origin = [source, driver, operation].filter((part) => part !== undefined).join(" ");
  const time = new Date(timestamp).toISOString();
  // A message of several lines stays recognisable as one.
  return `${time} ${severity.padEnd(8)} ${origin}: ${message.replaceAll(/\r?\n/g, "\n    ")}`;
}

/** Longest part of a file's name that is the exporter's, in characters; file systems end at 255 bytes. */
const MAX_NAME_CHARACTERS = 80;

/** `desk-20261121T134806Z.log`: with what every file system takes. */
export function logFileName(exporter: string, now: number): string {
  const name = exporter.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[.-]+|[.-]+$/g, "");
  const time = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
  return `${name.slice(0, MAX_NAME_CHARACTERS) || "exporter"}-${time}.log`;
}
