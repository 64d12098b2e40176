/**
 * The drivers of a bench as cards, those of a board together under its name.
 * Above: bench.ts, and whoever else shows a bench. Below: arrange-drivers.ts, driver-cards/.
 */

import { css, html, LitElement, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { DriverSnapshot, TransferSnapshot } from "../../messages.ts";
import { type DriverCard, type FoldDriverEvent, shellNames } from "../driver-cards/card.ts";
import { fileAbilities } from "../driver-cards/file-abilities.ts";
import "../driver-cards/file-card.ts";
import "../driver-cards/generic-card.ts";
import "../driver-cards/power-card.ts";
import "../driver-cards/serial-card.ts";
import type { CardActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { NOTHING_WATCHED, type WatchedTransfers } from "../transfers/transfer-rates.ts";
import { type Arranged, arrangeDrivers } from "./arrange-drivers.ts";
import { driverKey, groupKey } from "./layout.ts";
import type { FoldEvent } from "./panel.ts";

export class Drivers extends LitElement {
  static override properties = {
    drivers: { attribute: false },
    transfers: { attribute: false },
    watched: { attribute: false },
    history: { attribute: false },
    kept: { attribute: false },
    actions: { attribute: false },
    folded: { attribute: false },
    foldable: { type: Boolean },
    running: { type: Boolean },
    locked: { attribute: false },
    listening: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    css`
      .group {
        display: flex;
        flex-direction: column;
        gap: 0.625rem;
      }

      .group > .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.625rem;
      }

      .group > .title svg {
        color: var(--muted);
      }

      .group .group .group .group {
        padding-inline-start: 1rem;
        border-inline-start: 2px solid var(--border);
      }

      .cards {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-start;
        gap: 1rem;
      }

      .cards > * {
        flex: 1 1 21rem;
        min-width: min(17rem, 100%);
        max-width: 30rem;
      }

      .cards > .group {
        flex: 1 1 100%;
        max-width: none;
      }

      /* Wide enough for 80 columns beside a small card, where there is room. */
      .cards > jumptab-serial-card {
        flex: 100 1 38rem;
        max-width: none;
      }

      /* Room for a history in lines that one can read. */
      .cards > jumptab-file-card {
        flex: 2 1 24rem;
        max-width: none;
      }

      .fold {
        min-width: 1.5rem;
        min-height: 1.5rem;
        margin-inline: -0.25rem -0.375rem;
        padding: 0.125rem;
        color: var(--muted);
      }
    `,
  ];

  declare drivers: readonly DriverSnapshot[];
  declare transfers: readonly TransferSnapshot[];
  /** How the transfers that run have come along. */
  declare watched: WatchedTransfers;
  /** Transfers that have ended, newest first. */
  declare history: readonly TransferSnapshot[];
  /** Images that the browser still has. */
  declare kept: ReadonlySet<string>;
  declare actions: CardActions;
  /** Keys of what is folded: driverKey() and groupKey() of layout.ts. */
  declare folded: readonly string[];
  /** Cards and groups have a button that folds them; it raises `fold`. */
  declare foldable: boolean;
  declare running: boolean;
  /** Why this person can change nothing now; undefined: they can. */
  declare locked: string | undefined;
  /** Why bytes only come, and none go; undefined: they do. */
  declare listening: string | undefined;

  constructor() {
    super();
    this.watched = NOTHING_WATCHED;
    this.history = [];
    this.kept = new Set();
    this.folded = [];
  }

  override render() {
    return this.#renderItems(arrangeDrivers(this.drivers), this.running);
  }

  #renderItems(items: readonly Arranged[], running: boolean): TemplateResult {
    return html`<div class="cards">
      ${repeat(
        items,
        ({ driver }) => driver.path.join("\0"),
        (item) =>
          item.kind === "group" ? this.#renderGroup(item, running) : this.#renderCard(item, running),
      )}
    </div>`;
  }

  #renderGroup({ driver, aliases, items }: Extract<Arranged, { kind: "group" }>, running: boolean) {
    const key = groupKey(driver.path);
    const folded = this.folded.includes(key);
    return html`
      <section class="group" role="group" aria-label=${driver.name}>
        <div class="title">
          ${this.foldable ? this.#renderFold(driver, folded, key) : null} ${icons.board}
          <h2>${driver.name}</h2>
          ${shellNames(driver.path, aliases).map(
            (words) => html`<span class="chip" title="In the shell"><code>j ${words}</code></span>`,
          )}
          ${driver.description === undefined ? null : html`<span class="small muted">${driver.description}</span>`}
        </div>
        <div class="group" ?hidden=${folded}>
        ${
          // A flasher whose serial port is its child is a device itself.
          driver.category === "composite"
            ? null
            : html`<div class="cards">${this.#renderCard({ kind: "card", driver, aliases: [] }, running)}</div>`
        }
        ${this.#renderItems(items, running)}
        </div>
      </section>
    `;
  }

  /** What is inside goes on: it is only not seen. */
  #renderFold({ path }: DriverSnapshot, folded: boolean, key: string) {
    const words = `${folded ? "Unfold" : "Fold"} ${path.join(" ")}`;
    return html`<button
      type="button"
      class="quiet fold"
      aria-label=${words}
      title=${words}
      @click=${() => this.#fold(key, !folded)}
    >
      ${folded ? icons.forward : icons.down}
    </button>`;
  }

  #renderCard({ driver, aliases }: Extract<Arranged, { kind: "card" }>, running: boolean) {
    const { actions } = this;
    const folded = this.folded.includes(driverKey(driver.path));
    if (driver.category === "power" && driver.calls.includes("on") && driver.calls.includes("off")) {
      return html`<jumptab-power-card
        class="card"
        role="article"
        aria-label=${driver.name}
        .driver=${driver}
        .aliases=${aliases}
        .actions=${actions}
        .locked=${this.locked}
        ?running=${running}
        ?foldable=${this.foldable}
        ?folded=${folded}
        @fold-driver=${this.#foldDriver}
      ></jumptab-power-card>`;
    }
    if (driver.category === "serial" && driver.streams.includes("connect")) {
      return html`<jumptab-serial-card
        class="card"
        role="article"
        aria-label=${driver.name}
        .driver=${driver}
        .aliases=${aliases}
        .actions=${actions}
        .locked=${this.locked}
        .listening=${this.listening}
        ?running=${running}
        ?foldable=${this.foldable}
        ?folded=${folded}
        @fold-driver=${this.#foldDriver}
      ></jumptab-serial-card>`;
    }
    const transfers = this.transfers.filter(
      (transfer) => transfer.state === "running" && isOf(driver, transfer),
    );
    if (fileAbilities(driver) !== undefined) {
      return html`<jumptab-file-card
        class="card"
        role="article"
        aria-label=${driver.name}
        .driver=${driver}
        .aliases=${aliases}
        .actions=${actions}
        .locked=${this.listening}
        .transfers=${transfers}
        .watched=${this.watched}
        .history=${this.history.filter((transfer) => isOf(driver, transfer))}
        .kept=${this.kept}
        ?running=${running}
        ?foldable=${this.foldable}
        ?folded=${folded}
        @fold-driver=${this.#foldDriver}
      ></jumptab-file-card>`;
    }
    return html`<jumptab-generic-card
      class="card"
      role="article"
      aria-label=${driver.name}
      .driver=${driver}
      .aliases=${aliases}
      .actions=${actions}
      .locked=${this.locked}
      .transfers=${transfers}
      .watched=${this.watched}
      ?running=${running}
      ?foldable=${this.foldable}
      ?folded=${folded}
      @fold-driver=${this.#foldDriver}
    ></jumptab-generic-card>`;
  }

  /** Unfold the card of a driver, show it, and press this button of it, as the person would. */
  async press(path: readonly string[], button: string): Promise<void> {
    for (let length = 1; length <= path.length; length += 1) {
      this.#fold(groupKey(path.slice(0, length)), false);
    }
    this.#fold(driverKey(path), false);
    await this.updateComplete;
    const cards = this.renderRoot.querySelectorAll<DriverCard>("[role=article]");
    const card = [...cards].find(({ driver }) => driverKey(driver.path) === driverKey(path));
    await card?.updateComplete;
    card?.scrollIntoView({ block: "nearest" });
    card?.press(button);
  }

  #foldDriver({ detail: { path, folded } }: FoldDriverEvent): void {
    this.#fold(driverKey(path), folded);
  }

  #fold(key: string, folded: boolean): void {
    this.dispatchEvent(new CustomEvent("fold", { detail: { key, folded } }) satisfies FoldEvent);
  }
}

/** A transfer is the instance's, whatever name it is drawn under. */
function isOf({ path, refOf }: DriverSnapshot, transfer: TransferSnapshot): boolean {
  const own = refOf ?? path;
  return own.length === transfer.path.length && own.every((name, index) => name === transfer.path[index]);
}

customElements.define("jumptab-drivers", Drivers);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-drivers": Drivers;
  }
}
