/**
 * Three ways in, and the benches that are already here.
 * Above: app.ts. Below: PageActions.
 */

import { html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { Via } from "../../boards/fitting-drivers.ts";
import type { BenchSummary, BoardOffer, ChosenBoard, PageActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { missingText, notFoundText, WAYS } from "./plug-in-text.ts";
import "./plugged-boards.ts";
import "./bench-list.ts";
import { welcomeStyles } from "./styles.ts";

export class Welcome extends LitElement {
  static override properties = {
    benches: { attribute: false },
    actions: { attribute: false },
    offers: { attribute: false },
    chosen: { attribute: false },
    chooserClosed: { attribute: false },
    serial: { type: Boolean },
    usb: { type: Boolean },
    lasting: { type: Boolean },
    busy: { type: Boolean },
  };
  static override styles = [sharedStyles, welcomeStyles];

  declare benches: readonly BenchSummary[];
  declare actions: PageActions;
  declare offers: readonly BoardOffer[];
  declare chosen: ChosenBoard | undefined;
  declare chooserClosed: Via | undefined;
  declare serial: boolean;
  declare usb: boolean;
  declare lasting: boolean;
  declare busy: boolean;
  readonly #file = createRef<HTMLInputElement>();

  override render() {
    if (this.chosen !== undefined) return this.#renderChosen(this.chosen);
    const back = this.benches.length > 0;
    return html`
      <h1 tabindex="-1">${back ? "Welcome back" : "Share a board from this tab"}</h1>
      <p class="intro">
        ${
          back
            ? "Start one of your benches, or open another one."
            : html`This page is a Jumpstarter exporter. Pick what it should offer; then anyone with the line it shows
                can drive the board with <code>jmp</code>, for as long as this tab is open.`
        }
      </p>
      <jumptab-plugged-boards
        .offers=${this.offers}
        .actions=${this.actions}
        ?busy=${this.busy}
      ></jumptab-plugged-boards>
      ${
        this.lasting
          ? null
          : html`<p class="intro" role="note">
              This browser keeps nothing for this site, as in a private window: benches and passphrases are
              forgotten when the tab is closed.
            </p>`
      }
      <div class=${back ? "back" : ""}>
        ${back ? this.#renderBenches() : null}
        <div class="ways">${this.#renderDemo()}${this.#renderDevice()}${this.#renderConfiguration()}</div>
      </div>
    `;
  }

  #renderChosen(chosen: ChosenBoard) {
    // Loaded when it is needed; until it has arrived the element is empty.
    void import("./chosen-board.ts");
    return html`<jumptab-chosen-board
      .chosen=${chosen}
      .actions=${this.actions}
      ?busy=${this.busy}
    ></jumptab-chosen-board>`;
  }

  #renderDemo() {
    return html`
      <section class="way card" aria-labelledby="demo">
        <div class="head">${icons.board}<h2 id="demo">Try a demo board</h2></div>
        <p>A simulated board with a power switch and a serial console that boots. No hardware needed.</p>
        <div class="row">
          <button
            type="button"
            class="primary"
            ?disabled=${this.busy}
            @click=${() => this.actions.tryDemoBoard()}
          >
            Try a demo board
          </button>
        </div>
        <details>
          <summary class="small muted">Other demo boards</summary>
          <ul class="others">
            <li>
              <button
                type="button"
                class="small"
                aria-describedby="with-hooks"
                ?disabled=${this.busy}
                @click=${() => this.actions.tryDemoBoard("hooks")}
              >
                With hooks
              </button>
              <span class="small muted" id="with-hooks">switched on before each session, and off after it</span>
            </li>
            <li>
              <button
                type="button"
                class="small"
                aria-describedby="with-files"
                ?disabled=${this.busy}
                @click=${() => this.actions.tryDemoBoard("files")}
              >
                With files
              </button>
              <span class="small muted" id="with-files">a drive, and a chip to flash</span>
            </li>
          </ul>
        </details>
      </section>
    `;
  }

  #renderDevice() {
    const { serial, usb } = this;
    const missing = missingText({ serial, usb });
    return html`
      <section class="way card" aria-labelledby="device">
        <div class="head">${icons.plug}<h2 id="device">Plug in a board</h2></div>
        <p>Connect it by USB, then choose it in the browser’s list. You see what fits before anything starts.</p>
        <ul class="vias">
          ${serial ? this.#renderVia("serial") : null} ${usb ? this.#renderVia("usb") : null}
        </ul>
        ${missing === undefined ? null : html`<p class="small">${missing}</p>`}
        <div role="status" class="small">
          ${
            this.chooserClosed === undefined
              ? null
              : html`<p class="closed">${icons.info}${notFoundText(this.chooserClosed)}</p>`
          }
        </div>
      </section>
    `;
  }

  #renderVia(via: Via) {
    return html`
      <li>
        <button
          type="button"
          aria-describedby="via-${via}"
          ?disabled=${this.busy}
          @click=${() => this.actions.plugIn(via)}
        >
          ${WAYS[via].button}
        </button>
        <span class="small muted" id="via-${via}">${WAYS[via].what}</span>
      </li>
    `;
  }

  #renderConfiguration() {
    return html`
      <section class="way card" aria-labelledby="configuration">
        <div class="head">${icons.file}<h2 id="configuration">Open a configuration</h2></div>
        <p>An ExporterConfig as it is: choose a file, drop it here, paste it, or write one.</p>
        <div class="row">
          <button type="button" ?disabled=${this.busy} @click=${() => this.#file.value?.click()}>
            Choose file
          </button>
          <button
            type="button"
            class="quiet"
            ?disabled=${this.busy}
            @click=${() => this.actions.writeConfiguration()}
          >
            Write one
          </button>
        </div>
        <input
          ${ref(this.#file)}
          type="file"
          accept=".yaml,.yml,.tar,text/yaml,application/yaml,application/x-tar"
          aria-label="Configuration file"
          hidden
          @change=${this.#openChosenFile}
        />
      </section>
    `;
  }

  #renderBenches() {
    return html`<jumptab-bench-list
      class="saved"
      .benches=${this.benches}
      .actions=${this.actions}
      ?busy=${this.busy}
    ></jumptab-bench-list>`;
  }

  #openChosenFile(): void {
    const input = this.#file.value;
    const [file] = input?.files ?? [];
    if (file !== undefined) this.actions.openFile(file);
    // The same file can be chosen again after it was corrected.
    if (input !== undefined) input.value = "";
  }
}

customElements.define("jumptab-welcome", Welcome);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-welcome": Welcome;
  }
}
