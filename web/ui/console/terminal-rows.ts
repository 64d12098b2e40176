/**
 * The rows of xterm.js as LineTimes wants them, and its events.
 * Above: terminal.ts. Below: xterm.js, its scrolling screen alone.
 */

import type { IMarker, Terminal } from "@xterm/xterm";
import type { LineTimes, Rows } from "./line-times.ts";

/** @returns what `make` makes, told of each line feed and of what is erased. */
export function followLines(terminal: Terminal, make: (rows: Rows) => LineTimes): LineTimes {
  const { buffer } = terminal;
  const { normal } = buffer;
  const rows: Rows = {
    get active() {
      return buffer.active.type === "normal";
    },
    get cursorRow() {
      return normal.baseY + normal.cursorY;
    },
    wrapped: (row) => normal.getLine(row)?.isWrapped ?? false,
    blank: (row) => normal.getLine(row)?.translateToString(true) === "",
    mark: (): IMarker | undefined => terminal.registerMarker(0),
  };
  const times = make(rows);
  terminal.onLineFeed(() => times.lineFed());
  // ED: from the cursor on (0), up to it (1), the screen (2). The terminal does the work itself.
  terminal.parser.registerCsiHandler({ final: "J" }, ([what = 0]) => {
    const last = normal.baseY + terminal.rows - 1;
    if (what === 0) times.erased(rows.cursorRow, last);
    else if (what === 2) times.erased(normal.baseY, last);
    return false;
  });
  return times;
}
