/**
 * A transfer that runs: what is done, how far it is, how fast, how long it will take, and the button to end it.
 * Above: file-card.ts, generic-card.ts, transfer-strip.ts; it raises `cancel-transfer`. Below: transfer-text.ts.
 */

import { css, html, LitElement, nothing } from "lit";
import type { TransferSnapshot } from "../../messages.ts";
import { TickController } from "../shared/controllers.ts";
import { icons } from "../shared/icons.ts";
import { progressStyles } from "../shared/progress-styles.ts";
import { sharedStyles } from "../shared/styles.ts";
import { fractionDone, type Watched } from "./transfer-rates.ts";
import { phaseLabel, progressFigures, transferName } from "./transfer-text.ts";

export class TransferProgress extends LitElement {
  static override properties = {
    transfer: { attribute: false },
    watched: { attribute: false },
    place: {},
    fixed: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    progressStyles,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.75rem;
      }

      .what {
        flex: 1 1 14rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .phase {
        font-weight: 600;
      }

      .figures {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        color: var(--muted);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      progress {
        margin-top: 0.25rem;
      }
    `,
  ];

  declare transfer: TransferSnapshot;
  declare watched: Watched | undefined;
  /** Where it goes on, for a list of transfers of many drivers; "" on the driver's own card. */
  declare place: string;
  /** Nobody here may end it. */
  declare fixed: boolean;

  constructor() {
    super();
    this.place = "";
    this.fixed = false;
    new TickController(this, () => !this.hidden);
  }

  override render() {
    const { transfer } = this;
    const { step, by } = transfer;
    const fraction = fractionDone(step);
    const label = `${this.place === "" ? "" : `${this.place}: `}${transfer.method} ${transferName(transfer)}`;
    return html`
      <div class="line">
        <div class="what">
          ${this.place === "" ? null : html`<code>${this.place}</code>`}
          <span class="phase">${phaseLabel(step)}</span>
          ${transferName(transfer)}
          ${by === "client" ? html`<span class="chip in-use">by a client</span>` : null}
        </div>
        ${
          this.fixed
            ? null
            : html`<button type="button" class="small" aria-label="Cancel ${label}" @click=${this.#cancel}>
                ${icons.close}Cancel
              </button>`
        }
      </div>
      <progress
        aria-label=${label}
        max="1"
        value=${fraction ?? nothing}
        aria-valuetext=${fraction === undefined ? phaseLabel(step) : nothing}
      ></progress>
      <div class="figures">
        ${progressFigures(step, this.watched, Date.now()).map((figure) => html`<span>${figure}</span>`)}
      </div>
    `;
  }

  #cancel(): void {
    this.dispatchEvent(
      new CustomEvent("cancel-transfer", {
        detail: this.transfer,
        bubbles: true,
        composed: true,
      }) satisfies CancelTransferEvent,
    );
  }
}

/** A person wants this transfer to end. */
export type CancelTransferEvent = CustomEvent<TransferSnapshot>;

customElements.define("jumptab-transfer-progress", TransferProgress);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-transfer-progress": TransferProgress;
  }
  interface GlobalEventHandlersEventMap {
    "cancel-transfer": CancelTransferEvent;
  }
}
