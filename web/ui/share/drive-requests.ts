/**
 * Who asks to drive, to be answered: among the people, and as a notice wherever on the page one is.
 * Above: people.ts, app.ts. Below: people-text.ts.
 *
 * @fires seat - Grant or refuse, as SeatWish.
 */

import { css, html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { SeatSnapshot } from "../../messages.ts";
import { sharedStyles } from "../shared/styles.ts";
import { requestText, type SeatWish } from "./people-text.ts";

export class DriveRequests extends LitElement {
  static override properties = { requests: { attribute: false } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 0.375rem;
      }

      .request {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.5rem;
        padding: 0.375rem 0.5rem 0.375rem 0.75rem;
        border: 1px solid var(--accent);
        border-radius: var(--radius-small);
        background: var(--accent-soft);
      }

      .words {
        flex: 1 1 10rem;
        min-width: 0;
        font-weight: 550;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** The first one first. */
  declare requests: SeatSnapshot["requests"];

  constructor() {
    super();
    this.requests = [];
  }

  override render() {
    return repeat(
      this.requests,
      ({ share }) => share,
      ({ share, name }) => html`
        <div class="request" role="group" aria-label="${name} asks to drive">
          <span class="words">${requestText([{ share, name, since: 0 }])}</span>
          <span class="row"><button type="button" class="small primary" @click=${() => this.#raise({ action: "grant", share })}>
            Let ${name} drive
          </button>
          <button
            type="button"
            class="small"
            aria-label="Not now, ${name}"
            @click=${() => this.#raise({ action: "refuse", share })}
          >
            Not now
          </button></span>
        </div>
      `,
    );
  }

  #raise(wish: SeatWish): void {
    this.dispatchEvent(new CustomEvent("seat", { detail: wish, bubbles: true, composed: true }));
  }
}

customElements.define("jumptab-drive-requests", DriveRequests);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-drive-requests": DriveRequests;
  }
}
