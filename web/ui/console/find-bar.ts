/**
 * What a person looks for in a console: text, case, pattern, next and previous, and how many there are.
 * Above: console.ts finds it. Below: events.
 */

import { css, html, LitElement } from "lit";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import type { Search, SearchResult } from "./search.ts";

export type FindEvent = CustomEvent<{
  readonly search: Search;
  readonly direction: "next" | "previous";
  readonly incremental: boolean;
}>;

export class FindBar extends LitElement {
  static override properties = {
    result: { attribute: false },
    caseSensitive: { state: true },
    regex: { state: true },
    text: { state: true },
    problem: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        margin-bottom: 0.5rem;
      }

      .row {
        gap: 0.25rem;
      }

      input {
        flex: 1 1 5rem;
        max-width: 22rem;
        min-height: 1.75rem;
        font-family: var(--mono);
        font-size: 0.8125rem;
      }

      .count {
        min-width: 4rem;
        padding: 0 0.25rem;
        color: var(--muted);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  declare result: SearchResult | undefined;
  declare caseSensitive: boolean;
  declare regex: boolean;
  declare text: string;
  declare problem: string | undefined;

  constructor() {
    super();
    this.caseSensitive = false;
    this.regex = false;
    this.text = "";
  }

  override render() {
    return html`
      <div class="row" role="search" aria-label="Find in the console" @keydown=${this.#key}>
        <input
          type="text"
          aria-label="Find in the console"
          placeholder="Find"
          autocomplete="off"
          spellcheck="false"
          .value=${this.text}
          aria-invalid=${this.problem === undefined ? "false" : "true"}
          @input=${this.#typed}
        />
        <span class="count ${this.problem === undefined ? "" : "failed"}" role="status">${this.#count}</span>
        <button type="button" class="small quiet" aria-label="Previous" title="Previous (Shift+Enter)" @click=${() => this.#find("previous")}>
          ${icons.up}
        </button>
        <button type="button" class="small quiet" aria-label="Next" title="Next (Enter)" @click=${() => this.#find("next")}>
          ${icons.down}
        </button>
        <button
          type="button"
          class="small quiet"
          aria-pressed=${this.caseSensitive ? "true" : "false"}
          aria-label="Match case"
          title="Match case"
          @click=${() => this.#toggle("caseSensitive")}
        >
          Aa
        </button>
        <button
          type="button"
          class="small quiet mono"
          aria-pressed=${this.regex ? "true" : "false"}
          aria-label="Pattern (regular expression)"
          title="Pattern (regular expression)"
          @click=${() => this.#toggle("regex")}
        >
          .*
        </button>
        <button type="button" class="small quiet" aria-label="Close the search" title="Close (Esc)" @click=${this.#close}>
          ${icons.close}
        </button>
      </div>
    `;
  }

  override focus(): void {
    const input = this.renderRoot.querySelector("input");
    input?.focus();
    input?.select();
  }

  get #count(): string {
    if (this.problem !== undefined) return this.problem;
    if (this.text === "" || this.result === undefined) return "";
    const { hit, hits, more } = this.result;
    if (hits === 0) return "None";
    const all = `${hits}${more ? "+" : ""}`;
    return hit === 0 ? `${all} found` : `${hit} of ${all}`;
  }

  #typed(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.text = event.target.value;
    this.#find("next", true);
  }

  #toggle(what: "caseSensitive" | "regex"): void {
    this[what] = !this[what];
    this.#find("next", true);
  }

  #find(direction: "next" | "previous", incremental = false): void {
    this.problem = this.regex ? patternProblem(this.text) : undefined;
    if (this.problem !== undefined) return;
    const search = { text: this.text, caseSensitive: this.caseSensitive, regex: this.regex };
    this.dispatchEvent(
      new CustomEvent("find", { detail: { search, direction, incremental } }) satisfies FindEvent,
    );
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      this.#find(event.shiftKey ? "previous" : "next");
    }
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}

function patternProblem(text: string): string | undefined {
  try {
    new RegExp(text);
    return undefined;
  } catch {
    return "Not a pattern yet";
  }
}

customElements.define("jumptab-find-bar", FindBar);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-find-bar": FindBar;
  }
}
