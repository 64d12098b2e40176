/**
 * A serial port: which one it is, its lines, and its console.
 * Above: bench.ts. Below: card.ts, console/console.ts.
 */

import { css, html, type PropertyDeclarations } from "lit";
import "../console/console.ts";
import { icons } from "../shared/icons.ts";
import { DriverCard } from "./card.ts";

export class SerialCard extends DriverCard {
  static override properties: PropertyDeclarations = {
    listening: { attribute: false },
  };
  static override styles = [
    ...DriverCard.styles,
    css`
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 1rem;
        margin-bottom: 0.75rem;
        color: var(--muted);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  /** Why what is typed goes nowhere; undefined: it goes to the board. */
  declare listening: string | undefined;

  override render() {
    const bound = this.driver.binding === undefined || this.driver.binding.status === "present";
    return html`
      ${this.renderHead(html`${icons.terminal}`)} ${this.renderBinding()} ${this.#renderFacts(bound)}
      <jumptab-console
        .path=${this.driver.path}
        .actions=${this.actions}
        .driver=${this.driver}
        ?ready=${this.running && bound}
        .listening=${this.listening}
        .locked=${this.locked}
        name=${this.driver.path.join(" ")}
        identity=${this.driver.uuid}
      ></jumptab-console>
      ${this.renderFailure()}
    `;
  }

  #renderFacts(bound: boolean) {
    const { bytesIn, bytesOut, error } = this.driver.state;
    const used = this.driver.state.open === true || Boolean(bytesIn) || Boolean(bytesOut);
    const failed = bound && typeof error === "string";
    if (!used && !failed) return null;
    return html`
      <div class="facts small">
        ${used && typeof bytesIn === "number" ? html`<span>${bytesIn.toLocaleString("en")} bytes in</span>` : null}
        ${used && typeof bytesOut === "number" ? html`<span>${bytesOut.toLocaleString("en")} bytes out</span>` : null}
        ${
          // Without a port the advice above has said it already.
          failed ? html`<span class="failed">${error}</span>` : null
        }
      </div>
    `;
  }
}

customElements.define("jumptab-serial-card", SerialCard);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-serial-card": SerialCard;
  }
}
