/**
 * What this page is, and its keys. Opened with `?`.
 * Above: app.ts. Below: the platform's own dialog.
 */

import { css, html, LitElement } from "lit";
import { icons } from "../shared/icons.ts";
import { SHORTCUTS } from "../shared/shortcuts.ts";
import { sharedStyles } from "../shared/styles.ts";

export class HelpDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(38rem, calc(100vw - 2rem));
        padding: 1.25rem 1.5rem 1.5rem;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }

      h3 {
        margin: 1.25rem 0 0.375rem;
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1rem;
      }

      dt {
        white-space: nowrap;
      }
    `,
  ];

  open(): void {
    this.#dialog?.showModal();
  }

  override render() {
    return html`
      <dialog aria-labelledby="title">
        <div class="head">
          <h2 id="title">Help</h2>
          <button type="button" class="quiet" autofocus @click=${() => this.#dialog?.close()}>
            ${icons.close}Close
          </button>
        </div>
        <p>
          This tab is a Jumpstarter exporter: it offers the devices of this computer to people who use
          <code>jmp</code>. It works as long as the tab is open, also in the background.
        </p>
        <p>
          To flash a device that is plugged in here, drop a file on its card, or choose one there. What clients
          flash is shown there, too.
        </p>
        <h3>Keys</h3>
        <dl>
          ${SHORTCUTS.map(
            ({ keys, words }) => html`
              <dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
              <dd>${words}</dd>
            `,
          )}
          <dt><kbd>Tab</kbd></dt>
          <dd>to the next button or field</dd>
          <dt><kbd>Esc</kbd></dt>
          <dd>closes a dialog</dd>
          <dt><kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>X</kbd></dt>
          <dd>leaves a console: everything else goes to the board</dd>
          <dt><kbd>Enter</kbd>, <kbd>Shift</kbd> <kbd>Enter</kbd></dt>
          <dd>in the search of the log: to the newer, the older hit</dd>
          <dt><kbd>Ctrl</kbd> <kbd>C</kbd>, <kbd>Ctrl</kbd> <kbd>L</kbd></dt>
          <dd>in the terminal: interrupt, clear</dd>
          <dt><kbd>Ctrl</kbd> <kbd>S</kbd></dt>
          <dd>in the editor: save and start</dd>
          <dt><kbd>Esc</kbd> <kbd>Tab</kbd></dt>
          <dd>leaves the editor: <kbd>Tab</kbd> alone indents</dd>
        </dl>
        <h3>What stays in this browser</h3>
        <p>
          Configurations, their passphrases and which port belongs to which driver; and the files that went to
          devices, as long as the browser has room for them. Nothing of it leaves this computer but what clients
          with the passphrase ask for.
        </p>
      </dialog>
    `;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("jumptab-help", HelpDialog);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-help": HelpDialog;
  }
}
