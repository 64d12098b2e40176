/**
 * The wires of a serial port: DTR, RTS and the baud rate, each where its driver has a call for it. A break is in the console's menu.
 * Above: console.ts. Below: CardActions.call, the driver's own state.
 */

import { css, html, LitElement, nothing } from "lit";
import type { DriverSnapshot } from "../../messages.ts";
import type { CardActions } from "../model.ts";
import { sharedStyles } from "../shared/styles.ts";
import { BAUD_RATES, parseBaud } from "./baud.ts";

/** The lines that a person can set, and the call that sets each. */
const LINES = [
  { name: "DTR", call: "set_dtr", state: "dtr" },
  { name: "RTS", call: "set_rts", state: "rts" },
] as const;

const OTHER = "other";

export type PortDriver = Pick<DriverSnapshot, "path" | "calls" | "state">;

export class PortLines extends LitElement {
  static override properties = {
    driver: { attribute: false },
    actions: { attribute: false },
    ready: { type: Boolean },
    locked: { attribute: false },
    lines: { state: true },
    pending: { state: true },
    failure: { state: true },
    other: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: contents;
      }

      select,
      input {
        min-height: 1.75rem;
        padding: 0.125rem 0.375rem;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        color: var(--text);
        font: inherit;
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      input {
        width: 7rem;
      }

      form {
        display: contents;
      }

      .failed {
        flex-basis: 100%;
      }
    `,
  ];

  declare driver: PortDriver;
  declare actions: CardActions;
  /** The driver runs and has its device. */
  declare ready: boolean;
  /** Why this person can change nothing now; undefined: they can. */
  declare locked: string | undefined;
  /** What was set from here, where the driver does not say how a line is. */
  declare lines: Readonly<Record<string, boolean>>;
  declare pending: boolean;
  declare failure: string | undefined;
  /** A rate of one's own is being written. */
  declare other: boolean;

  constructor() {
    super();
    this.lines = {};
    this.pending = false;
    this.other = false;
  }

  override render() {
    return html`
      ${LINES.map((line) => this.#renderLine(line))} ${this.#renderBaud()}
      <p class="failed small" role="alert" ?hidden=${this.failure === undefined}>${this.failure}</p>
    `;
  }

  #renderLine({ name, call, state }: (typeof LINES)[number]) {
    if (!this.driver.calls.includes(call)) return nothing;
    const told = this.driver.state[state];
    const now = typeof told === "boolean" ? told : this.lines[state];
    return html`<button
      type="button"
      class="small"
      aria-label="${name} of ${this.driver.path.join(" ")}"
      aria-pressed=${now === undefined ? "mixed" : now ? "true" : "false"}
      title=${this.locked ?? (now ? `Release ${name}` : `Assert ${name}`)}
      ?disabled=${!this.#may}
      @click=${() => this.#do(name, () => this.#setLine(call, state, now !== true))}
    >
      ${name}
    </button>`;
  }

  #renderBaud() {
    const { baudrate } = this.driver.state;
    if (!this.driver.calls.includes("set_baudrate") || typeof baudrate !== "number") return nothing;
    const name = `Baud rate of ${this.driver.path.join(" ")}`;
    if (this.other) {
      return html`<form @submit=${this.#submit}>
        <input
          type="text"
          inputmode="numeric"
          aria-label=${name}
          placeholder="Such as 1.5M"
          autocomplete="off"
          @keydown=${this.#key}
        />
        <button type="submit" class="small" ?disabled=${!this.#may}>Set</button>
      </form>`;
    }
    const rates = new Set<number>([...BAUD_RATES, baudrate]);
    return html`<select
      aria-label=${name}
      title=${this.locked ?? "Baud rate until the session ends"}
      ?disabled=${!this.#may}
      @change=${this.#chosen}
    >
      ${[...rates]
        .sort((left, right) => left - right)
        .map((rate) => html`<option value=${rate} .selected=${rate === baudrate}>${rate} baud</option>`)}
      <option value=${OTHER}>Other…</option>
    </select>`;
  }

  get #may(): boolean {
    return this.ready && this.locked === undefined && !this.pending;
  }

  async #chosen(event: Event): Promise<void> {
    if (!(event.target instanceof HTMLSelectElement)) return;
    if (event.target.value === OTHER) {
      this.other = true;
      await this.updateComplete;
      this.renderRoot.querySelector("input")?.focus();
      return;
    }
    await this.#setBaud(Number(event.target.value));
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const checked = parseBaud(this.renderRoot.querySelector("input")?.value ?? "");
    if ("problem" in checked) {
      this.failure = checked.problem;
      return;
    }
    await this.#setBaud(checked.rate);
    if (this.failure === undefined) await this.#endOther();
  }

  async #key(event: KeyboardEvent): Promise<void> {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.failure = undefined;
    await this.#endOther();
  }

  async #endOther(): Promise<void> {
    this.other = false;
    await this.updateComplete;
    this.renderRoot.querySelector("select")?.focus();
  }

  async #setBaud(rate: number): Promise<void> {
    await this.#do("The baud rate", async () => {
      await this.actions.call(this.driver.path, "set_baudrate", [rate]);
    });
    // A select shows what was chosen: what is so stands in the driver's state.
    this.requestUpdate();
  }

  async #setLine(call: string, state: string, value: boolean): Promise<void> {
    await this.actions.call(this.driver.path, call, [value]);
    this.lines = { ...this.lines, [state]: value };
  }

  async #do(what: string, work: () => Promise<void>): Promise<void> {
    if (this.pending) return;
    this.pending = true;
    this.failure = undefined;
    try {
      await work();
    } catch (error) {
      this.failure = `${what} was not set: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.pending = false;
    }
  }
}

customElements.define("jumptab-port-lines", PortLines);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-port-lines": PortLines;
  }
}
