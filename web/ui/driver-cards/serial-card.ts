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
  static override properties: PropertyDeclarations = { lines: { state: true } };
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

      .port {
        margin-bottom: 0.75rem;
      }

      .advice {
        margin-bottom: 0.75rem;
        padding: 0.625rem 0.75rem;
        border-radius: var(--radius-small);
        background: var(--warning-soft);
      }

      .advice .row {
        margin-top: 0.5rem;
      }
    `,
  ];

  /** What was set from here, where the driver does not say how a line is. */
  declare lines: Readonly<Record<string, boolean>>;

  constructor() {
    super();
    this.lines = {};
  }

  override render() {
    const bound = this.driver.binding === undefined || this.driver.binding.status === "present";
    return html`
      ${this.renderHead(html`${icons.terminal}`)} ${this.#renderPort()} ${this.#renderFacts(bound)}
      <jumptab-console
        .path=${this.driver.path}
        .actions=${this.actions}
        ?ready=${this.running && bound}
        name=${this.driver.path.join(" ")}
      >
        ${LINES.map((line) => this.#renderLine(line, this.running && bound))}
      </jumptab-console>
      ${this.renderFailure()}
    `;
  }

  #renderPort() {
    const { binding, path } = this.driver;
    if (binding?.kind !== "serial") return null;
    const { status, label, request } = binding;
    const wanted =
      request.kind === "usb" ? `USB ${hex(request.vendorId)}:${hex(request.productId)}` : request.hint;
    const choose = (text: string) => html`<button
      type="button"
      ?disabled=${!this.running}
      @click=${() => this.actions.choosePort(path, request)}
    >
      ${text}
    </button>`;
    switch (status) {
      case "present":
        return html`
          <div class="port row small">
            <span class="chip ok">${label}</span>
            <span class="muted">for <code>${wanted}</code></span>
            <span class="grow"></span>
            <button
              type="button"
              class="small quiet"
              ?disabled=${!this.running}
              @click=${() => this.actions.choosePort(path, request)}
            >
              Choose another port
            </button>
          </div>
        `;
      case "missing":
        return html`
          <div class="advice">
            <strong>${label} is not plugged in</strong>, or this browser no longer lets the page use it. Plug it
            in and it is found by itself; if it is not, choose it again.
            <div class="row">
              ${choose("Choose port")}
              <button type="button" class="quiet" @click=${() => this.actions.forgetPort(path)}>
                Forget it
              </button>
            </div>
          </div>
        `;
      case "unbound":
        return html`
          <div class="advice">
            <strong>No port is chosen.</strong> The configuration says <code>${wanted}</code>, which names no
            port in a browser. Plug the board in, then choose its port; it is remembered.
            <div class="row">${choose("Choose port")}</div>
          </div>
        `;
    }
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
      title=${now === undefined ? `Assert ${name}` : now ? `Release ${name}` : `Assert ${name}`}
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

function hex(id: number): string {
  return id.toString(16).padStart(4, "0");
}

customElements.define("jumptab-serial-card", SerialCard);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-serial-card": SerialCard;
  }
}
