/**
 * A console for a byte stream: the page's own, beside those of remote clients.
 * Above: serial-card.ts. Below: terminal.ts (loaded when it is opened), PageActions.openStream.
 * The terminal is made once and outlives every drawing of the page around it.
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { CardActions, PageStream } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import type { ConsoleTerminal } from "./terminal.ts";

type ConsoleState =
  /** Nobody has opened it yet. */
  | { readonly kind: "closed" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly stream: PageStream }
  /** What was said is still there; it can be opened again. */
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

export class Console extends LitElement {
  static override properties = {
    path: { attribute: false },
    actions: { attribute: false },
    name: {},
    ready: { type: Boolean },
    listening: { attribute: false },
    state: { state: true },
    copied: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      .bar {
        margin-bottom: 0.5rem;
      }

      .screen {
        height: 24.5rem;
        min-height: 8rem;
        max-height: 80dvh;
        padding: 0.5rem 0.25rem 0.5rem 0.625rem;
        overflow: hidden;
        resize: vertical;
        border-radius: var(--radius-small);
        background: var(--console);
        color: var(--console-text);
        font-family: var(--mono);
      }

      .screen:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }

      .xterm {
        height: 100%;
      }

      .hint {
        margin-top: 0.375rem;
      }

      .failed {
        margin-top: 0.5rem;
      }
    `,
  ];

  declare path: readonly string[];
  declare actions: CardActions;
  /** For people: which console it is. */
  declare name: string;
  /** The driver runs and has its device. */
  declare ready: boolean;
  /** Why what is typed goes nowhere; undefined: it goes to the board. */
  declare listening: string | undefined;
  declare state: ConsoleState;
  declare copied: boolean;
  readonly #container = createRef<HTMLDivElement>();
  readonly #leave = createRef<HTMLButtonElement>();
  #terminal: ConsoleTerminal | undefined;

  constructor() {
    super();
    this.name = "";
    this.state = { kind: "closed" };
    this.copied = false;
  }

  override render() {
    const { kind } = this.state;
    const shown = kind === "open" || kind === "ended" || this.#terminal !== undefined;
    return html`
      <div class="bar row">
        ${this.#renderMainButton()}
        <slot name="lines"></slot>
        ${
          shown
            ? html`
                <span class="grow"></span>
                <button type="button" class="small quiet" @click=${() => this.#terminal?.clear()}>Clear</button>
                <button type="button" class="small quiet" @click=${() => this.#copy()}>
                  ${this.copied ? "Copied" : "Copy text"}
                </button>
              `
            : null
        }
      </div>
      <div class="screen" ?hidden=${!shown && kind !== "opening"} ${ref(this.#container)}></div>
      <p class="hint small muted" ?hidden=${kind !== "open"}>
        ${this.listening === undefined ? "All keys go to the board." : html`<strong>You are listening.</strong> ${this.listening}`}
        <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>X</kbd> leaves the console.
      </p>
      <div role="alert">
        ${this.state.kind === "failed" ? html`<p class="failed">${this.state.message}</p>` : null}
      </div>
    `;
  }

  #renderMainButton() {
    switch (this.state.kind) {
      case "opening":
        return html`<button type="button" class="small" disabled>Opening…</button>`;
      case "open":
        return html`<button
          type="button"
          class="small"
          aria-label="Close console of ${this.name}"
          ${ref(this.#leave)}
          @click=${this.#close}
        >
          Close console
        </button>`;
      case "closed":
      case "ended":
      case "failed":
        return html`<button
          type="button"
          class="small"
          data-command="open-console"
          aria-label="Open console of ${this.name}"
          ?disabled=${!this.ready}
          @click=${this.#open}
        >
          ${icons.terminal}Open console
        </button>`;
    }
  }

  async #open(): Promise<void> {
    this.state = { kind: "opening" };
    try {
      const terminal = await this.#loadTerminal();
      const stream = await this.actions.openStream(this.path, "connect");
      if (!this.isConnected) {
        stream.close();
        return;
      }
      this.state = { kind: "open", stream };
      await this.updateComplete;
      terminal.focus();
      void this.#show(stream, terminal);
    } catch (error) {
      this.state = { kind: "failed", message: `The console could not be opened: ${reason(error)}` };
    }
  }

  async #loadTerminal(): Promise<ConsoleTerminal> {
    const { createTerminal } = await import("./terminal.ts");
    await this.updateComplete;
    const container = this.#container.value;
    if (container === undefined) throw new Error("the card is not on the page any more.");
    this.#terminal ??= createTerminal(container, {
      name: this.name,
      onInput: (bytes) => {
        if (this.state.kind === "open" && this.listening === undefined) void this.state.stream.write(bytes);
      },
      onLeave: () => this.#leave.value?.focus(),
    });
    return this.#terminal;
  }

  async #show(stream: PageStream, terminal: ConsoleTerminal): Promise<void> {
    try {
      for await (const item of stream.items) {
        if (item.kind === "data") await terminal.write(item.bytes);
        else if (item.kind === "remark") terminal.remark(item.text);
        else terminal.remark(`${item.bytes} bytes were left out: the page could not draw them in time`);
      }
      terminal.remark("closed");
    } catch (error) {
      terminal.remark(`ended: ${reason(error)}`);
    }
    if (this.state.kind === "open" && this.state.stream === stream) this.state = { kind: "ended" };
  }

  #close(): void {
    if (this.state.kind === "open") this.state.stream.close();
  }

  async #copy(): Promise<void> {
    if (this.#terminal === undefined) return;
    this.copied = await this.actions.copy(this.#terminal.text());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
    this.#terminal?.dispose();
    this.#terminal = undefined;
    this.state = { kind: "closed" };
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

customElements.define("jumptab-console", Console);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-console": Console;
  }
}
