/**
 * A device for the bench that is open: by which of the browser's choosers, where there are two.
 * Above: bench.ts. Below: the platform's popover.
 * @fires device-wanted: in the click itself, for a browser opens its chooser at no other moment.
 */

import { css, html, LitElement, nothing } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { PageActions } from "../model.ts";
import { placeBelow } from "../shared/below-button.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

type Via = Parameters<PageActions["addDevice"]>[0];

export type DeviceWantedEvent = CustomEvent<Via>;

export class AddDevice extends LitElement {
  static override properties = {
    serial: { type: Boolean },
    usb: { type: Boolean },
    busy: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: contents;
      }

      .menu {
        position: fixed;
        width: min(17rem, calc(100vw - 1.5rem));
        margin: 0;
        padding: 0.5rem;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 6px 24px #0005;
      }

      .menu button {
        display: block;
        width: 100%;
        text-align: start;
      }

      .what {
        display: block;
        color: var(--muted);
        font-weight: 400;
        font-size: 0.8125rem;
      }
    `,
  ];

  declare serial: boolean;
  declare usb: boolean;
  declare busy: boolean;
  readonly #button = createRef<HTMLButtonElement>();
  readonly #menu = createRef<HTMLDivElement>();

  override render() {
    const { serial, usb } = this;
    return html`
      <button
        type="button"
        ?disabled=${this.busy || !(serial || usb)}
        title=${serial || usb ? nothing : "This browser has neither WebSerial nor WebUSB"}
        popovertarget=${serial && usb ? "menu" : nothing}
        ${ref(this.#button)}
        @click=${this.#pressed}
      >
        ${icons.plug}Add device
      </button>
      <div
        id="menu"
        class="menu"
        popover
        role="group"
        aria-label="Add device"
        ${ref(this.#menu)}
        @toggle=${this.#toggled}
      >
        ${this.#renderChoice("serial", "Serial port", "A console: an adapter, or a board with one on it")}
        ${this.#renderChoice("usb", "USB device", "A debug probe, or a Pico in its boot loader")}
      </div>
    `;
  }

  #renderChoice(via: Via, name: string, what: string) {
    return html`<button type="button" class="quiet" @click=${() => this.#want(via)}>
      ${name}<span class="what">${what}</span>
    </button>`;
  }

  /** Where there are two choosers, the menu opens by itself. */
  #pressed(): void {
    if (!(this.serial && this.usb)) this.#want(this.serial ? "serial" : "usb");
  }

  #want(via: Via): void {
    const menu = this.#menu.value;
    if (menu?.matches(":popover-open")) menu.hidePopover();
    this.#button.value?.focus();
    this.dispatchEvent(new CustomEvent<Via>("device-wanted", { detail: via }));
  }

  /** Below its button, and within the window. */
  #toggled({ newState }: ToggleEvent): void {
    const menu = this.#menu.value;
    const button = this.#button.value;
    if (newState !== "open" || menu === undefined || button === undefined) return;
    placeBelow(menu, button, "left");
    menu.querySelector("button")?.focus();
  }
}

customElements.define("jumptab-add-device", AddDevice);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-add-device": AddDevice;
  }
}
