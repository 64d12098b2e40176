/**
 * A serial port: which one it is, its lines, and its console.
 * Above: bench.ts. Below: card.ts, console/console.ts.
 */

import { css, html, type PropertyDeclarations } from "lit";
import "../console/console.ts";
import { icons } from "../shared/icons.ts";
import { DriverCard } from "./card.ts";

/** The lines that a person can set, and the call that sets each. */
const LINES = [
  { name: "DTR", call: "set_dtr", state: "dtr" },
  { name: "RTS", call: "set_rts", state: "rts" },
] as const;

export class SerialCard extends DriverCard {
  static override properties: PropertyDeclarations = {
    lines: { state: true },
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

  /** What was set from here, where the driver does not say how a line is. */
  declare lines: Readonly<Record<string, boolean>>;
  /** Why what is typed goes nowhere; undefined: it goes to the board. */
  declare listening: string | undefined;

  constructor() {
    super();
    this.lines = {};
  }

  override render() {
    const bound = this.driver.binding === undefined || this.driver.binding.status === "present";
    return html`
      ${this.renderHead(html`${icons.terminal}`)} ${this.renderBinding()} ${this.#renderFacts(bound)}
      <jumptab-console
        .path=${this.driver.path}
        .actions=${this.actions}
        ?ready=${this.running && bound}
        .listening=${this.listening}
        name=${this.driver.path.join(" ")}
      >
        ${LINES.map((line) => this.#renderLine(line, this.running && bound && this.locked === undefined))}
      </jumptab-console>
      ${this.renderFailure()}
    `;
  }

  #renderFacts(bound: boolean) {
    const { baudrate, bytesIn, bytesOut, error } = this.driver.state;
    const used = this.driver.state.open === true || Boolean(bytesIn) || Boolean(bytesOut);
    return html`
      <div class="facts small">
        ${typeof baudrate === "number" ? html`<span>${baudrate} baud</span>` : null}
        ${used && typeof bytesIn === "number" ? html`<span>${bytesIn.toLocaleString("en")} bytes in</span>` : null}
        ${used && typeof bytesOut === "number" ? html`<span>${bytesOut.toLocaleString("en")} bytes out</span>` : null}
        ${
          // Without a port the advice above has said it already.
          bound && typeof error === "string" ? html`<span class="failed">${error}</span>` : null
        }
      </div>
    `;
  }

  #renderLine({ name, call, state }: (typeof LINES)[number], ready: boolean) {
    if (!this.driver.calls.includes(call)) return null;
    const told = this.driver.state[state];
    const now = typeof told === "boolean" ? told : this.lines[state];
    return html`<button
      type="button"
      slot="lines"
      class="small"
      aria-label="${name} of ${this.driver.path.join(" ")}"
      aria-pressed=${now === undefined ? "mixed" : now ? "true" : "false"}
      title=${this.locked ?? (now === undefined ? `Assert ${name}` : now ? `Release ${name}` : `Assert ${name}`)}
      ?disabled=${!ready || this.pending !== undefined}
      @click=${() => this.run(name, () => this.#set(call, state, now !== true))}
    >
      ${name}
    </button>`;
  }

  async #set(call: string, state: string, value: boolean): Promise<void> {
    await this.actions.call(this.driver.path, call, [value]);
    this.lines = { ...this.lines, [state]: value };
  }
}

customElements.define("jumptab-serial-card", SerialCard);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-serial-card": SerialCard;
  }
}
