/**
 * What a terminal shows: commands and what they said, oldest first, bounded.
 * Above: shell.ts. Below: nothing; it never changes a scrollback, it makes the next.
 */

export type EntryKind = "command" | "stdout" | "stderr" | "remark";

export interface Entry {
  /** Unique in its scrollback; counts up. */
  readonly key: number;
  readonly kind: EntryKind;
  readonly text: string;
}

/** 256 Ki characters: several thousand lines, and still soon drawn. The oldest make room. */
export const MAX_SCROLLBACK_CHARACTERS = 256 * 1024;

/** 1000 entries: output that switches between its two streams at each line stays bounded in elements too. */
export const MAX_SCROLLBACK_ENTRIES = 1_000;

/** 4 Ki characters: output grows an entry up to here, so that a new piece draws little again. */
const MAX_GROWING_CHARACTERS = 4 * 1024;

/** Colours and cursor movements; this is text alone. ECMA-48: CSI and OSC sequences, and single ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPE_SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])/g;

/** What the command `clear` says: the screen is emptied. */
const ERASE_ALL = "\x1b[2J";

export function append(before: readonly Entry[], kind: EntryKind, said: string): readonly Entry[] {
  const erased = said.lastIndexOf(ERASE_ALL);
  const scrollback = erased === -1 ? before : [];
  const text = said
    .slice(erased === -1 ? 0 : erased)
    .replaceAll(ESCAPE_SEQUENCES, "")
    .replaceAll("\r\n", "\n");
  if (text === "") return scrollback;
  const last = scrollback.at(-1);
  const grows =
    last !== undefined &&
    last.kind === kind &&
    (kind === "stdout" || kind === "stderr") &&
    last.text.length + text.length <= MAX_GROWING_CHARACTERS;
  const next = grows
    ? [...scrollback.slice(0, -1), { ...last, text: last.text + text }]
    : [...scrollback, { key: (last?.key ?? 0) + 1, kind, text: text.slice(-MAX_SCROLLBACK_CHARACTERS) }];
  return bounded(next);
}

function bounded(scrollback: readonly Entry[]): readonly Entry[] {
  let characters = 0;
  const first = scrollback.findLastIndex(({ text }) => {
    characters += text.length;
    return characters > MAX_SCROLLBACK_CHARACTERS;
  });
  const from = Math.max(first + 1, scrollback.length - MAX_SCROLLBACK_ENTRIES);
  return from === 0 ? scrollback : scrollback.slice(from);
}

/** Whether what follows has to begin a line of its own. */
export function endsInLine(scrollback: readonly Entry[]): boolean {
  const last = scrollback.at(-1);
  return last !== undefined && !last.text.endsWith("\n");
}
