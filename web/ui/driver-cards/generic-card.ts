/**
 * A driver that has no card of its own: what it is, what it can do, what it tells of itself.
 * Above: bench.ts. Below: card.ts.
 */

import { css, html, type PropertyDeclarations } from "lit";
import type { TransferSnapshot } from "../../messages.ts";
import { icons } from "../shared/icons.ts";
import "../transfers/transfer-progress.ts";
import { NOTHING_WATCHED, type WatchedTransfers } from "../transfers/transfer-rates.ts";
import { DriverCard } from "./card.ts";

export class GenericCard extends DriverCard {
  static override properties: PropertyDeclarations = {
    transfers: { attribute: false },
    watched: { attribute: false },
  };
  static override styles = [
    ...DriverCard.styles,
    css`
      dl {
        display: grid;
        grid-template-columns: fit-content(40%) minmax(0, 1fr);
        gap: 0.25rem 1rem;
      }

      dt {
        overflow-wrap: anywhere;
        color: var(--muted);
      }

      dd {
        min-width: 0;
        overflow-wrap: anywhere;
      }

      jumptab-transfer-progress {
        margin-top: 0.75rem;
      }
    `,
  ];

  /** Its files that are on their way. */
  declare transfers: readonly TransferSnapshot[];
  declare watched: WatchedTransfers;

  constructor() {
    super();
    this.transfers = [];
    this.watched = NOTHING_WATCHED;
  }

  override render() {
    const { type, calls, streamingCalls, streams, state, category } = this.driver;
    return html`
      ${this.renderHead(html`${category === "network" ? icons.network : icons.driver}`)}
      ${this.renderBinding()}
      <dl class="small">
        <dt>Type</dt>
        <dd><code>${type}</code></dd>
        ${this.#renderNames("Calls", [...calls, ...streamingCalls])} ${this.#renderNames("Streams", streams)}
        ${Object.entries(state).map(
          ([name, value]) => html`
            <dt>${name}</dt>
            <dd>${typeof value === "string" ? value : JSON.stringify(value)}</dd>
          `,
        )}
      </dl>
      ${this.transfers.map(
        (transfer) => html`<jumptab-transfer-progress
          .transfer=${transfer}
          ?fixed=${this.locked !== undefined}
          .watched=${this.watched.get(transfer.id)}
        ></jumptab-transfer-progress>`,
      )}
    `;
  }

  #renderNames(title: string, names: readonly string[]) {
    if (names.length === 0) return null;
    return html`
      <dt>${title}</dt>
      <dd>${names.map((name, index) => html`${index === 0 ? "" : ", "}<code>${name}</code>`)}</dd>
    `;
  }
}

customElements.define("jumptab-generic-card", GenericCard);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-generic-card": GenericCard;
  }
}
