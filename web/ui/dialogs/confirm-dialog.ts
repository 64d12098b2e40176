/**
 * Asks before something that cannot be taken back, or that others would notice.
 * Above: elements that need an answer. Below: the platform's own dialog: Escape is no.
 */

import { css, html, LitElement } from "lit";
import { sharedStyles } from "../shared/styles.ts";

export interface Question {
  readonly title: string;
  readonly text: string;
  /** Names what will be done; never "OK". */
  readonly confirm: string;
  /** "Cancel", where that would not be clear. */
  readonly refuse?: string;
  readonly danger?: boolean;
  /** Another way out, beside yes and no. */
  readonly alternative?: { readonly label: string; run(): void };
  run(): void;
}

export class ConfirmDialog extends LitElement {
  static override properties = { question: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(38rem, calc(100vw - 2rem));
        padding: 1.25rem;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      p {
        margin: 0.5rem 0 1.25rem;
      }

      .row {
        justify-content: flex-end;
      }
    `,
  ];

  declare question: Question | undefined;

  /** Show it; at most one question at a time. */
  async ask(question: Question): Promise<void> {
    this.question = question;
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  override render() {
    const { question } = this;
    if (question === undefined) return null;
    const { title, text, confirm, refuse = "Cancel", danger = false, alternative } = question;
    return html`
      <dialog aria-labelledby="title" aria-describedby="text" @close=${this.#forget}>
        <h2 id="title">${title}</h2>
        <p id="text">${text}</p>
        <div class="row">
          <button type="button" autofocus @click=${() => this.#dialog?.close()}>${refuse}</button>
          ${
            alternative === undefined
              ? null
              : html`<button type="button" @click=${() => this.#answer(alternative.run)}>
                  ${alternative.label}
                </button>`
          }
          <button
            type="button"
            class=${danger ? "danger" : "primary"}
            @click=${() => this.#answer(question.run)}
          >
            ${confirm}
          </button>
        </div>
      </dialog>
    `;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  #answer(run: () => void): void {
    this.#dialog?.close();
    run();
  }

  #forget(): void {
    this.question = undefined;
  }
}

customElements.define("jumptab-confirm", ConfirmDialog);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-confirm": ConfirmDialog;
  }
}
