/**
 * Which device a driver has, a serial port or a USB device: whether it is there, another one, and which of several that look the same.
 * Above: the driver cards. Below: binding-text.ts.
 */

import { css, html, LitElement } from "lit";
import type { BindingSnapshot, DriverSnapshot } from "../../messages.ts";
import type { PageActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { bindingText, type TwinText, twinText } from "./binding-text.ts";

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

      .advice p {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.5rem;
      }

      .advice svg {
        margin-top: 0.15em;
        color: var(--warning);
      }

      .advice .row {
        margin-top: 0.5rem;
      }

      .twin {
        margin-top: 0.5rem;
        background: var(--accent-soft);
      }

      .twin svg {
        color: var(--accent);
      }
    `,
  ];

  declare driver: DriverSnapshot;
  declare actions: PageActions;
  declare running: boolean;

  override render() {
    const { binding } = this.driver;
    if (binding === undefined) return null;
    return html`
      ${this.#renderDevice(binding)}
      <div role="status">${this.#renderTwin(binding)}</div>
    `;
  }

  #renderDevice(binding: BindingSnapshot) {
    const { wanted, choose, chooseAnother, advice } = bindingText(binding);
    // Without a device there is a question before this one.
    if (binding.twin === "plug") return null;
    if (advice === undefined) {
      return html`
        <div class="row small">
          <span class="chip ok" title="It is plugged in, and the browser lets the page use it"
            >${icons.check}${binding.label}</span
          >
          ${wanted === binding.label ? null : html`<span class="muted">for <code>${wanted}</code></span>`}
          ${binding.twin === "told" ? html`<span class="muted">told apart from the others</span>` : null}
          <span class="grow"></span>
          ${binding.twin === "told" ? this.#renderAnswer({ answer: "ask", label: "Tell apart again" }, "small quiet") : null}
          ${this.#renderChoose(chooseAnother, "small quiet")}
          ${isChosen(binding) ? this.#renderForget("small quiet") : null}
        </div>
      `;
    }
    return html`
      <div class="advice">
        <p>${icons.warning}<span><strong>${advice.title}</strong> ${advice.text}</span></p>
        <div class="row">
          ${this.#renderChoose(choose)} ${binding.status === "missing" ? this.#renderForget("quiet") : null}
        </div>
      </div>
    `;
  }

  #renderTwin(binding: BindingSnapshot) {
    const said = twinText(binding, this.driver.path.join("."));
    if (said === undefined) return null;
    return html`
      <div class="advice twin">
        <p>
          ${binding.twin === "guess" ? icons.help : icons.plug}<span><strong>${said.title}</strong> ${said.text}</span>
        </p>
        <div class="row">${said.answers.map((answer) => this.#renderAnswer(answer))}</div>
      </div>
    `;
  }

  #renderAnswer({ answer, label }: TwinText["answers"][number], look = "") {
    return html`<button
      type="button"
      class=${look}
      ?disabled=${!this.running}
      @click=${() => this.actions.tellApart(this.driver.path, answer)}
    >
      ${label}
    </button>`;
  }

  #renderForget(look: string) {
    return html`<button
      type="button"
      class=${look}
      ?disabled=${!this.running}
      title="The choice is forgotten; the browser still lets the page use the device"
      @click=${() => this.actions.forgetPort(this.driver.path)}
    >
      Forget it
    </button>`;
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

/** A person may have chosen it: a request by USB ids needs no choice. */
function isChosen(binding: BindingSnapshot): boolean {
  return binding.kind === "usb" || binding.request.kind === "any";
}

customElements.define("jumptab-device-binding", DeviceBinding);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-device-binding": DeviceBinding;
  }
}
