/**
 * The terminal itself: what the device says as it wants it drawn, with times beside the lines, and a search.
 * Loaded when the first console is opened: it is the largest part of the page.
 * Above: terminal-feed.ts writes, console.ts does the rest. Below: xterm.js, line-times.ts.
 */

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Terminal } from "@xterm/xterm";
import xtermStyles from "@xterm/xterm/css/xterm.css?inline";
import "./find-bar.ts";
import "./hex-view.ts";
import { LineTimes } from "./line-times.ts";
import type { Search, SearchResult } from "./search.ts";
import { STAMP_CHARACTERS, type Stamps, stampText } from "./stamps.ts";
import { followLines } from "./terminal-rows.ts";

/** Lines to scroll back: hours of a quiet board and the longest boots; each costs the browser about a kilobyte. */
export const SCROLLBACK_LINES = 10_000;
/** Rows beyond them that a window may show. */
const MOST_ROWS = 1_000;
/** Hits that are counted and marked; with more, the search would be slower than the typing. */
const MOST_HITS = 1_000;

export interface Look {
  readonly stamps: Stamps;
  readonly lineFeedReturns: boolean;
  /** Nobody may type. */
  readonly listening: boolean;
}

export interface ConsoleTerminal {
  /** Resolves when the bytes, which came at this time, are parsed. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** A remark of the page's own, on a line of its own. */
  remark(text: string, at: number): Promise<void>;
  /** As new: no text, no modes, no colours. */
  reset(): void;
  clear(): void;
  /** While true, what the terminal would answer to the device is dropped: what is drawn again was answered before. */
  muted: boolean;
  look(look: Look, openedAt: number): void;
  find(search: Search, direction: "next" | "previous", options?: { incremental?: boolean }): void;
  endFind(): void;
  /** Lines that came since the person scrolled up. */
  readonly unseen: number;
  toEnd(): void;
  readonly selection: string;
  /** Everything that can be scrolled to, lines whole. */
  readonly text: string;
  readonly wantsBrackets: boolean;
  focus(): void;
  dispose(): void;
}

/** What a person asks for by keys that do not go to the device. */
export type TerminalKey = "leave" | "find" | "copy" | "maximise";

export interface TerminalOptions {
  readonly name: string;
  /** What was typed, as terminals say it. */
  onKeys(keys: string): void;
  /** Mouse reports. */
  onBinary(bytes: Uint8Array<ArrayBuffer>): void;
  onPaste(text: string): void;
  onShortcut(key: TerminalKey): void;
  onUnseen(lines: number): void;
  onFound(result: SearchResult): void;
}

const styles = new CSSStyleSheet();
styles.replaceSync(xtermStyles);

/** With Ctrl and Shift, so that nothing is taken from the device. */
const SHORTCUTS: Readonly<Record<string, TerminalKey>> = {
  KeyX: "leave",
  KeyF: "find",
  KeyC: "copy",
  Enter: "maximise",
};

/** Colours of hits, which the search wants as numbers: those of the page's dark scheme. */
const HITS = {
  matchBackground: "#5c4600",
  matchOverviewRuler: "#7a5c00",
  activeMatchBackground: "#b58900",
  activeMatchColorOverviewRuler: "#b58900",
};

