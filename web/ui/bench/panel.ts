/**
 * A section of the bench that can be folded, and moved while the person arranges the bench. Folding hides what is inside and ends
 * nothing of it: a console goes on.
 * Above: bench.ts, which decides and remembers. Below: its one child, with a heading of its own.
 */

import { css, html, LitElement } from "lit";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

export type FoldEvent = CustomEvent<{ readonly key: string; readonly folded: boolean }>;
export type MoveEvent = CustomEvent<{ readonly key: string; readonly direction: "up" | "down" }>;

export class Panel extends LitElement {
  static override properties = {
    key: { attribute: false },
    name: {},
    words: {},
    folded: { type: Boolean, reflect: true },
    bare: { type: Boolean, reflect: true },
    movable: { type: Boolean },
    first: { type: Boolean },
    last: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: 1.5rem minmax(0, 1fr);
      }

      :host([folded]),
      :host([bare]) {
        grid-template-columns: minmax(0, 1fr);
      }

      .bar {
        position: relative;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: 0.25rem;
        min-height: 2rem;
      }

      /* What is inside has a heading of its own: the fold stands before it. */
      :host(:not([folded])) .fold {
        margin: 0.75rem 0 0 0.375rem;
      }

      :host(:not([folded])) .bar:not(.arrange) {
        align-items: start;
      }

      :host([folded]) .bar:not(.arrange) {
        padding: 0.25rem 0.375rem;
      }

      .arrange {
        grid-column: 1 / -1;
        padding: 0.25rem 0.375rem 0.25rem 0.625rem;
        border-bottom: 1px dashed var(--border);
      }

      .bar button,
      .fold {
        min-width: 1.5rem;
        min-height: 1.5rem;
        padding: 0.125rem;
        color: var(--muted);
      }

      .bar h2 {
        flex: 1 1 auto;
      }

      .inside {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
      }

      :host(:not([bare])) .inside {
        margin-inline-start: -0.375rem;
      }
    `,
  ];

  declare key: string;
  /** Its heading while it is folded. */
  declare name: string;
  /** What is folded, in a sentence: "the log". */
  declare words: string;
  declare folded: boolean;
  /** What is inside is folded by itself: this only moves it. */
  declare bare: boolean;
  declare movable: boolean;
  declare first: boolean;
  declare last: boolean;

  constructor() {
    super();
    this.name = "";
    this.words = "";
  }

  override render() {
    const { name, folded } = this;
    return html`
      ${
        this.movable
          ? html`<div class="bar arrange">
              <h2>${name}</h2>
              ${this.#renderMove("up", this.first)} ${this.#renderMove("down", this.last)}
            </div>`
          : null
      }
      ${
        this.bare
          ? null
          : html`<div class="bar">
              <button
                type="button"
                class="quiet fold"
                aria-label="${folded ? "Unfold" : "Fold"} ${this.words}"
                title="${folded ? "Unfold" : "Fold"} ${this.words}"
                @click=${this.#fold}
              >
                ${folded ? icons.forward : icons.down}
              </button>
              ${folded ? html`<h2>${name}</h2>` : null}
            </div>`
      }
      <div class="inside" ?hidden=${folded}><slot></slot></div>
    `;
  }

  #renderMove(direction: "up" | "down", end: boolean) {
    return html`<button
      type="button"
      class="small ${direction}"
      aria-label="Move ${this.words} ${direction}"
      ?disabled=${end}
      @click=${() => this.#move(direction)}
    >
      ${direction === "up" ? icons.moveUp : icons.moveDown}
    </button>`;
  }

  #fold(): void {
    const detail = { key: this.key, folded: !this.folded };
    this.dispatchEvent(
      new CustomEvent("fold", { detail, bubbles: true, composed: true }) satisfies FoldEvent,
    );
  }

  #move(direction: "up" | "down"): void {
    const detail = { key: this.key, direction };
    this.dispatchEvent(
      new CustomEvent("move", { detail, bubbles: true, composed: true }) satisfies MoveEvent,
    );
    void this.#keepFocus();
  }

  /** At the end of its way the button is off, and the focus would be nowhere. */
  async #keepFocus(): Promise<void> {
    // Who has heard the event draws first, and that sets this one's properties.
    await Promise.resolve();
    await this.updateComplete;
    if (this.first || this.last) {
      this.renderRoot.querySelector<HTMLElement>(this.first ? ".down" : ".up")?.focus();
    }
  }
}

customElements.define("jumptab-panel", Panel);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-panel": Panel;
  }
}
