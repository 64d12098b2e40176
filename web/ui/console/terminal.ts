/**
 * The terminal itself. Loaded when the first console is opened: it is the largest part of the page.
 * Above: console.ts. Below: xterm.js.
 */

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import xtermStyles from "@xterm/xterm/css/xterm.css?inline";

/** Lines to scroll back: a long boot, in a few MiB. */
const SCROLLBACK_LINES = 5_000;

export interface ConsoleTerminal {
  /** Resolves when the bytes are drawn: who sends faster than that has to wait. */
  write(bytes: Uint8Array): Promise<void>;
  /** A remark of the page's own, on a line of its own. */
  remark(text: string): void;
  clear(): void;
  /** What is selected, else everything that can be scrolled to. */
  text(): string;
  focus(): void;
  dispose(): void;
}

export interface TerminalOptions {
  readonly name: string;
  /** What was typed or pasted, as bytes for the device. */
  onInput(bytes: Uint8Array<ArrayBuffer>): void;
  /** Ctrl+Shift+X: without it, the keyboard could not leave. */
  onLeave(): void;
}

const styles = new CSSStyleSheet();
styles.replaceSync(xtermStyles);

export function createTerminal(container: HTMLElement, options: TerminalOptions): ConsoleTerminal {
  const root = container.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(styles)) {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles];
  }
  const look = getComputedStyle(container);
  const terminal = new Terminal({
    fontFamily: look.fontFamily,
    fontSize: 13,
    lineHeight: 1.15,
    scrollback: SCROLLBACK_LINES,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    theme: { background: look.backgroundColor, foreground: look.color, cursor: look.color },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(container);
  terminal.textarea?.setAttribute("aria-label", `Console of ${options.name}`);
  fit.fit();

  const encoder = new TextEncoder();
  terminal.onData((text) => options.onInput(encoder.encode(text)));
  // Mouse reports: one character is one byte.
  terminal.onBinary((text) => options.onInput(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  terminal.attachCustomKeyEventHandler((event) => {
    const leaves = event.ctrlKey && event.shiftKey && event.code === "KeyX";
    if (leaves && event.type === "keydown") {
      event.preventDefault();
      options.onLeave();
    }
    return !leaves;
  });
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(container);

  return {
    write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
    remark(text) {
      const newLine = terminal.buffer.active.cursorX === 0 ? "" : "\r\n";
      terminal.write(`${newLine}\x1b[0;2m— ${text} —\x1b[0m\r\n`);
    },
    clear: () => terminal.clear(),
    text() {
      if (terminal.hasSelection()) return terminal.getSelection();
      const { active } = terminal.buffer;
      const lines = Array.from({ length: active.length }, (_, index) =>
        (active.getLine(index)?.translateToString(true) ?? "").trimEnd(),
      );
      return `${lines.join("\n").trimEnd()}\n`;
    },
    focus: () => terminal.focus(),
    dispose() {
      observer.disconnect();
      terminal.dispose();
    },
  };
}
