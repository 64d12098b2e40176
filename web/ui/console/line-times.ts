/**
 * When each line of a terminal was written: beside the terminal, so that no program on the device ever sees or meets a time.
 * Above: terminal.ts tells what is parsed when, and shows the times at the left of the lines. Below: the terminal's rows.
 *
 * A line is one however many rows it takes, and has the time of its first byte, also when the rest comes later. A line that is written again
 * (progress, cursor keys) keeps its time; one that was erased gets a new one. A program with a screen of its own (an editor, a pager) has no
 * lines, and so no times: `active` is false for as long.
 */

/** The rows of the terminal's scrolling screen: numbers count from the oldest row that is kept, and change as rows are dropped. */
export interface Rows {
  /** False while a program has a screen of its own. */
  readonly active: boolean;
  readonly cursorRow: number;
  /** The row goes on from the one above. */
  wrapped(row: number): boolean;
  blank(row: number): boolean;
  /** A mark at the cursor's row. */
  mark(): RowMark | undefined;
}

export interface RowMark {
  /** The row where it is now; -1 when that row was dropped. */
  readonly line: number;
  dispose(): void;
}

/** Rows that the cursor may be away from the mark: walking there costs little, and the mark is not dropped before the next look. */
const MARK_DISTANCE = 1_000;

export class LineTimes {
  readonly #rows: Rows;
  readonly #times: Float64Array;
  /** Number of the line whose time stands there. Lines are counted from the first that ever was. */
  readonly #owners: Float64Array;
  #mark: RowMark | undefined;
  #markLine = 0;
  /** The cursor, when it was looked at last: rows from the mark, and its line. */
  #distance = 0;
  #line = 0;
  #at = 0;

  /** @param lines That times are kept of: as many as the terminal keeps rows. */
  constructor(rows: Rows, lines: number) {
    this.#rows = rows;
    this.#times = new Float64Array(lines);
    this.#owners = new Float64Array(lines).fill(-1);
  }

  /** What is parsed next came at this time. */
  begin(at: number): void {
    this.#at = at;
  }

  /** The terminal has gone to the next line. */
  lineFed(): void {
    if (!this.#rows.active) return;
    this.#look();
    if (this.#get(this.#line - 1) === undefined) this.#set(this.#line - 1);
    if (this.#get(this.#line) === undefined || this.#rows.blank(this.#rows.cursorRow)) this.#set(this.#line);
  }

  /** Rows from this one on are about to be erased. */
  erased(from: number, to: number): void {
    if (!this.#rows.active) return;
    this.#look();
    const cursor = this.#rows.cursorRow;
    let line = this.#line;
    for (let row = cursor; row <= to; row += 1) {
      if (row > cursor && !this.#rows.wrapped(row)) line += 1;
      if (row >= from) this.#forget(line);
    }
    line = this.#line;
    for (let row = cursor; row >= from; row -= 1) {
      this.#forget(line);
      if (!this.#rows.wrapped(row)) line -= 1;
    }
  }

  /** It is parsed: a line that has nothing yet has no time yet. */
  end(): void {
    if (!this.#rows.active) return;
    this.#look();
    if (this.#rows.blank(this.#rows.cursorRow)) this.#forget(this.#line);
    else if (this.#get(this.#line) === undefined) this.#set(this.#line);
  }

  /** The terminal has another width: lines may take other rows now. */
  resized(): void {
    this.#distance = 0;
    this.#line = this.#markLine;
  }

  /** For so many rows: the times of the lines that begin there, and of the lines before those; nothing for rows that go on. */
  of(
    from: number,
    count: number,
  ): readonly ({ readonly at: number | undefined; readonly before: number | undefined } | undefined)[] {
    if (!this.#rows.active) return Array.from({ length: count }, () => undefined);
    this.#look();
    let line = this.#lineOf(from);
    return Array.from({ length: count }, (_, index) => {
      const row = from + index;
      const goesOn = this.#rows.wrapped(row);
      if (index > 0 && !goesOn) line += 1;
      return goesOn ? undefined : { at: this.#get(line), before: this.#get(line - 1) };
    });
  }

  /** Find the cursor's line, from where it was. */
  #look(): void {
    const rows = this.#rows;
    const to = rows.cursorRow;
    if (this.#mark === undefined || this.#mark.line < 0) {
      // Everything was erased: the cursor's line is what is left, with its time.
      this.#mark?.dispose();
      const time = this.#get(this.#line);
      this.#anchor(this.#line + 1);
      if (time !== undefined) this.#set(this.#line, time);
      return;
    }
    this.#line = this.#walk(this.#mark.line + this.#distance, this.#line, to);
    this.#distance = to - this.#mark.line;
    if (Math.abs(this.#distance) > MARK_DISTANCE) {
      this.#mark.dispose();
      this.#anchor(this.#line);
    }
  }

  #anchor(line: number): void {
    this.#mark = this.#rows.mark();
    this.#markLine = line;
    this.#line = line;
    this.#distance = 0;
  }

  #lineOf(row: number): number {
    return this.#walk(this.#rows.cursorRow, this.#line, row);
  }

  #walk(from: number, lineThere: number, to: number): number {
    let line = lineThere;
    for (let row = from + 1; row <= to; row += 1) if (!this.#rows.wrapped(row)) line += 1;
    for (let row = from; row > to; row -= 1) if (!this.#rows.wrapped(row)) line -= 1;
    return line;
  }

  #get(line: number): number | undefined {
    const place = this.#place(line);
    return this.#owners[place] === line ? this.#times[place] : undefined;
  }

  #set(line: number, at = this.#at): void {
    if (line < 0) return;
    const place = this.#place(line);
    this.#owners[place] = line;
    this.#times[place] = at;
  }

  #forget(line: number): void {
    const place = this.#place(line);
    if (this.#owners[place] === line) this.#owners[place] = -1;
  }

  #place(line: number): number {
    return line < 0 ? 0 : line % this.#times.length;
  }
}