export function createTerminal(container: HTMLElement, options: TerminalOptions): ConsoleTerminal {
  const root = container.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(styles)) {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles];
  }
  const css = getComputedStyle(container);
  const gutter = element("gutter");
  gutter.setAttribute("aria-hidden", "true");
  const host = element("host");
  container.replaceChildren(gutter, host);
  const terminal = new Terminal({
    allowProposedApi: true,
    fontFamily: css.fontFamily,
    fontSize: 13,
    lineHeight: 1.15,
    scrollback: SCROLLBACK_LINES,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    theme: { background: css.backgroundColor, foreground: css.color, cursor: css.color },
  });
  const fit = new FitAddon();
  const search = new SearchAddon({ highlightLimit: MOST_HITS });
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.open(host);
  terminal.textarea?.setAttribute("aria-label", `Console of ${options.name}`);
  const times = followLines(terminal, (rows) => new LineTimes(rows, SCROLLBACK_LINES + MOST_ROWS));

  let muted = false;
  let unseen = 0;
  let told = 0;
  let stamps: Stamps = "off";
  let searchedHow = "";
  let openedAt = 0;
  const scrolledUp = () => terminal.buffer.active.viewportY < terminal.buffer.active.baseY;

  terminal.onData((keys) => {
    if (!muted) options.onKeys(keys);
  });
  // One character is one byte.
  terminal.onBinary((text) => {
    if (!muted) options.onBinary(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  });
  terminal.onLineFeed(() => {
    if (scrolledUp()) unseen += 1;
  });
  // Also when a person scrolls.
  terminal.onRender(() => {
    if (!scrolledUp()) unseen = 0;
    if (unseen !== told) {
      told = unseen;
      options.onUnseen(unseen);
    }
    drawStamps();
  });
  search.onDidChangeResults(({ resultIndex, resultCount }) =>
    options.onFound({ hit: resultIndex + 1, hits: resultCount, more: resultCount >= MOST_HITS }),
  );
  terminal.attachCustomKeyEventHandler((event) => {
    const shortcut = event.ctrlKey && event.shiftKey && !event.altKey ? SHORTCUTS[event.code] : undefined;
    if (shortcut === undefined) return true;
    if (event.type === "keydown") {
      event.preventDefault();
      options.onShortcut(shortcut);
    }
    return false;
  });
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    options.onPaste(event.clipboardData?.getData("text/plain") ?? "");
  };
  container.addEventListener("paste", onPaste, { capture: true });

  const drawStamps = (): void => {
    if (stamps === "off") return;
    const { rows } = terminal;
    const first = terminal.buffer.active.viewportY;
    const screen = host.querySelector(".xterm-screen");
    const height = screen === null ? 0 : screen.clientHeight / rows;
    while (gutter.childElementCount < rows) gutter.append(element("stamp"));
    while (gutter.childElementCount > rows) gutter.lastElementChild?.remove();
    const found = times.of(first, rows);
    for (const [index, line] of [...gutter.children].entries()) {
      if (!(line instanceof HTMLElement)) continue;
      const time = found[index];
      const text = time === undefined ? "" : stampText(stamps, time, openedAt);
      if (line.textContent !== text) line.textContent = text;
      const wanted = `${height}px`;
      if (line.style.height !== wanted) line.style.height = line.style.lineHeight = wanted;
    }
  };
  const refit = (): void => {
    const { cols } = terminal;
    fit.fit();
    if (terminal.cols !== cols) times.resized();
  };
  refit();
  const observer = new ResizeObserver(refit);
  observer.observe(container);

  const write = (data: Uint8Array | string, at: number): Promise<void> =>
    new Promise((resolve) => {
      let atEnd = true;
      // An empty write is parsed in its turn.
      terminal.write("", () => {
        atEnd = !scrolledUp();
        times.begin(at);
      });
      terminal.write(data, () => {
        times.end();
        // After another size the terminal may take a person at the end for one who has scrolled up.
        if (atEnd && scrolledUp()) terminal.scrollToBottom();
        resolve();
      });
    });

  return {
    write,
    remark(text, at) {
      const newLine = terminal.buffer.active.cursorX === 0 ? "" : "\r\n";
      return write(`${newLine}\x1b[0;2m— ${text} —\x1b[0m\r\n`, at);
    },
    reset: () => terminal.reset(),
    clear: () => terminal.clear(),
    get muted() {
      return muted;
    },
    set muted(value) {
      muted = value;
    },
    look(look, opened) {
      openedAt = opened;
      terminal.options.convertEol = look.lineFeedReturns;
      terminal.options.disableStdin = look.listening;
      if (look.stamps === stamps) return;
      stamps = look.stamps;
      gutter.hidden = stamps === "off";
      gutter.style.width = `${STAMP_CHARACTERS}ch`;
      refit();
      drawStamps();
    },
    find({ text, caseSensitive, regex }, direction, { incremental = false } = {}) {
      const how = { caseSensitive, regex, incremental, decorations: HITS };
      // The search keeps the marks of a text that it has marked before, also when it is to be found otherwise.
      const now = `${caseSensitive} ${regex}`;
      if (now !== searchedHow) search.clearDecorations();
      searchedHow = now;
      if (direction === "next") search.findNext(text, how);
      else search.findPrevious(text, how);
    },
    endFind: () => search.clearDecorations(),
    get unseen() {
      return unseen;
    },
    toEnd: () => terminal.scrollToBottom(),
    get selection() {
      return terminal.getSelection();
    },
    get text() {
      return linesOf(terminal);
    },
    get wantsBrackets() {
      return terminal.modes.bracketedPasteMode;
    },
    focus: () => terminal.focus(),
    dispose() {
      observer.disconnect();
      container.removeEventListener("paste", onPaste, { capture: true });
      terminal.dispose();
      container.replaceChildren();
    },
  };
}

/** Rows that belong together are one line again. */
function linesOf({ buffer: { active } }: Terminal): string {
  const lines: string[] = [];
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row);
    const goesOn = active.getLine(row + 1)?.isWrapped ?? false;
    const text = line?.translateToString(!goesOn) ?? "";
    if (line?.isWrapped && lines.length > 0) lines.push((lines.pop() ?? "") + text);
    else lines.push(text);
  }
  return `${lines
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd()}\n`;
}

function element(name: string): HTMLElement {
  const made = document.createElement("div");
  made.className = name;
  return made;
}
