/**
 * The links of a bench: what each allows, how long, who is here by it; to copy in every form, and to take back.
 * Above: share-links.ts. Below: addresses.ts, env-file.ts, share-text.ts, people-text.ts.
 *
 * @fires share-gone - A link is about to leave the list, and with it the button that has the focus.
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { PersonSnapshot, Share } from "../../messages.ts";
import type { ConfirmDialog } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import type { PageActions, RelayInfo } from "../model.ts";
import { shellCommand } from "../share-line/command-line.ts";
import { TickController } from "../shared/controllers.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { clientEndpoint, linkTo } from "./addresses.ts";
import type { CopyButton } from "./copy-button.ts";
import "./copy-button.ts";
import { envFile } from "./env-file.ts";
import { presence } from "./people-text.ts";
import type { QrDialog } from "./qr-dialog.ts";
import "./qr-dialog.ts";
import { endText, isOpen, roleLabel, useText } from "./share-text.ts";

export class ShareList extends LitElement {
  static override properties = {
    shares: { attribute: false },
    people: { attribute: false },
    bench: { attribute: false },
    relay: { attribute: false },
    pageUrl: { attribute: false },
    actions: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    css`
      li {
        padding: 0.625rem 0;
        border-top: 1px solid var(--border);
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.625rem;
        overflow-wrap: anywhere;
      }

      .name {
        font-weight: 600;
      }

      .facts {
        color: var(--muted);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      .here {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        margin-top: 0.125rem;
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }

      .here strong {
        color: var(--ok);
        font-weight: 600;
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        margin-top: 0.375rem;
      }

      .ended .line {
        align-items: center;
        justify-content: space-between;
      }

      .ended li {
        padding: 0.25rem 0;
      }

      summary {
        width: max-content;
        max-width: 100%;
        padding: 0.375rem 0;
        color: var(--muted);
        font-size: 0.8125rem;
        cursor: pointer;
      }

      details {
        border-top: 1px solid var(--border);
      }
    `,
  ];

  /** Newest first. */
  declare shares: readonly Share[];
  declare people: readonly PersonSnapshot[];
  /** Its name. */
  declare bench: string;
  declare relay: RelayInfo;
  /** The base of links. */
  declare pageUrl: string;
  declare actions: PageActions;
  readonly #confirm = createRef<ConfirmDialog>();
  readonly #qr = createRef<QrDialog>();

  constructor() {
    super();
    this.shares = [];
    this.people = [];
    new TickController(this, () => this.shares.length > 0);
  }

  /** Give the focus to the first button of a link. */
  async focusShare(id: string): Promise<void> {
    await this.updateComplete;
    const button = this.renderRoot.querySelector<CopyButton>(`#share-${CSS.escape(id)} jumptab-copy`);
    await button?.updateComplete;
    button?.focus();
  }

  override render() {
    const now = Date.now();
    const open = this.shares.filter((share) => isOpen(share, now));
    const ended = this.shares.filter((share) => !isOpen(share, now));
    return html`
      ${
        open.length === 0
          ? null
          : html`<ul aria-label="Links">
              ${repeat(
                open,
                ({ id }) => id,
                (share) => this.#renderShare(share, now),
              )}
            </ul>`
      }
      ${ended.length === 0 ? null : this.#renderEnded(ended, now)}
      <jumptab-qr ${ref(this.#qr)} .actions=${this.actions}></jumptab-qr>
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  #renderShare(share: Share, now: number) {
    const { id, name, role } = share;
    const use = useText(share);
    return html`<li id="share-${id}" aria-label="Link for ${name}">
      <div class="line">
        <span class="name">${name}</span>
        <span class="chip">${roleLabel(role)}</span>
        <span class="facts">${endText(share, now)}${use === "" ? "" : ` · ${use}`}</span>
      </div>
      ${this.#here(id).map(
        (person) =>
          html`<div class="here"><strong>Connected</strong><span>${presence(person, now)}</span></div>`,
      )}
      <div class="buttons">
        ${share.secret === undefined ? null : this.#renderCopies(share, share.secret)}
        <button
          type="button"
          class="small danger"
          aria-label="Revoke the link for ${name}"
          @click=${() => this.#revoke(share)}
        >
          Revoke
        </button>
      </div>
    </li>`;
  }

  #renderCopies(share: Share, secret: string) {
    const { name } = share;
    const { actions, relay, pageUrl, bench } = this;
    const link = linkTo(pageUrl, secret);
    const at = { endpoint: clientEndpoint(relay, pageUrl), insecure: relay.insecure };
    return html`
      <jumptab-copy .actions=${actions} .text=${link} label="Link" name="Copy the link for ${name}"></jumptab-copy>
      ${
        // Until a browser has opened it, the secret of a one-time link is good for nothing else.
        share.oneTime
          ? null
          : html`<jumptab-copy
                .actions=${actions}
                .text=${shellCommand(at, secret)}
                label="jmp shell"
                name="Copy the jmp shell line for ${name}"
              ></jumptab-copy>
              <jumptab-copy
                .actions=${actions}
                .text=${envFile({ bench, share, ...at, secret })}
                label=".env"
                name="Copy the .env for ${name}"
              ></jumptab-copy>`
      }
      <button
        type="button"
        class="small"
        aria-label="Show the QR code for ${name}"
        @click=${() => this.#qr.value?.open(share, link)}
      >
        ${icons.qr}QR code
      </button>
    `;
  }

  #renderEnded(ended: readonly Share[], now: number) {
    return html`<details class="ended">
      <summary>Ended links (${ended.length})</summary>
      <ul aria-label="Ended links">
        ${repeat(
          ended,
          ({ id }) => id,
          (share) => html`<li aria-label="Ended link for ${share.name}">
            <div class="line">
              <span>
                <span class="name">${share.name}</span>
                <span class="facts">${roleLabel(share.role)}, ${endText(share, now)}</span>
              </span>
              <button
                type="button"
                class="small quiet"
                aria-label="Remove the ended link for ${share.name}"
                @click=${() => this.#remove([share])}
              >
                ${icons.trash}Remove
              </button>
            </div>
          </li>`,
        )}
      </ul>
      ${
        ended.length < 2
          ? null
          : html`<button type="button" class="small quiet" @click=${() => this.#remove(ended)}>
              ${icons.trash}Remove all ended links
            </button>`
      }
      <p class="small muted">Who opens one of them is told what became of it; of a removed one nothing is known.</p>
    </details>`;
  }

  #remove(shares: readonly Share[]): void {
    for (const { id } of shares) this.actions.forgetShare(id);
    this.#gone();
  }

  /** The button that was pressed goes with its link. */
  #gone(): void {
    this.dispatchEvent(new CustomEvent("share-gone"));
  }

  #here(share: string): readonly PersonSnapshot[] {
    return this.people.filter((person) => person.share === share);
  }

  /** Nobody is thrown out by a slip. */
  #revoke({ id, name }: Share): void {
    const run = (): void => {
      this.actions.revokeShare(id);
      this.#gone();
    };
    if (this.#here(id).length === 0) {
      run();
      return;
    }
    void this.#confirm.value?.ask({
      title: `Revoke the link for ${name}?`,
      text: `${name} is connected by it now. What runs by it ends at once, and the link opens nothing any more.`,
      confirm: "Revoke",
      danger: true,
      run,
    });
  }
}

customElements.define("jumptab-share-list", ShareList);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-share-list": ShareList;
  }
}
