/**
 * One line typed at a console: echo, erasing, cursor keys, history. Above: firmware.ts, shell.ts. Below: terminal.ts.
 * Specification: the control characters of POSIX terminals, and the VT100 cursor keys.
 */

import type { Terminal } from "./terminal.ts";

export type Line =
  | { readonly kind: "text"; readonly text: string }
  /** Ctrl-C. */
  | { readonly kind: "interrupt" }
  /** Ctrl-D on an empty line. */
  | { readonly kind: "end" };

/** Characters; the bell rings beyond. */
const MAX_LINE_CHARACTERS = 1024;
/** Lines that the up arrow finds. */
const MAX_HISTORY_LINES = 50;

const CURSOR_KEYS: Readonly<Record<string, "up" | "down" | "right" | "left" | "home" | "end">> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
};

export class LineEditor {
  readonly #terminal: Terminal;
  readonly #history: string[] = [];
  /** The last key was a CR: an LF that follows belongs to it. */
  #afterReturn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** `secret`: nothing is shown, nothing is remembered. Rejects with the signal's reason. */
  async read(prompt: string, signal: AbortSignal, { secret = false } = {}): Promise<Line> {
    const terminal = this.#terminal;
    const show = (text: string) => {
      if (!secret) terminal.print(text);
    };
    let before: string[] = [];
    let after: string[] = [];
    let recalled = this.#history.length;
    const replace = (text: string) => {
      const [erase, behind] = [before.length, after.length];
      show(`${behind > 0 ? after.join("") : ""}${"\b \b".repeat(erase + behind)}${text}`);
      before = [...text];
      after = [];
    };
    terminal.print(prompt);
    for (;;) {
      const key = await terminal.key(signal);
      const lineFeedOfReturn = key === "\n" && this.#afterReturn;
      this.#afterReturn = key === "\r";
      if (lineFeedOfReturn) continue;
      switch (key) {
        case "\r":
        case "\n": {
          terminal.print("\n");
          const text = [...before, ...after].join("");
          if (!secret) this.#remember(text);
          return { kind: "text", text };
        }
        case "\x03":
          terminal.print("^C\n");
          return { kind: "interrupt" };
        case "\x04":
          if (before.length + after.length > 0) break;
          terminal.print("\n");
          return { kind: "end" };
        case "\x7f":
        case "\b":
          if (before.pop() !== undefined) show(`\b${after.join("")} ${"\b".repeat(after.length + 1)}`);
          break;
        case "\x15":
          replace("");
          break;
        case "\f":
          show(`\x1b[2J\x1b[H${prompt}${[...before, ...after].join("")}${"\b".repeat(after.length)}`);
          break;
        case "\x1b":
          switch (await this.#escape(signal)) {
            case "up":
              if (recalled > 0) replace(this.#history[--recalled] ?? "");
              break;
            case "down":
              if (recalled < this.#history.length) replace(this.#history[++recalled] ?? "");
              break;
            case "left":
              if (before.length > 0) {
                after.unshift(before.pop() ?? "");
                show("\b");
              }
              break;
            case "right":
              if (after.length > 0) {
                const next = after.shift() ?? "";
                before.push(next);
                show(next);
              }
              break;
            case "home":
              show("\b".repeat(before.length));
              after = [...before, ...after];
              before = [];
              break;
            case "end":
              show(after.join(""));
              before = [...before, ...after];
              after = [];
              break;
            case undefined:
              break;
          }
          break;
        default:
          if (key < " ") break;
          if (before.length + after.length >= MAX_LINE_CHARACTERS) {
            show("\x07");
            break;
          }
          before.push(key);
          show(`${key}${after.join("")}${"\b".repeat(after.length)}`);
      }
    }
  }

  /** The rest of an escape sequence: `ESC [ … letter` or `ESC O letter`. */
  async #escape(signal: AbortSignal) {
    const bracket = await this.#terminal.key(signal);
    if (bracket !== "[" && bracket !== "O") return undefined;
    for (;;) {
      const key = await this.#terminal.key(signal);
      if (!/[0-9;]/.test(key)) return CURSOR_KEYS[key];
    }
  }

  #remember(text: string): void {
    if (text.trim() === "" || text === this.#history.at(-1)) return;
    this.#history.push(text);
    if (this.#history.length > MAX_HISTORY_LINES) this.#history.shift();
  }
}
