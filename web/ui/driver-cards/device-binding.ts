/**
 * Which device a driver has, and the button to choose another one: a serial port, or a USB device.
 * Above: the driver cards. Below: binding-text.ts.
 */

import { css, html, LitElement } from "lit";
import type { DriverSnapshot } from "../../messages.ts";
import type { PageActions } from "../model.ts";
import { sharedStyles } from "../shared/styles.ts";
import { bindingText } from "./binding-text.ts";

export class DeviceBinding extends LitElement {
  static override properties = {
    driver: { attribute: false },
    actions: { attribute: false },
    running: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        margin-bottom: 0.75rem;
      }

      .advice {
        padding: 0.625rem 0.75rem;
        border-radius: var(--radius-small);
        background: var(--warning-soft);
        overflow-wrap: anywhere;
      }

      .advice .row {
        margin-top: 0.5rem;
      }
    `,
  ];

  declare driver: DriverSnapshot;
  declare actions: PageActions;
  declare running: boolean;

  override render() {
    const { binding, path } = this.driver;
    if (binding === undefined) return null;
    const { wanted, choose, chooseAnother, advice } = bindingText(binding);
    if (advice === undefined) {
      return html`
        <div class="row small">
          <span class="chip ok">${binding.label}</span>
          ${wanted === binding.label ? null : html`<span class="muted">for <code>${wanted}</code></span>`}
          <span class="grow"></span>
          ${this.#renderChoose(chooseAnother, "small quiet")}
        </div>
      `;
    }
    return html`
      <div class="advice">
        <strong>${advice.title}</strong> ${advice.text}
        <div class="row">
          ${this.#renderChoose(choose)}
          ${
            binding.status === "missing"
              ? html`<button type="button" class="quiet" @click=${() => this.actions.forgetPort(path)}>
                  Forget it
                </button>`
              : null
          }
        </div>
      </div>
    `;
  }

  #renderChoose(label: string, look = "") {
    return html`<button type="button" class=${look} ?disabled=${!this.running} @click=${this.#choose}>
      ${label}
    </button>`;
  }

  /** In the click itself: a browser opens its chooser at no other moment. */
  #choose(): void {
    const { binding, path } = this.driver;
    if (binding?.kind === "serial") this.actions.choosePort(path, binding.request);
    if (binding?.kind === "usb") this.actions.chooseUsb(path, binding.request);
  }
}

customElements.define("jumptab-device-binding", DeviceBinding);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-device-binding": DeviceBinding;
  }
}
