/**
 * How the page's state changes, without doing anything: bounded lists and short descriptions.
 * Above: page.ts. Below: web/ui/model.ts.
 */

import type { LogRecord } from "../messages.ts";
import type { SavedBench } from "../store/saved-bench.ts";
import type { BenchSummary, Notice } from "../ui/model.ts";

/** Log lines that the page keeps: an hour of a talkative board, and a few hundred KiB. */
export const MAX_LOG_LINES = 2_000;

/** Notices on screen; older ones make room, for nobody reads a tenth. */
export const MAX_NOTICES = 5;

export function appendLog(log: readonly LogRecord[], records: readonly LogRecord[]): readonly LogRecord[] {
  return [...log, ...records].slice(-MAX_LOG_LINES);
}

/** The same sentence twice is one notice: the newer one. */
export function addNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter(({ text }) => text !== notice.text), notice].slice(-MAX_NOTICES);
}

export function summarise(bench: SavedBench, heldElsewhere: ReadonlySet<string>): BenchSummary {
  return {
    id: bench.id,
    name: bench.name,
    updatedAt: bench.updatedAt,
    file: bench.file,
    runsElsewhere: heldElsewhere.has(bench.id),
  };
}

/** A sentence from whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
