/**
 * A transcript as a hex dump that grows: only the rows in sight are in the page.
 * Above: console.ts. Below: hex-rows.ts, transcript.ts.
 */

import { css, html, LitElement, nothing } from "lit";
import { sharedStyles } from "../shared/styles.ts";
import { asciiOf, HEX_ROW_BYTES, type HexRow, HexRows, hexLine, hexOf, offsetOf } from "./hex-rows.ts";
import { type Stamps, stampText } from "./stamps.ts";
import type { Cursor, Transcript } from "./transcript.ts";

/** Pixels; rows are placed by it. */
const ROW_PX = 18;
/** Rows above and below those in sight, so that scrolling shows no gaps. */
const SPARE_ROWS = 8;
/** 256 KiB of a transcript for each frame: a flood does not keep the page from drawing. */
const FRAME_BYTES = 256 * 1024;

export class HexView extends LitElement {
  static override properties = {
    transcript: { attribute: false },
    stamps: {},
    openedAt: { attribute: false },
    name: {},
    top: { state: true },
    end: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        height: 100%;
      }

      .scroller {
        position: relative;
        height: 100%;
        overflow: auto;
        font: 12.5px / 18px var(--mono);
      }

      .all {
        position: relative;
        min-width: max-content;
      }

      .row {
        position: absolute;
        display: flex;
        flex-wrap: nowrap;
        gap: 1.5ch;
        height: 18px;
        white-space: pre;
      }

      .muted {
        color: var(--console-muted);
      }

      .out .hex,
      .out .ascii {
        color: var(--console-command);
      }

      .empty {
        padding: 0.25rem 0;
        color: var(--console-muted);
        font-family: var(--font);
      }
    `,
  ];

  declare transcript: Transcript;
  declare stamps: Stamps;
  /** Milliseconds since 1970. */
  declare openedAt: number;
  declare name: string;
  declare top: number;
  declare end: number;
  #rows = new HexRows();
  #cursor: Cursor | undefined;
  #listening: AbortController | undefined;
  #frame = 0;
  #follows = true;

  constructor() {
    super();
    this.stamps = "off";
    this.name = "";
    this.top = 0;
    this.end = 0;
    this.openedAt = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listening = new AbortController();
    this.#rows = new HexRows();
    this.#cursor = this.transcript.start;
    this.transcript.subscribe(() => this.#soon(), { signal: this.#listening.signal });
    this.#soon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening?.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** Everything that is shown, as text. */
  get text(): string {
    const lines: string[] = [];
    for (let number = this.#rows.first; number < this.#rows.end; number += 1) {
      const row = this.#rows.row(number);
      if (row !== undefined) lines.push(hexLine(row));
    }
    return `${lines.join("\n")}\n`;
  }

  /** The transcript was cleared. */
  clear(): void {
    this.#rows = new HexRows();
    this.#cursor = this.transcript.end;
    this.end = 0;
    this.#follows = true;
    this.requestUpdate();
  }

  toEnd(): void {
    this.#follows = true;
    this.#scrollToEnd();
  }

  override render() {
    const { first } = this.#rows;
    const count = this.end - first;
    const from = Math.max(0, Math.floor(this.top / ROW_PX) - SPARE_ROWS);
    const shown = Math.ceil((this.#scroller?.clientHeight ?? 400) / ROW_PX) + 2 * SPARE_ROWS;
    const rows = Array.from(
      { length: Math.max(0, Math.min(shown, count - from)) },
      (_, index) => from + index,
    );
    return html`
      <div
        class="scroller"
        tabindex="0"
        role="region"
        aria-label="Bytes of ${this.name}"
        @scroll=${this.#scrolled}
      >
        ${count === 0 ? html`<p class="empty">No bytes yet.</p>` : nothing}
        <div class="all" style="height: ${count * ROW_PX}px; width: ${2 + 8 + HEX_ROW_BYTES * 4 + 22}ch">
          ${rows.map((index) => this.#renderRow(index, this.#rows.row(first + index), this.#rows.row(first + index - 1)))}
        </div>
      </div>
    `;
  }

  #renderRow(index: number, row: HexRow | undefined, above: HexRow | undefined) {
    if (row === undefined) return nothing;
    const time = stampText(this.stamps, { at: row.at, before: above?.at }, this.openedAt);
    return html`<div class="row ${row.direction}" style="top: ${index * ROW_PX}px">
      ${this.stamps === "off" ? nothing : html`<span class="muted">${time.padStart(12)}</span>`}<span
        class="muted"
        >${row.direction === "in" ? "<" : ">"} ${offsetOf(row.offset)}</span
      ><span class="hex">${hexOf(row.bytes)}</span><span class="ascii">${asciiOf(row.bytes)}</span>
    </div>`;
  }

  override updated(): void {
    if (this.#follows) this.#scrollToEnd();
  }

  #soon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#read();
    });
  }

  #read(): void {
    if (this.#cursor === undefined) return;
    const firstBefore = this.#rows.first;
    const { pieces, missed, next } = this.transcript.read(this.#cursor, FRAME_BYTES);
    this.#cursor = next;
    if (missed > 0) this.#rows.skip(missed);
    for (const piece of pieces) {
      if (piece.kind === "lost") this.#rows.skip(piece.bytes);
      else if (piece.kind !== "remark") this.#rows.add(piece.kind, piece.bytes, piece.at);
    }
    // What a person reads stays where it is while the oldest rows go.
    const gone = this.#rows.first - firstBefore;
    const scroller = this.#scroller;
    if (gone > 0 && !this.#follows && scroller)
      scroller.scrollTop = Math.max(0, scroller.scrollTop - gone * ROW_PX);
    this.end = this.#rows.end;
    this.requestUpdate();
    if (pieces.length > 0) this.#soon();
  }

  #scrolled(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.top = scroller.scrollTop;
    this.#follows = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - ROW_PX;
  }

  #scrollToEnd(): void {
    const scroller = this.#scroller;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector(".scroller");
  }
}

customElements.define("jumptab-hex-view", HexView);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-hex-view": HexView;
  }
}
