/**
 * All transfers that run, in a strip that stays in sight wherever one is on the page.
 * Above: app.ts, which asks before one of a client is cancelled. Below: transfer-progress.ts.
 */

import { css, html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { TransferSnapshot } from "../../messages.ts";
import { shellPath } from "../share-line/command-line.ts";
import { count } from "../shared/format.ts";
import { sharedStyles } from "../shared/styles.ts";
import { MOST_SHOWN } from "./strip-height.ts";
import "./transfer-progress.ts";
import { NOTHING_WATCHED, type WatchedTransfers } from "./transfer-rates.ts";

export class TransferStrip extends LitElement {
  static override properties = {
    transfers: { attribute: false },
    watched: { attribute: false },
    fixed: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: sticky;
        top: 0;
        z-index: 5;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
        box-shadow: 0 2px 6px var(--shadow);
      }

      section {
        display: flex;
        flex-direction: column;
        gap: 0.5rem;
        max-width: 100rem;
        margin: 0 auto;
        padding: 0.5rem 1.25rem;
      }

      @media (max-width: 40rem) {
        section {
          padding-inline: 0.75rem;
        }
      }
    `,
  ];

  /** Those that run. */
  declare transfers: readonly TransferSnapshot[];
  declare watched: WatchedTransfers;
  /** Nobody here may end them. */
  declare fixed: boolean;

  constructor() {
    super();
    this.transfers = [];
    this.watched = NOTHING_WATCHED;
  }

  override render() {
    const shown = this.transfers.slice(0, MOST_SHOWN);
    const more = this.transfers.length - shown.length;
    return html`<section aria-label="Transfers">
      ${repeat(
        shown,
        ({ id }) => id,
        (transfer) => html`<jumptab-transfer-progress
          .transfer=${transfer}
          .watched=${this.watched.get(transfer.id)}
          ?fixed=${this.fixed}
          place=${shellPath(transfer.path)}
        ></jumptab-transfer-progress>`,
      )}
      ${more === 0 ? null : html`<span class="small muted">and ${count(more, "other")}, on their cards</span>`}
    </section>`;
  }
}

customElements.define("jumptab-transfer-strip", TransferStrip);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-transfer-strip": TransferStrip;
  }
}
