/**
 * Who is here, who drives, and who asks to; with the buttons of whoever looks.
 * Above: share-section.ts for the person at the board, web/guest for a colleague: both answer `seat`. Below: people-text.ts.
 *
 * @fires seat - What was pressed, as SeatWish.
 */

import { css, html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { PersonSnapshot, SeatSnapshot } from "../../messages.ts";
import { TickController } from "../shared/controllers.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { personName, presence, requestsFor, type SeatWish, seatText, type Viewer } from "./people-text.ts";
import "./drive-requests.ts";
import { roleLabel } from "./share-text.ts";

export type SeatEvent = CustomEvent<SeatWish>;

export class People extends LitElement {
  static override properties = {
    people: { attribute: false },
    seat: { attribute: false },
    viewer: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    css`
      .seat {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
      }

      .seat .words {
        flex: 1 1 14rem;
        min-width: 0;
      }

      .title {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      .title svg {
        color: var(--accent);
      }

      jumptab-drive-requests {
        margin-top: 0.5rem;
      }

      ul {
        margin-top: 0.625rem;
        border-top: 1px solid var(--border);
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.625rem;
        padding: 0.375rem 0;
        border-bottom: 1px solid var(--border);
        overflow-wrap: anywhere;
      }

      li:last-child {
        border-bottom: none;
        padding-bottom: 0;
      }

      .name {
        font-weight: 550;
      }

      .facts {
        color: var(--muted);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      .nobody {
        margin-top: 0.5rem;
      }
    `,
  ];

  /** Who came first comes first. */
  declare people: readonly PersonSnapshot[];
  /** Undefined where there are no links, and so nobody who could be kept from driving. */
  declare seat: SeatSnapshot | undefined;
  /** Who looks; it decides what is offered. */
  declare viewer: Viewer;

  constructor() {
    super();
    this.people = [];
    this.viewer = { kind: "board" };
    new TickController(this, () => this.people.length > 0);
  }

  override render() {
    const { people, seat, viewer } = this;
    return html`
      ${seat === undefined ? null : this.#renderSeat(seat, viewer)}
      ${people.length === 0 ? this.#renderNobody() : this.#renderPeople(people)}
    `;
  }

  #renderSeat(seat: SeatSnapshot, viewer: Viewer) {
    const { title, detail, buttons } = seatText(seat, viewer);
    const requests = requestsFor(seat, viewer);
    return html`
      <div class="seat">
        <div class="words">
          <div class="title">${icons.wheel}${title}</div>
          <div class="small muted">${detail}</div>
        </div>
        ${buttons.map(
          ({ wish, label, hint }) =>
            html`<button type="button" class="small" title=${hint} @click=${() => this.#raise(wish)}>${label}</button>`,
        )}
      </div>
      <span class="hidden-text" role="status">${title}</span>
      ${
        requests.length === 0
          ? null
          : html`<jumptab-drive-requests .requests=${requests}></jumptab-drive-requests>`
      }
    `;
  }

  #renderNobody() {
    return html`<p class="nobody small muted">Nobody is connected.</p>`;
  }

  #renderPeople(people: readonly PersonSnapshot[]) {
    const now = Date.now();
    return html`<ul aria-label="Connected now">
      ${repeat(
        people,
        ({ id }) => id,
        (person) => html`<li>
          <span class="name">${personName(person, this.viewer)}</span>
          <span class="chip">${roleLabel(person.role)}</span>
          ${this.#drives(person) ? html`<span class="chip ok">drives</span>` : null}
          <span class="facts">${presence(person, now)}</span>
        </li>`,
      )}
    </ul>`;
  }

  #drives({ share }: PersonSnapshot): boolean {
    const holder = this.seat?.holder;
    return holder?.kind === "share" && holder.share === share;
  }

  #raise(wish: SeatWish): void {
    this.dispatchEvent(new CustomEvent("seat", { detail: wish, bubbles: true, composed: true }));
  }
}

customElements.define("jumptab-people", People);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-people": People;
  }
}
