/**
 * Which log lines are shown.
 * Above: log-panel.ts. Below: LogRecord of web/messages.ts.
 */

import type { LogRecord } from "../../messages.ts";

/** Lines in the panel; more would make every new one slow to draw, and the filter finds the others. */
export const MAX_SHOWN_LINES = 500;

/** The newest lines that contain all words of `filter`, whatever their case. */
export function filterLog(log: readonly LogRecord[], filter: string): readonly LogRecord[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return log.slice(-MAX_SHOWN_LINES);
  return log
    .filter((record) => {
      const text = `${record.severity} ${record.driver ?? record.source} ${record.message}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .slice(-MAX_SHOWN_LINES);
}
