/**
 * A power switch: its state, large, and its buttons.
 * Above: bench.ts. Below: card.ts, power-state.ts.
 */

import { css, html, nothing, type PropertyDeclarations } from "lit";
import { measured } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { DriverCard } from "./card.ts";
import { lastReading, type PowerState, powerState } from "./power-state.ts";

/** How long a cycle leaves the board without power, in milliseconds: what `j power cycle` waits. */
const CYCLE_WAIT_MS = 2_000;

export class PowerCard extends DriverCard {
  static override properties: PropertyDeclarations = { reading: { state: true } };
  static override styles = [
    ...DriverCard.styles,
    css`
      .state {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1.25rem;
        margin-bottom: 0.875rem;
      }

      .switch {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        font-size: 1.625rem;
        font-weight: 650;
        line-height: 1.2;
      }

      .lamp {
        width: 0.875rem;
        height: 0.875rem;
        border: 2px solid var(--border-strong);
        border-radius: 50%;
      }

      .on .lamp {
        border-color: var(--ok);
        background: var(--ok);
        box-shadow: 0 0 0 4px var(--ok-soft);
      }

      .unknown {
        color: var(--muted);
        font-size: 1.125rem;
      }

      .measured {
        display: flex;
        gap: 1rem;
        font-size: 1.125rem;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  declare reading: Pick<PowerState, "voltage" | "current"> | undefined;

  override render() {
    const { on, voltage, current } = powerState(this.driver.state);
    const idle = this.running && this.pending === undefined && this.locked === undefined;
    const shown = { voltage: voltage ?? this.reading?.voltage, current: current ?? this.reading?.current };
    return html`
      ${this.renderHead(html`${icons.power}`)}
      <div class="state">
        <div class="switch ${on === undefined ? "unknown" : on ? "on" : "off"}" role="status">
          <span class="lamp"></span>${on === undefined ? "State unknown" : on ? "On" : "Off"}
        </div>
        <div class="measured">
          ${shown.voltage === undefined ? null : html`<span>${measured(shown.voltage, "V")}</span>`}
          ${shown.current === undefined ? null : html`<span>${measured(shown.current, "A")}</span>`}
        </div>
      </div>
      <div class="row">
        ${this.#renderButton("On", idle, () => this.#call("on"), on)}
        ${this.#renderButton("Off", idle, () => this.#call("off"), on === undefined ? undefined : !on)}
        ${this.#renderButton("Cycle", idle, () => this.#cycle())}
        ${
          this.driver.streamingCalls.includes("read")
            ? this.#renderButton("Read", idle, () => this.#read())
            : null
        }
        ${
          this.driver.calls.includes("rescue")
            ? this.#renderButton("Rescue", idle, () => this.#call("rescue"))
            : null
        }
        <span class="small muted" role="status">${this.pending === undefined ? "" : `${this.pending}…`}</span>
      </div>
      ${this.renderFailure()}
    `;
  }

  /** @param now Whether it is so already; undefined where that is not known, or makes no sense. */
  #renderButton(label: string, enabled: boolean, press: () => Promise<void>, now?: boolean) {
    return html`<button
      type="button"
      aria-label="${label}: ${this.driver.name}"
      aria-pressed=${now === undefined ? nothing : now ? "true" : "false"}
      title=${this.locked ?? nothing}
      ?disabled=${!enabled}
      @click=${() => this.run(label, press)}
    >
      ${label}
    </button>`;
  }

  async #call(method: string): Promise<void> {
    await this.actions.call(this.driver.path, method);
    // What was read before says nothing about the new state.
    this.reading = undefined;
  }

  async #cycle(): Promise<void> {
    if (this.driver.calls.includes("cycle")) return this.#call("cycle");
    await this.#call("off");
    await new Promise((resolve) => setTimeout(resolve, CYCLE_WAIT_MS));
    await this.#call("on");
  }

  async #read(): Promise<void> {
    const items = await this.actions.streamingCall(this.driver.path, "read");
    this.reading = lastReading(items);
    if (this.reading === undefined) throw new Error("the driver has no reading to give.");
  }
}

customElements.define("jumptab-power-card", PowerCard);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-power-card": PowerCard;
  }
}
