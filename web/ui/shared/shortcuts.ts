/**
 * The page's keys, in one table: what listens to them, what help and palette say of them. All but `?` have a modifier that nobody
 * types text with, and none of them works in a text field or a terminal, but those that open the palette.
 * Above: app.ts, dialogs/help-dialog.ts, palette/. Below: nothing.
 */

/** What of a key press counts. */
export interface KeyPress {
  readonly key: string;
  /** Where the key is, whatever is printed on it: with Alt, a Mac's `key` is another letter. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface Shortcut {
  /** Of the command that it runs, or `palette` or `help`. */
  readonly command: string;
  /** As they are drawn; on a Mac ⌘ stands for the first Ctrl. */
  readonly keys: readonly string[];
  /** For the help. */
  readonly words: string;
  matches(press: KeyPress): boolean;
}

/** A letter with Alt and Shift: no browser and no terminal has these. */
function withAltShift(command: string, letter: string, words: string): Shortcut {
  return {
    command,
    keys: ["Alt", "Shift", letter],
    words,
    matches: ({ code, ctrlKey, metaKey, altKey, shiftKey }) =>
      code === `Key${letter}` && altKey && shiftKey && !ctrlKey && !metaKey,
  };
}

/** Everything a person can do. Ctrl-K is a shell's own key, so it is not taken from terminals. */
export const PALETTE: Shortcut = {
  command: "palette",
  keys: ["Ctrl", "K"],
  words: "all commands",
  matches: ({ code, ctrlKey, metaKey, altKey, shiftKey }) =>
    code === "KeyK" && ctrlKey !== metaKey && !altKey && !shiftKey,
};

/** The same, also out of a console or the terminal. */
export const PALETTE_ANYWHERE: Shortcut = {
  command: "palette",
  keys: ["Ctrl", "Shift", "P"],
  words: "all commands, also in a console or terminal",
  matches: ({ code, ctrlKey, metaKey, altKey, shiftKey }) =>
    code === "KeyP" && ctrlKey !== metaKey && shiftKey && !altKey,
};

export const HELP: Shortcut = {
  command: "help",
  keys: ["?"],
  words: "this help",
  matches: ({ key, ctrlKey, metaKey, altKey }) => key === "?" && !ctrlKey && !metaKey && !altKey,
};

export const SHORTCUTS: readonly Shortcut[] = [
  PALETTE,
  PALETTE_ANYWHERE,
  HELP,
  withAltShift("share", "S", "share with a link"),
  withAltShift("new-session", "N", "new session"),
  withAltShift("edit", "E", "edit the configuration"),
  withAltShift("toggle-log", "L", "fold or unfold the log"),
];

/** The keys of a command, if it has some. */
export function keysOf(command: string): readonly string[] | undefined {
  return SHORTCUTS.find((shortcut) => shortcut.command === command)?.keys;
}
