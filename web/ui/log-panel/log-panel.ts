/**
 * The exporter's log, live: what clients read with `--exporter-logs`.
 * Above: bench.ts. Below: log-filter.ts (which lines), log-search.ts (where in them), log-text.ts (as a file).
 */

import { html, LitElement, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { createRef, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { HookSnapshot, LogRecord } from "../../messages.ts";
import type { PageActions } from "../model.ts";
import { count, timeOfDay } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import {
  ALL_LINES,
  ANYWHERE,
  filterLog,
  type LogFilter,
  originsOf,
  readFilter,
  SEVERITIES,
  sourceOrigin,
  writeFilter,
} from "./log-filter.ts";
import {
  cutAtHits,
  findLines,
  MAX_SEARCH_CHARACTERS,
  nextLine,
  originText,
  searchFor,
} from "./log-search.ts";
import { logAsText, logFileName } from "./log-text.ts";
import { logPanelStyles } from "./styles.ts";

/** So near to the end counts as at the end, in pixels: about a line. */
const AT_END_PX = 24;

/** Lines that are drawn for who follows the end: two screens. A busy bench logs thousands; all are there for who scrolls up. */
const FOLLOWED_LINES = 200;

/** How long "Copied" stands on the button. */
const COPIED_FOR_MS = 2_000;

export class LogPanel extends LitElement {
  static override properties = {
    log: { attribute: false },
    actions: { attribute: false },
    name: {},
    hook: { attribute: false },
    filter: { state: true },
    words: { state: true },
    current: { state: true },
    paused: { state: true },
    copied: { state: true },
  };
  static override styles = [sharedStyles, logPanelStyles];

  declare log: readonly LogRecord[];
  declare actions: Pick<PageActions, "recall" | "remember" | "saveFile" | "copy" | "clearLog">;
  /** The exporter's, for the file. */
  declare name: string;
  /** The hook that runs, or has failed: its lines are what a person looks for now. */
  declare hook: HookSnapshot["name"] | undefined;
  declare filter: LogFilter;
  /** What is looked for. */
  declare words: string;
  /** The line with a hit that was gone to. */
  declare current: number | undefined;
  /** What was there when it was paused. */
  declare paused: readonly LogRecord[] | undefined;
  declare copied: boolean;
  readonly #lines = createRef<HTMLDivElement>();
  #atEnd = true;
  #goTo: number | undefined;
  /** The scrolling that comes is the panel's own. */
  #ownScroll = false;
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.log = [];
    this.name = "";
    this.filter = ALL_LINES;
    this.words = "";
    this.copied = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.filter = readFilter(this.actions.recall("log-filter"));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#copiedTimer);
  }

  /** Show the lines of a hook alone, and the newest of them. */
  showHook(hook: HookSnapshot["name"]): void {
    this.paused = undefined;
    this.#setFilter({ atLeast: ALL_LINES.atLeast, origin: sourceOrigin(hook) });
    this.scrollIntoView({ block: "nearest" });
  }

  override render() {
    const log = this.paused ?? this.log;
    const matching = filterLog(log, this.filter);
    const search = searchFor(this.words);
    const found = search === undefined ? [] : findLines(matching, search);
    const shown = this.#atEnd ? matching.slice(-FOLLOWED_LINES) : matching;
    return html`
      <div class="bar">
        ${this.#renderButtons(matching)} ${this.#renderFilter(log)} ${this.#renderSearch(found, search)}
      </div>
      <div
        class="lines ${shown.length > FOLLOWED_LINES ? "all" : ""}"
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
          (record) =>
            guard([record, search?.source, record.sequence === this.current], () =>
              this.#renderLine(record, search),
            ),
        )}
      </div>
    `;
  }

  #renderButtons(matching: readonly LogRecord[]) {
    const missed = this.#missedLines();
    const none = matching.length === 0;
    const what = count(matching.length, "line");
    return html`<div class="row">
      <h2>Log</h2>
      <span class="grow"></span>
      <button
        type="button"
        class="small"
        aria-pressed=${this.paused === undefined ? "false" : "true"}
        @click=${this.#togglePause}
      >
        ${icons.pause}${this.paused === undefined ? "Pause" : missed === 0 ? "Paused" : `Paused, ${missed} new`}
      </button>
      <button
        type="button"
        class="small quiet"
        aria-label="Download the log"
        title="A text file with the ${what} that the filter lets through"
        ?disabled=${none}
        @click=${() => this.actions.saveFile(logFileName(this.name, Date.now()), logAsText(matching))}
      >
        ${icons.download}
      </button>
      <button
        type="button"
        class="small quiet"
        aria-label=${this.copied ? "Copied" : "Copy the log"}
        title="Copy the ${what} that the filter lets through"
        ?disabled=${none}
        @click=${() => this.#copy(matching)}
      >
        ${this.copied ? icons.check : icons.copy}
      </button>
      <button
        type="button"
        class="small quiet"
        aria-label="Clear the log"
        title="Clear"
        ?disabled=${this.log.length === 0}
        @click=${this.#clear}
      >
        ${icons.trash}
      </button>
    </div>`;
  }

  #renderFilter(log: readonly LogRecord[]) {
    const { atLeast, origin } = this.filter;
    const { hook } = this;
    const hookOnly = hook !== undefined && origin === sourceOrigin(hook);
    return html`<div class="row">
      <select aria-label="Severity" @change=${this.#chooseSeverity}>
        ${SEVERITIES.map(
          (severity, index) =>
            html`<option value=${severity} .selected=${severity === atLeast}>
              ${index === 0 ? "Every severity" : `${severity}${index === SEVERITIES.length - 1 ? "" : " and graver"}`}
            </option>`,
        )}
      </select>
      <select aria-label="Lines from" @change=${this.#chooseOrigin}>
        <option value=${ANYWHERE} .selected=${origin === ANYWHERE}>From everywhere</option>
        ${originsOf(log, origin).map(
          (one) =>
            html`<option value=${one.origin} .selected=${one.origin === origin}>From ${one.label}</option>`,
        )}
      </select>
      ${
        hook === undefined
          ? nothing
          : html`<button
              type="button"
              class="small hook"
              aria-pressed=${hookOnly ? "true" : "false"}
              @click=${() => (hookOnly ? this.#setFilter(ALL_LINES) : this.showHook(hook))}
            >
              Only the lines of ${hook}
            </button>`
      }
    </div>`;
  }

  #renderSearch(found: readonly number[], search: RegExp | undefined) {
    const at = this.current === undefined ? -1 : found.indexOf(this.current);
    const text = found.length === 0 ? "no line" : at === -1 ? count(found.length, "line") : undefined;
    return html`<div class="row" role="search">
      <input
        type="search"
        placeholder="Search"
        aria-label="Search the log"
        maxlength=${MAX_SEARCH_CHARACTERS}
        .value=${this.words}
        @input=${this.#setWords}
        @keydown=${this.#searchKey}
      />
      ${
        search === undefined
          ? nothing
          : html`
              <span class="hits small muted" role="status">${text ?? `${at + 1} of ${found.length}`}</span>
              <button
                type="button"
                class="small quiet"
                aria-label="Older hit"
                title="Older hit (Shift+Enter)"
                ?disabled=${found.length === 0}
                @click=${() => this.#go("older")}
              >
                ${icons.up}
              </button>
              <button
                type="button"
                class="small quiet"
                aria-label="Newer hit"
                title="Newer hit (Enter)"
                ?disabled=${found.length === 0}
                @click=${() => this.#go("newer")}
              >
                ${icons.down}
              </button>
            `
      }
    </div>`;
  }

  #renderLine(record: LogRecord, search: RegExp | undefined) {
    const { sequence, timestamp, severity, source, message } = record;
    const origin = originText(record);
    const current = sequence === this.current;
    // On one line: the text keeps its spaces.
    const grave =
      severity === "INFO" || severity === "DEBUG" ? null : html`<span class="severity">${severity}</span> `;
    const from = origin === "" ? null : html`<span class="origin">${marked(origin, search)}</span> `;
    return html`<span
      class="line ${severity} ${source} ${current ? "current" : ""}"
      data-sequence=${sequence}
      aria-current=${current ? "true" : nothing}
      ><span class="time">${timeOfDay(timestamp)}</span> ${grave}${from}${marked(message, search)}</span
    >`;
  }

  #renderEmpty() {
    if (this.log.length === 0) {
      return html`<p class="empty">What the exporter and its drivers say appears here.</p>`;
    }
    return html`<p class="empty">
      The filter lets none of ${count(this.log.length, "line")} through.
      <button type="button" class="small" @click=${() => this.#setFilter(ALL_LINES)}>Show all lines</button>
    </p>`;
  }

  override updated(): void {
    const lines = this.#lines.value;
    if (lines === undefined) return;
    if (this.#goTo !== undefined) {
      lines.querySelector(`[data-sequence="${this.#goTo}"]`)?.scrollIntoView({ block: "nearest" });
      this.#goTo = undefined;
      this.#ownScroll = true;
      // A frame begins with its scroll events: the next one has told of this before it draws.
      requestAnimationFrame(() => {
        this.#ownScroll = false;
      });
    } else if (this.#atEnd) {
      lines.scrollTop = lines.scrollHeight;
    }
  }

  #missedLines(): number {
    const last = this.paused?.at(-1)?.sequence ?? -1;
    return this.paused === undefined ? 0 : this.log.filter(({ sequence }) => sequence > last).length;
  }

  /** Who scrolls up wants to read; who is at the end wants to follow. */
  #noteScroll(): void {
    const lines = this.#lines.value;
    if (lines === undefined || this.#ownScroll) return;
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < AT_END_PX;
    if (atEnd === this.#atEnd) return;
    this.#atEnd = atEnd;
    this.requestUpdate();
  }

  #setFilter(filter: LogFilter): void {
    this.filter = filter;
    this.current = undefined;
    this.#atEnd = true;
    this.actions.remember("log-filter", writeFilter(filter));
  }

  #chooseSeverity(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    const atLeast = SEVERITIES.find((severity) => severity === value) ?? ALL_LINES.atLeast;
    this.#setFilter({ ...this.filter, atLeast });
  }

  #chooseOrigin(event: Event): void {
    this.#setFilter({ ...this.filter, origin: (event.target as HTMLSelectElement).value });
  }

  #setWords(event: InputEvent): void {
    this.words = (event.target as HTMLInputElement).value;
    this.current = undefined;
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      event.preventDefault();
      this.#go(event.shiftKey ? "older" : "newer");
    } else if (event.key === "Escape" && this.words !== "") {
      event.preventDefault();
      this.words = "";
      this.current = undefined;
    }
  }

  #go(direction: "older" | "newer"): void {
    const search = searchFor(this.words);
    if (search === undefined) return;
    const found = findLines(filterLog(this.paused ?? this.log, this.filter), search);
    this.current = nextLine(found, this.current, direction);
    if (this.current === undefined) return;
    // Who looks at one line does not want it to move away; and it may be none of the followed ones.
    this.#atEnd = false;
    this.#goTo = this.current;
    this.requestUpdate();
  }

  #togglePause(): void {
    this.paused = this.paused === undefined ? this.log : undefined;
    if (this.paused === undefined) this.#atEnd = true;
  }

  #clear(): void {
    this.paused = undefined;
    this.current = undefined;
    this.#atEnd = true;
    this.actions.clearLog();
  }

  async #copy(records: readonly LogRecord[]): Promise<void> {
    if (!(await this.actions.copy(logAsText(records)))) return;
    this.copied = true;
    clearTimeout(this.#copiedTimer);
    this.#copiedTimer = setTimeout(() => {
      this.copied = false;
    }, COPIED_FOR_MS);
  }
}

function marked(text: string, search: RegExp | undefined) {
  if (search === undefined) return text;
  return cutAtHits(text, search).map((piece) => (piece.hit ? html`<mark>${piece.text}</mark>` : piece.text));
}

customElements.define("jumptab-log-panel", LogPanel);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-log-panel": LogPanel;
  }
}
