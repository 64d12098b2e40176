/**
 * A button that puts a text into the clipboard, and says for a moment that it has.
 * Above: share-links.ts, share-list.ts, qr-dialog.ts. Below: PageActions.copy, which says itself what went wrong.
 */

import { css, html, LitElement } from "lit";
import type { PageActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

/** How long it says so, in milliseconds: long enough to be read. */
const COPIED_FOR_MS = 2_500;

export class CopyButton extends LitElement {
  static override properties = {
    actions: { attribute: false },
    text: { attribute: false },
    label: {},
    name: {},
    copied: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: inline-block;
      }
    `,
  ];

  declare actions: Pick<PageActions, "copy">;
  declare text: string;
  /** What stands on it. */
  declare label: string;
  /** What it is called, where the label is too short to be understood alone. */
  declare name: string;
  declare copied: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.copied = false;
  }

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector("button")?.focus(options);
  }

  override render() {
    return html`
      <button type="button" class="small" aria-label=${this.name} @click=${this.#copy}>
        ${this.copied ? icons.check : icons.copy}${this.copied ? "Copied" : this.label}
      </button>
      <span class="hidden-text" role="status">${this.copied ? "Copied" : ""}</span>
    `;
  }

  async #copy(): Promise<void> {
    if (!(await this.actions.copy(this.text))) return;
    this.copied = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.copied = false;
    }, COPIED_FOR_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.copied = false;
  }
}

customElements.define("jumptab-copy", CopyButton);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-copy": CopyButton;
  }
}
