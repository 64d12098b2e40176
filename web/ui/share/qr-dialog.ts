/**
 * A link as a QR code, for a phone or a tablet beside the board, with the link as text.
 * Above: share-list.ts. Below: qr-code.ts; the platform's own dialog: Escape closes it.
 */

import { css, html, LitElement } from "lit";
import type { Share } from "../../messages.ts";
import type { PageActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import "./copy-button.ts";
import { type QrCode, qrCode } from "./qr-code.ts";

export class QrDialog extends LitElement {
  static override properties = {
    actions: { attribute: false },
    shown: { state: true },
    code: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(24rem, calc(100vw - 2rem));
        max-height: calc(100dvh - 2rem);
        padding: 1.25rem;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      .head {
        display: flex;
        align-items: flex-start;
        justify-content: space-between;
        gap: 0.5rem;
      }

      /* Dark on light in both schemes: cameras want it so. */
      .code {
        width: 100%;
        height: auto;
        margin: 0.75rem 0;
        border-radius: var(--radius-small);
        background: #fff;
        fill: #000;
      }

      code {
        display: block;
        margin: 0.75rem 0;
        user-select: all;
      }
    `,
  ];

  declare actions: PageActions;
  declare shown: { readonly share: Pick<Share, "name">; readonly link: string } | undefined;
  declare code: QrCode | "failed" | undefined;

  async open(share: Pick<Share, "name">, link: string): Promise<void> {
    this.shown = { share, link };
    this.code = undefined;
    await this.updateComplete;
    this.renderRoot.querySelector("dialog")?.showModal();
    const code = await qrCode(link).catch(() => "failed" as const);
    // Another one may have been opened meanwhile.
    if (this.shown?.link === link) this.code = code;
  }

  override render() {
    if (this.shown === undefined) return null;
    const { share, link } = this.shown;
    return html`
      <dialog aria-labelledby="title" @close=${this.#forget}>
        <div class="head">
          <h2 id="title">Link for ${share.name}</h2>
          <button type="button" class="quiet" autofocus @click=${this.#close}>${icons.close}Close</button>
        </div>
        ${this.#renderCode(share.name)}
        <code role="group" aria-label="Link for ${share.name}">${link}</code>
        <jumptab-copy .actions=${this.actions} .text=${link} label="Copy link" name="Copy link"></jumptab-copy>
      </dialog>
    `;
  }

  #renderCode(name: string) {
    const { code } = this;
    if (code === "failed") {
      return html`<p role="status">
        The code could not be drawn, because its program did not come from the relay. The link itself works: copy it.
      </p>`;
    }
    if (code === undefined) return html`<p role="status" class="muted">One moment…</p>`;
    return html`<svg
      class="code"
      role="img"
      aria-label="QR code of the link for ${name}"
      viewBox="0 0 ${code.size} ${code.size}"
      shape-rendering="crispEdges"
    >
      <path d=${code.path} />
    </svg>`;
  }

  #close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }

  #forget(): void {
    this.shown = undefined;
    this.code = undefined;
  }
}

customElements.define("jumptab-qr", QrDialog);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-qr": QrDialog;
  }
}
