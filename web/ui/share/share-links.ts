/**
 * Sharing a bench with a link: make one, see them all, and choose the address that they have.
 * Above: share-section.ts. Below: share-form.ts, share-list.ts, addresses.ts.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md.
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { isLoopback } from "../../loopback.ts";
import type { PersonSnapshot, Share } from "../../messages.ts";
import type { PageActions, RelayInfo } from "../model.ts";
import { commandWordStyles, commandWords } from "../share-line/command-words.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { addressLabel, chosenAddress, linkTo, openCommand } from "./addresses.ts";
import "./copy-button.ts";
import type { MakeShareEvent, ShareForm } from "./share-form.ts";
import "./share-form.ts";
import type { ShareList } from "./share-list.ts";
import "./share-list.ts";

export class ShareLinks extends LitElement {
  static override properties = {
    shares: { attribute: false },
    people: { attribute: false },
    bench: { attribute: false },
    relay: { attribute: false },
    actions: { attribute: false },
    attached: { type: Boolean },
    writing: { state: true },
    making: { state: true },
    failure: { state: true },
    said: { state: true },
    made: { state: true },
  };
  static override styles = [
    sharedStyles,
    commandWordStyles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
      }

      .note {
        margin-top: 0.5rem;
      }

      .said {
        display: flex;
        align-items: flex-start;
        gap: 0.4rem;
        margin-top: 0.5rem;
        padding: 0.375rem 0.625rem;
        border-radius: var(--radius-small);
        background: var(--ok-soft);
        color: var(--ok);
        overflow-wrap: anywhere;
      }

      .said svg {
        margin-top: 0.25em;
      }

      .warned {
        display: flex;
        align-items: flex-start;
        gap: 0.4rem;
        margin-top: 0.625rem;
      }

      .warned svg {
        margin-top: 0.2em;
        color: var(--warning);
      }

      .cure {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem;
        margin-top: 0.25rem;
      }

      jumptab-share-form,
      jumptab-share-list {
        margin-top: 0.625rem;
      }

      .address {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.5rem;
        margin-top: 0.625rem;
      }

      select {
        min-height: 1.75rem;
        min-width: 0;
        max-width: 100%;
        padding: 0.125rem 0.375rem;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        color: var(--text);
        font: inherit;
      }
    `,
  ];

  /** Newest first. */
  declare shares: readonly Share[];
  declare people: readonly PersonSnapshot[];
  /** Its name. */
  declare bench: string;
  declare relay: RelayInfo;
  declare actions: PageActions;
  /** The relay leads clients to this page now. */
  declare attached: boolean;
  /** The form is open. */
  declare writing: boolean;
  declare making: boolean;
  declare failure: string | undefined;
  /** What has just been done, and to which link. */
  declare said: { readonly share: string; readonly text: string } | undefined;
  /** A link that the worker's next snapshot will have. */
  declare made: Share | undefined;
  readonly #form = createRef<ShareForm>();
  readonly #list = createRef<ShareList>();

  constructor() {
    super();
    this.shares = [];
    this.people = [];
    this.writing = false;
    this.making = false;
  }

  override render() {
    if (this.relay.noAuth) {
      return html`
        <h2>Share</h2>
        <p class="note small muted">
          There are no links here: this relay was started with <code>--unsafe-no-auth</code>, so that everybody who
          reaches it may do everything. Start it without that option to share with links.
        </p>
      `;
    }
    const pageUrl = this.#pageUrl;
    return html`
      <div class="head">
        <h2>Share</h2>
        ${
          this.writing
            ? null
            : html`<button type="button" id="write" class="primary" @click=${this.write}>
                ${icons.link}Share with a link
              </button>`
        }
      </div>
      ${this.attached ? null : this.#renderNotAttached()}
      ${
        this.writing
          ? html`<jumptab-share-form
              ${ref(this.#form)}
              .shares=${this.shares}
              .failure=${this.failure}
              ?busy=${this.making}
              @make-share=${this.#make}
              @cancel=${this.#cancel}
            ></jumptab-share-form>`
          : null
      }
      <div role="status">
        ${this.said === undefined ? null : html`<p class="said small">${icons.check}<span>${this.said.text}</span></p>`}
      </div>
      ${
        this.#all.length === 0
          ? html`<p class="note small muted">
              A colleague opens it in any browser, and sees this bench; nothing is installed. Each link has a name, ends
              by itself, and can be taken back.
            </p>`
          : html`<jumptab-share-list
              ${ref(this.#list)}
              .shares=${this.#all}
              .people=${this.people}
              .bench=${this.bench}
              .relay=${this.relay}
              .pageUrl=${pageUrl}
              .actions=${this.actions}
              @share-gone=${this.#focusWrite}
            ></jumptab-share-list>`
      }
      ${this.#renderAddress(pageUrl)}
    `;
  }

  #renderNotAttached() {
    return html`<p class="warned small">
      ${icons.warning}
      <span>Nobody can open a link now, because this page is not attached to the relay. Links made now work once it is.</span>
    </p>`;
  }

  #renderAddress(pageUrl: string) {
    const { pageUrls } = this.relay;
    return html`
      ${
        pageUrls.length < 2
          ? null
          : html`<div class="address small">
              <label for="address">Address of links</label>
              <select id="address" @change=${this.#chooseAddress}>
                ${pageUrls.map(
                  (url) => html`<option value=${url} ?selected=${url === pageUrl}>
                    ${addressLabel(url)}${isLoopback(url) ? " (this machine only)" : ""}
                  </option>`,
                )}
              </select>
            </div>`
      }
      ${isLoopback(pageUrl) ? this.#renderOnlyHere(pageUrl) : null}
    `;
  }

  #renderOnlyHere(pageUrl: string) {
    if (this.relay.pageUrls.some((url) => !isLoopback(url))) {
      return html`<p class="warned small">
        ${icons.warning}<span>Only this machine can open ${addressLabel(pageUrl)}: choose another address for others.</span>
      </p>`;
    }
    const command = openCommand(this.relay);
    return html`<div class="warned small">
      ${icons.warning}
      <div>
        <p>Only this machine can open links now. For others, start the relay so that they reach it:</p>
        <div class="cure">
          <code>${commandWords(command)}</code>
          <jumptab-copy
            .actions=${this.actions}
            .text=${command}
            label="Copy"
            name="Copy how to start the relay for others"
          ></jumptab-copy>
        </div>
      </div>
    </div>`;
  }

  /** With the one that is so new that the worker has not said so yet. */
  get #all(): readonly Share[] {
    const { made, shares } = this;
    return made === undefined || shares.some(({ id }) => id === made.id) ? shares : [made, ...shares];
  }

  get #pageUrl(): string {
    return chosenAddress(this.relay, this.actions.recall("share-address"));
  }

  /** Open the form, with the focus in its name. */
  async write(): Promise<void> {
    this.said = undefined;
    this.failure = undefined;
    this.writing = true;
    await this.updateComplete;
    await this.#form.value?.focusName();
  }

  async #cancel(): Promise<void> {
    this.writing = false;
    await this.updateComplete;
    this.#focusWrite();
  }

  /** A keyboard goes on from here. */
  #focusWrite(): void {
    this.renderRoot.querySelector<HTMLElement>("#write")?.focus({ preventScroll: true });
  }

  async #make({ detail }: MakeShareEvent): Promise<void> {
    this.making = true;
    this.failure = undefined;
    try {
      this.made = await this.actions.createShare(detail);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      return;
    } finally {
      this.making = false;
    }
    const { id, name, secret } = this.made;
    const copied = secret !== undefined && (await this.actions.copy(linkTo(this.#pageUrl, secret)));
    const text = copied
      ? `The link for ${name} is in the clipboard: send it to them.`
      : `The link for ${name} is made: copy it from the list.`;
    this.said = { share: id, text };
    this.writing = false;
    await this.updateComplete;
    await this.#list.value?.focusShare(id);
  }

  protected override willUpdate(): void {
    const { made, said, shares } = this;
    if (made !== undefined && shares.some(({ id }) => id === made.id)) this.made = undefined;
    // Of a link that was taken back, nobody should believe that it is still to be sent.
    if (said !== undefined && shares.some(({ id, ended }) => id === said.share && ended !== undefined)) {
      this.said = undefined;
    }
  }

  #chooseAddress(event: Event): void {
    this.actions.remember("share-address", (event.target as HTMLSelectElement).value);
    this.requestUpdate();
  }
}

customElements.define("jumptab-share-links", ShareLinks);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-share-links": ShareLinks;
  }
}
