/**
 * Boards that are plugged in and allowed: one press, and no chooser.
 * Above: welcome.ts. Below: BoardOffer of model.ts.
 */

import { css, html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { BoardOffer, PageActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

export class PluggedBoards extends LitElement {
  static override properties = {
    offers: { attribute: false },
    actions: { attribute: false },
    busy: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      ul {
        display: grid;
        gap: 0.5rem;
        margin-bottom: 1.5rem;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.75rem;
        padding: 0.625rem 1rem;
      }

      li.card {
        border-inline-start: 4px solid var(--ok);
      }

      li svg {
        color: var(--ok);
      }

      p {
        flex: 1 1 14rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare offers: readonly BoardOffer[];
  declare actions: Pick<PageActions, "useBoard" | "startBench">;
  declare busy: boolean;

  override render() {
    // Always there: what is plugged in later is said to who cannot see it.
    return html`
      <div role="status" aria-label="Plugged in">
        ${
          this.offers.length === 0
            ? null
            : html`<ul>
                ${repeat(
                  this.offers,
                  ({ id }) => id,
                  (offer) => this.#renderOffer(offer),
                )}
              </ul>`
        }
      </div>
    `;
  }

  #renderOffer({ id, board, bench }: BoardOffer) {
    const known = board.usbId === undefined || board.name.includes(board.usbId);
    return html`
      <li class="card">
        ${icons.plug}
        <p>
          <strong>${board.name}</strong> ${known ? null : html`<code>${board.usbId}</code>`} is plugged in${
            bench === undefined ? "." : html`: it belongs to <strong>${bench.name}</strong>.`
          }
        </p>
        <div class="row">
          ${
            bench === undefined
              ? html`<button
                  type="button"
                  aria-label="Use it: ${board.name}"
                  ?disabled=${this.busy}
                  @click=${() => this.actions.useBoard(id)}
                >
                  Use it
                </button>`
              : html`
                  <button
                    type="button"
                    ?disabled=${this.busy}
                    @click=${() => this.actions.startBench(bench.id)}
                  >
                    ${icons.play}Start ${bench.name}
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label="New bench with ${board.name}"
                    ?disabled=${this.busy}
                    @click=${() => this.actions.useBoard(id)}
                  >
                    New bench
                  </button>
                `
          }
        </div>
      </li>
    `;
  }
}

customElements.define("jumptab-plugged-boards", PluggedBoards);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-plugged-boards": PluggedBoards;
  }
}
