/**
 * What a page wrote to its console, out of a line of the browser's log. Pure.
 * Above: browser.ts. Below: nothing. The other side: the unattended page, which writes its level, or its end, in front of each line (web/main.ts).
 */

import { MAX_BROWSER_LINE } from "./limits.ts";

export type PageMessage =
  | { readonly kind: "line"; readonly level: "info" | "warning" | "error"; readonly text: string }
  /** Its exporter has stopped for good: because it was asked to, or `failed`. What it had to say before has been said. */
  | { readonly kind: "end"; readonly failed: boolean; readonly text: string };

/**
 * Chromium writes INFO for every message of a page's console, console.error too: the level is in the page's own words. The first quote
 * is Chromium's; behind it a hook may print what looks like another message.
 */
const CONSOLE_LINE =
  /^[^"]*:CONSOLE[(:]\d+\)?\] "(?:(error|warning|info|stopped|failed): )?(.*)", source: .*$/;

/** An exception that nobody caught is reported by the browser, not by our page. Its text may go on in lines of its own. */
const UNCAUGHT_LINE = /^[^"]*:CONSOLE[(:]\d+\)?\] "(Uncaught .*?)(?:", source: .*)?$/;

/** Undefined: some other line. */
export function pageMessage(line: string): PageMessage | undefined {
  const uncaught = UNCAUGHT_LINE.exec(line);
  if (uncaught !== null) return { kind: "line", level: "error", text: cut(uncaught[1]) };
  const match = CONSOLE_LINE.exec(line);
  if (match === null) return undefined;
  const [, word, rest] = match;
  const text = cut(rest);
  switch (word) {
    case "stopped":
    case "failed":
      return { kind: "end", failed: word === "failed", text };
    case "error":
    case "warning":
      return { kind: "line", level: word, text };
    default:
      return { kind: "line", level: "info", text };
  }
}

function cut(text = ""): string {
  return text.slice(0, MAX_BROWSER_LINE);
}
