/**
 * The one line that a client needs, to copy; and what to do in the shell it opens.
 * Above: bench.ts. Below: command-line.ts.
 */

import { css, html, LitElement } from "lit";
import type { DriverSnapshot } from "../../messages.ts";
import type { PageActions, RelayInfo } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { firstCommands, installCommand, shellCommand } from "./command-line.ts";
import { commandWordStyles, commandWords } from "./command-words.ts";

/** How long a button says that it has copied, in milliseconds: long enough to be read. */
const COPIED_FOR_MS = 2_500;

export class ShareLine extends LitElement {
  static override properties = {
    relay: { attribute: false },
    passphrase: { attribute: false },
    drivers: { attribute: false },
    actions: { attribute: false },
    forGood: { type: Boolean, attribute: "for-good" },
    reachable: { type: Boolean },
    copied: { state: true },
  };
  static override styles = [
    sharedStyles,
    commandWordStyles,
    css`
      :host {
        padding: 0.875rem 1rem 0.75rem;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-start;
        gap: 0.5rem;
        margin-top: 0.5rem;
      }

      .line code {
        flex: 1 1 20rem;
        min-width: 0;
        padding: 0.4375rem 0.625rem;
        border: 1px solid var(--border);
        border-radius: var(--radius-small);
        background: var(--raised);
        overflow-wrap: anywhere;
        user-select: all;
      }

      .not-now {
        margin-top: 0.375rem;
      }

      .all {
        margin-top: 0.5rem;
      }

      details {
        margin-top: 0.5rem;
      }

      summary {
        width: max-content;
        color: var(--muted);
        cursor: pointer;
      }

      .then {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 0.75rem;
        margin-top: 0.625rem;
        color: var(--muted);
      }

      .then code {
        color: var(--text);
        font-size: 0.8125rem;
      }
    `,
  ];

  declare relay: Pick<RelayInfo, "endpoint" | "insecure">;
  declare passphrase: string | undefined;
  /** It is the bench's own passphrase, which allows everything and does not end. */
  declare forGood: boolean;
  declare drivers: readonly DriverSnapshot[];
  declare actions: Pick<PageActions, "copy">;
  /** The relay has this page, or may have it soon: what the line opens is this exporter. */
  declare reachable: boolean;
  declare copied: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override render() {
    if (!this.reachable) {
      return html`
        <h2 id="title">Connect from a shell</h2>
        <p class="not-now small muted">
          Not now: the relay leads no clients to this page, so its line would not either. The line is back when the page
          is attached; what stands in the way is said above.
        </p>
      `;
    }
    const command = shellCommand(this.relay, this.passphrase);
    const install = installCommand(this.drivers);
    return html`
      <h2 id="title">Connect from a shell</h2>
      ${this.#renderLine(command, "Copy the command", "jmp shell command")}
      ${
        !this.forGood || this.passphrase === undefined
          ? null
          : html`<p class="all small muted">
              Whoever has this line may do everything, for as long as this bench exists. A link can be for less, and can be
              taken back.
            </p>`
      }
      <div class="then small">
        <span>Then, in that shell:</span>
        ${firstCommands(this.drivers).map((line) => html`<code>${line}</code>`)}
      </div>
      <details>
        <summary class="small">No <code>jmp</code> yet?</summary>
        <p class="small muted">With Python 3.11 or newer, this installs it with what these drivers need:</p>
        ${this.#renderLine(install, "Copy the install command", "install command")}
      </details>
      <span class="hidden-text" role="status">${this.copied === undefined ? "" : "Copied"}</span>
    `;
  }

  #renderLine(text: string, label: string, name: string) {
    const copied = this.copied === text;
    return html`
      <div class="line">
        <code role="group" aria-label=${name}>${commandWords(text)}</code>
        <button type="button" aria-label=${label} @click=${() => this.#copy(text)}>
          ${copied ? icons.check : icons.copy}${copied ? "Copied" : "Copy"}
        </button>
      </div>
    `;
  }

  async #copy(text: string): Promise<void> {
    if (!(await this.actions.copy(text))) return;
    this.copied = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.copied = undefined;
    }, COPIED_FOR_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }
}

customElements.define("jumptab-share-line", ShareLine);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-share-line": ShareLine;
  }
}
