/**
 * The lines that were typed, and the way back through them: up is older, down is newer, and at the end is what was
 * being written.
 * Above: shell.ts. Below: nothing; pure.
 */

/** 200 lines: a day's work in one tab. */
export const MAX_HISTORY_LINES = 200;

/** 2000 characters: longer lines are pasted, not typed; they run, and are not kept. */
export const MAX_HISTORY_LINE_CHARACTERS = 2_000;

export interface ShellHistory {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Where in `lines` the person is; the number of lines: at what is being written. */
  readonly at: number;
  /** What was being written before the way back began. */
  readonly draft: string;
}

export const NO_HISTORY: ShellHistory = { lines: [], at: 0, draft: "" };

/** A line has been run. The same line again is not kept again. */
export function withLine({ lines }: ShellHistory, line: string): ShellHistory {
  const keep = line.trim() !== "" && line !== lines.at(-1) && line.length <= MAX_HISTORY_LINE_CHARACTERS;
  const kept = keep ? [...lines, line].slice(-MAX_HISTORY_LINES) : lines;
  return { lines: kept, at: kept.length, draft: "" };
}

/** @returns The history from there, and the line to show; undefined where there is nothing further. */
export function step(
  history: ShellHistory,
  direction: "older" | "newer",
  written: string,
): { readonly history: ShellHistory; readonly line: string } | undefined {
  const { lines, at } = history;
  const next = direction === "older" ? at - 1 : at + 1;
  if (next < 0 || next > lines.length) return undefined;
  const draft = at === lines.length ? written : history.draft;
  return { history: { lines, at: next, draft }, line: lines[next] ?? draft };
}

/** As the tab remembers it. */
export function writeHistory({ lines }: ShellHistory): string {
  return JSON.stringify(lines);
}

/** What the tab remembers; nothing where that is no history. */
export function readHistory(text: string | undefined): ShellHistory {
  try {
    const lines: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(lines)) return NO_HISTORY;
    return lines
      .filter((line): line is string => typeof line === "string")
      .reduce<ShellHistory>(withLine, NO_HISTORY);
  } catch {
    return NO_HISTORY; // Another version's, or somebody else's: nothing that is missed for long.
  }
}
