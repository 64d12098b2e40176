/**
 * The command palette: everything that can be done now, found by typing, done with Enter. The keyboard stays in its field; the list
 * follows by aria-activedescendant.
 * Above: app.ts, which loads it when it is wanted. Below: find-commands.ts, web/ui/shared/commands.ts.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { Command } from "../shared/commands.ts";
import { icons } from "../shared/icons.ts";
import { keysOf } from "../shared/shortcuts.ts";
import { sharedStyles } from "../shared/styles.ts";
import { findCommands } from "./find-commands.ts";

/** 64 characters: who has typed more looks for something else. */
const MAX_QUERY_CHARACTERS = 64;

/** 100 commands in the list: of more, nobody reads the rest. */
const MAX_SHOWN = 100;

/** A person has chosen this command. */
export type ChosenEvent = CustomEvent<Command>;

export class Palette extends LitElement {
  static override properties = {
    commands: { state: true },
    query: { state: true },
    at: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(36rem, calc(100vw - 1.5rem));
        max-height: min(32rem, calc(100dvh - 2rem));
        margin-top: min(12vh, 6rem);
        padding: 0;
        overflow: hidden;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 12px 32px rgb(0 0 0 / 25%);
      }

      dialog[open] {
        display: flex;
        flex-direction: column;
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      .search {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.625rem 0.875rem;
        border-bottom: 1px solid var(--border);
      }

      .search svg {
        color: var(--muted);
      }

      input {
        flex: 1 1 auto;
        padding-inline: 0.375rem;
        border-color: transparent;
        font-size: 1.0625rem;
      }

      [role="listbox"] {
        flex: 1 1 auto;
        overflow-y: auto;
        padding: 0.375rem;
      }

      .group {
        padding: 0.5rem 0.625rem 0.125rem;
        color: var(--muted);
        font-size: 0.8125rem;
        font-weight: 600;
      }

      [role="option"] {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.375rem 0.625rem;
        border-radius: var(--radius-small);
        cursor: pointer;
      }

      [role="option"] .title {
        flex: 1 1 auto;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      [role="option"][aria-selected="true"] {
        outline: 2px solid var(--focus);
        outline-offset: -2px;
        background: var(--accent-soft);
      }

      .keys {
        flex: none;
        white-space: nowrap;
      }

      .none {
        padding: 1rem 0.875rem 1.25rem;
        color: var(--muted);
      }
    `,
  ];

  declare commands: readonly Command[];
  declare query: string;
  /** The place of the one that Enter does. */
  declare at: number;
  readonly #dialog = createRef<HTMLDialogElement>();
  readonly #input = createRef<HTMLInputElement>();

  constructor() {
    super();
    this.commands = [];
    this.query = "";
    this.at = 0;
  }

  /** Show what can be done now. */
  async open(commands: readonly Command[]): Promise<void> {
    this.commands = commands;
    this.query = "";
    this.at = 0;
    await this.updateComplete;
    if (this.#dialog.value?.open === false) this.#dialog.value.showModal();
    this.#input.value?.focus();
  }

  override render() {
    const found = findCommands(this.commands, this.query).slice(0, MAX_SHOWN);
    const current = found[this.at];
    return html`
      <dialog aria-label="Commands" ${ref(this.#dialog)} @click=${this.#clickBeside}>
        <div class="search">
          ${icons.command}
          <input
            ${ref(this.#input)}
            role="combobox"
            aria-label="Find a command"
            aria-expanded="true"
            aria-controls="list"
            aria-autocomplete="list"
            aria-activedescendant=${current === undefined ? "" : optionId(this.at)}
            placeholder="What do you want to do?"
            autocomplete="off"
            spellcheck="false"
            maxlength=${MAX_QUERY_CHARACTERS}
            .value=${this.query}
            @input=${this.#setQuery}
            @keydown=${(event: KeyboardEvent) => this.#key(event, found)}
          />
          <button type="button" class="small quiet" aria-label="Close" @click=${() => this.#dialog.value?.close()}>
            ${icons.close}
          </button>
        </div>
        <div id="list" role="listbox" aria-label="Commands" tabindex="-1">
          ${found.map((command, index) => this.#renderOption(command, index, found[index - 1]))}
        </div>
        ${found.length === 0 ? html`<p class="none">Nothing that can be done now fits “${this.query}”.</p>` : null}
        <span class="hidden-text" role="status">${this.query === "" ? "" : `${found.length} found`}</span>
      </dialog>
    `;
  }

  #renderOption(command: Command, index: number, before: Command | undefined) {
    const keys = keysOf(command.id);
    return html`
      ${
        // What was found stands by how well it fits: headings would repeat themselves.
        this.query === "" && command.group !== before?.group
          ? html`<div class="group" role="presentation">${command.group}</div>`
          : null
      }
      <div
        id=${optionId(index)}
        role="option"
        aria-selected=${index === this.at ? "true" : "false"}
        @click=${() => this.#choose(command)}
        @pointermove=${() => {
          this.at = index;
        }}
      >
        <span class="title">${command.title}</span>
        ${this.query === "" ? null : html`<span class="small muted">${command.group}</span>`}
        ${keys === undefined ? null : html`<span class="keys">${keys.map((key) => html`<kbd>${key}</kbd> `)}</span>`}
      </div>
    `;
  }

  protected override updated(): void {
    this.renderRoot.querySelector(`#${optionId(this.at)}`)?.scrollIntoView({ block: "nearest" });
  }

  #setQuery(event: InputEvent): void {
    this.query = (event.target as HTMLInputElement).value;
    this.at = 0;
  }

  #key(event: KeyboardEvent, found: readonly Command[]): void {
    const last = Math.max(0, found.length - 1);
    switch (event.key) {
      case "ArrowDown":
        this.at = this.at === last ? 0 : this.at + 1;
        break;
      case "ArrowUp":
        this.at = this.at === 0 ? last : this.at - 1;
        break;
      case "Enter": {
        const command = found[this.at];
        // The Enter that ends a composition chooses a word, not a command.
        if (command === undefined || event.isComposing) return;
        this.#choose(command);
        break;
      }
      default:
        return;
    }
    event.preventDefault();
  }

  /** Closed first: the focus is back where it was, and what the command opens comes after that. */
  #choose(command: Command): void {
    this.#dialog.value?.close();
    this.dispatchEvent(new CustomEvent("chosen", { detail: command }) satisfies ChosenEvent);
  }

  #clickBeside(event: MouseEvent): void {
    if (event.target === this.#dialog.value) this.#dialog.value?.close();
  }
}

function optionId(index: number): string {
  return `option-${index}`;
}

customElements.define("jumptab-palette", Palette);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-palette": Palette;
  }
}
