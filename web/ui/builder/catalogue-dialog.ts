/**
 * The catalogue: find a driver by words or by category, read what it needs, add it. Enter adds the one that is marked.
 * Above: editor.ts. Below: choices.ts; the platform's own dialog.
 * @fires choice-made with what to add, and into what.
 */

import { css, html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { everyDriver, type Outline } from "../../config/outline.ts";
import type { DriverCatalogue } from "../../messages.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { ALIAS, CATEGORIES, type Category, type Choice, findChoices, needsText } from "./choices.ts";

export interface ChoiceMade {
  readonly choice: Choice;
  /** Empty: below `export:`. */
  readonly parent: readonly string[];
}

export class CatalogueDialog extends LitElement {
  static override properties = {
    catalogue: { attribute: false },
    outline: { attribute: false },
    query: { state: true },
    category: { state: true },
    marked: { state: true },
    parent: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(44rem, calc(100vw - 1rem));
        height: min(40rem, calc(100dvh - 2rem));
        padding: 0;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      .all {
        display: flex;
        flex-direction: column;
        height: 100%;
      }

      .head {
        display: grid;
        gap: 0.625rem;
        padding: 1rem 1rem 0.75rem;
        border-bottom: 1px solid var(--border);
      }

      .title {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }

      .where {
        display: grid;
        grid-template-columns: 1fr minmax(8rem, 14rem);
        gap: 0.5rem;
      }

      select {
        min-width: 0;
        width: 100%;
        min-height: 2.125rem;
        padding: 0.25rem 0.5rem;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        color: var(--text);
        font: inherit;
      }

      .categories {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
      }

      [role="listbox"] {
        flex: 1 1 auto;
        min-height: 0;
        overflow: auto;
        padding: 0.5rem;
      }

      [role="option"] {
        padding: 0.5rem 0.75rem;
        border: 1px solid transparent;
        border-radius: var(--radius-small);
        cursor: pointer;
      }

      [role="option"][aria-selected="true"] {
        border-color: var(--accent);
        background: var(--accent-soft);
      }

      [role="option"][aria-disabled="true"] {
        cursor: default;
      }

      .name {
        font-weight: 600;
      }

      .option-type {
        overflow-wrap: anywhere;
      }

      [aria-selected="true"] .muted {
        color: var(--text);
      }

      .foot {
        display: flex;
        justify-content: flex-end;
        gap: 0.5rem;
        padding: 0.75rem 1rem;
        border-top: 1px solid var(--border);
      }

      .none {
        padding: 1rem;
      }
    `,
  ];

  declare catalogue: DriverCatalogue;
  declare outline: Outline;
  declare query: string;
  declare category: Category | undefined;
  declare marked: number;
  declare parent: readonly string[];

  constructor() {
    super();
    this.query = "";
    this.category = undefined;
    this.marked = 0;
    this.parent = [];
  }

  /** @param parent Where it goes, unless the person says otherwise. */
  async open(parent: readonly string[]): Promise<void> {
    this.query = "";
    this.category = undefined;
    this.marked = 0;
    this.parent = parent;
    await this.updateComplete;
    const dialog = this.#dialog;
    if (dialog === null || dialog.open) return;
    dialog.showModal();
    this.renderRoot.querySelector<HTMLInputElement>("#query")?.focus();
  }

  override render() {
    const choices = this.#choices;
    const chosen = choices[this.marked];
    const present = new Set(this.catalogue.drivers.map(({ category }) => category));
    return html`<dialog aria-labelledby="title">
      <div class="all">
        <div class="head">
          <div class="title">
            <h2 id="title">Add a driver</h2>
            <button type="button" class="quiet" aria-label="Close" @click=${() => this.#dialog?.close()}>${icons.close}</button>
          </div>
          <div class="where">
            <input
              id="query"
              type="search"
              role="combobox"
              aria-label="Find a driver"
              aria-controls="choices"
              aria-expanded="true"
              aria-autocomplete="list"
              aria-activedescendant=${chosen === undefined ? "" : `choice-${this.marked}`}
              placeholder="Find a driver"
              autocomplete="off"
              spellcheck="false"
              .value=${this.query}
              @input=${this.#find}
              @keydown=${this.#key}
            />
            <select aria-label="Add it to" @change=${this.#chooseParent}>
              ${this.#parents().map(
                ([value, label]) =>
                  html`<option .value=${value} ?selected=${value === JSON.stringify(this.parent)}>${label}</option>`,
              )}
            </select>
          </div>
          <div class="categories" role="group" aria-label="Categories">
            ${this.#renderCategory(undefined, "All")}
            ${Object.entries(CATEGORIES).flatMap(([category, label]) =>
              present.has(category as Category) ? [this.#renderCategory(category as Category, label)] : [],
            )}
          </div>
        </div>
        ${choices.length > 0 ? null : html`<p class="none muted" role="status">No driver has these words.</p>`}
        <div id="choices" role="listbox" aria-label="Drivers" tabindex="-1">
          ${repeat(
            choices,
            (choice) => keyOf(choice),
            (choice, index) => this.#renderChoice(choice, index),
          )}
        </div>
        <div class="foot">
          <button type="button" @click=${() => this.#dialog?.close()}>Cancel</button>
          <button
            type="button"
            class="primary"
            ?disabled=${chosen === undefined || chosen.kind === "absent"}
            @click=${() => this.#add()}
          >
            Add
          </button>
        </div>
      </div>
    </dialog>`;
  }

  #renderCategory(category: Category | undefined, label: string) {
    return html`<button
      type="button"
      class="small"
      aria-pressed=${this.category === category ? "true" : "false"}
      @click=${() => {
        this.category = category;
        this.marked = 0;
      }}
    >
      ${label}
    </button>`;
  }

  #renderChoice(choice: Choice, index: number) {
    const selected = index === this.marked;
    return html`<div
      role="option"
      id="choice-${index}"
      aria-selected=${selected ? "true" : "false"}
      aria-disabled=${choice.kind === "absent" ? "true" : "false"}
      @click=${() => {
        this.marked = index;
      }}
      @dblclick=${() => this.#add()}
    >
      ${renderChoice(choice)}
    </div>`;
  }

  get #choices(): readonly Choice[] {
    return findChoices(this.catalogue, this.query, this.category);
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  #parents(): readonly (readonly [value: string, label: string])[] {
    const inside = [...everyDriver(this.outline.drivers)].filter(
      ({ kind }) => kind === "driver" || kind === "group",
    );
    return [
      [JSON.stringify([]), "to the bench"],
      ...inside.map(({ path }) => [JSON.stringify(path), `into ${path.join(".")}`] as const),
    ];
  }

  #chooseParent({ target }: Event): void {
    if (target instanceof HTMLSelectElement) this.parent = JSON.parse(target.value) as readonly string[];
  }

  #find({ target }: Event): void {
    if (!(target instanceof HTMLInputElement)) return;
    this.query = target.value;
    this.marked = 0;
  }

  #key(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    const step = steps[event.key];
    if (event.key === "Enter") this.#add();
    else if (step !== undefined) void this.#mark(this.marked + step);
    else return;
    event.preventDefault();
  }

  async #mark(index: number): Promise<void> {
    this.marked = Math.max(0, Math.min(index, this.#choices.length - 1));
    await this.updateComplete;
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  #add(): void {
    const choice = this.#choices[this.marked];
    if (choice === undefined || choice.kind === "absent") return;
    this.#dialog?.close();
    this.dispatchEvent(new CustomEvent("choice-made", { detail: { choice, parent: this.parent } }));
  }
}

function renderChoice(choice: Choice) {
  if (choice.kind === "driver") {
    const { driver } = choice;
    return html`
      <div class="name">${driver.title}</div>
      <div>${driver.summary}</div>
      <div class="small muted">${needsText(driver)} <code class="option-type">${driver.type}</code></div>
    `;
  }
  if (choice.kind === "alias") return html`<div class="name">${ALIAS.title}</div><div>${ALIAS.summary}</div>`;
  const { type, kind, reason } = choice.driver;
  return html`
    <div class="name option-type">${type}</div>
    <div>${kind === "impossible" ? "Cannot run in a page" : "Not here yet"}: ${reason}.</div>
  `;
}

function keyOf(choice: Choice): string {
  return choice.kind === "alias" ? "alias" : choice.driver.type;
}

customElements.define("jumptab-catalogue", CatalogueDialog);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-catalogue": CatalogueDialog;
  }
  interface HTMLElementEventMap {
    "choice-made": CustomEvent<ChoiceMade>;
  }
}
