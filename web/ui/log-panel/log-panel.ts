/**
 * The exporter's log, live: what clients read with `--exporter-logs`.
 * Above: bench.ts. Below: filter-log.ts.
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { LogRecord } from "../../messages.ts";
import type { PageActions } from "../model.ts";
import { timeOfDay } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { filterLog } from "./filter-log.ts";

/** So near to the end counts as at the end, in pixels: about a line. */
const AT_END_PX = 24;

/** Lines that are drawn for who follows the end: two screens. A busy bench logs thousands; all are there for who scrolls up. */
const FOLLOWED_LINES = 200;

export class LogPanel extends LitElement {
  static override properties = {
    log: { attribute: false },
    actions: { attribute: false },
    filter: { state: true },
    paused: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }

      .bar {
        padding: 0.625rem 0.75rem 0.625rem 1rem;
        border-bottom: 1px solid var(--border);
      }

      input {
        flex: 1 1 8rem;
        max-width: 16rem;
        min-height: 1.75rem;
        padding-block: 0;
        font-size: 0.8125rem;
      }

      .lines {
        flex: 1 1 auto;
        min-height: 0;
        overflow: auto;
        padding: 0.375rem 0;
        font-family: var(--mono);
        font-size: 0.78125rem;
        line-height: 1.5;
        overscroll-behavior: contain;
      }

      .lines:focus-visible {
        outline-offset: -2px;
      }

      /* Only while thousands are there: what is skipped is missing in pictures and prints of the page. */
      .all .line {
        content-visibility: auto;
        contain-intrinsic-height: auto 1.2rem;
      }

      .line {
        display: block;
        padding: 0.0625rem 1rem;
        overflow-wrap: anywhere;
      }

      .time,
      .origin {
        color: var(--muted);
      }

      .DEBUG {
        color: var(--muted);
      }

      .WARNING {
        background: var(--warning-soft);
      }

      .WARNING .severity {
        color: var(--warning);
      }

      .ERROR,
      .CRITICAL {
        background: var(--error-soft);
      }

      .ERROR .severity,
      .CRITICAL .severity {
        color: var(--error);
      }

      .severity {
        font-weight: 600;
      }

      .empty {
        padding: 0.5rem 1rem;
        font-family: var(--font);
        color: var(--muted);
      }
    `,
  ];

  declare log: readonly LogRecord[];
  declare actions: PageActions;
  declare filter: string;
  /** What was there when it was paused. */
  declare paused: readonly LogRecord[] | undefined;
  readonly #lines = createRef<HTMLDivElement>();
  #atEnd = true;

  constructor() {
    super();
    this.log = [];
    this.filter = "";
  }

  override render() {
    const matching = filterLog(this.paused ?? this.log, this.filter);
    const shown = this.#atEnd ? matching.slice(-FOLLOWED_LINES) : matching;
    const missed = this.#missedLines();
    return html`
      <div class="bar row">
        <h2>Log</h2>
        <span class="grow"></span>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter the log"
          .value=${this.filter}
          @input=${this.#setFilter}
        />
        <button
          type="button"
          class="small"
          aria-pressed=${this.paused === undefined ? "false" : "true"}
          @click=${this.#togglePause}
        >
          ${icons.pause}${this.paused === undefined ? "Pause" : missed === 0 ? "Paused" : `Paused, ${missed} new`}
        </button>
        <button type="button" class="small quiet" aria-label="Clear the log" @click=${this.#clear}>Clear</button>
      </div>
      <div
        class="lines ${this.#atEnd ? "" : "all"}"
        role="log"
        aria-label="Exporter log"
        aria-live="off"
        tabindex="0"
        ${ref(this.#lines)}
        @scroll=${this.#noteScroll}
      >
        ${shown.length === 0 ? this.#renderEmpty() : null}
        ${repeat(
          shown,
          ({ sequence }) => sequence,
          (record) => this.#renderLine(record),
        )}
      </div>
    `;
  }

  #renderLine({ timestamp, severity, driver, source, message }: LogRecord) {
    return html`<span class="line ${severity}"
      ><span class="time">${timeOfDay(timestamp)}</span>
      ${severity === "INFO" || severity === "DEBUG" ? null : html`<span class="severity">${severity}</span> `}<span
        class="origin"
        >${driver ?? (source === "system" ? "" : source)}</span
      >
      ${message}</span
    >`;
  }

  #renderEmpty() {
    return html`<p class="empty">
      ${this.log.length === 0 ? "What the exporter and its drivers say appears here." : "No line has these words."}
    </p>`;
  }

  override updated(): void {
    const lines = this.#lines.value;
    if (lines !== undefined && this.#atEnd) lines.scrollTop = lines.scrollHeight;
  }

  #missedLines(): number {
    const last = this.paused?.at(-1)?.sequence ?? -1;
    return this.paused === undefined ? 0 : this.log.filter(({ sequence }) => sequence > last).length;
  }

  /** Who scrolls up wants to read; who is at the end wants to follow. */
  #noteScroll(): void {
    const lines = this.#lines.value;
    if (lines === undefined) return;
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < AT_END_PX;
    if (atEnd === this.#atEnd) return;
    this.#atEnd = atEnd;
    this.requestUpdate();
  }

  #setFilter(event: InputEvent): void {
    this.filter = (event.target as HTMLInputElement).value;
    this.#atEnd = true;
  }

  #togglePause(): void {
    this.paused = this.paused === undefined ? this.log : undefined;
    if (this.paused === undefined) this.#atEnd = true;
  }

  #clear(): void {
    this.paused = undefined;
    this.#atEnd = true;
    this.actions.clearLog();
  }
}

customElements.define("jumptab-log-panel", LogPanel);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-log-panel": LogPanel;
  }
}
