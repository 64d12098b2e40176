/**
 * What went to a driver's device and came from it: names, hashes, how it ended, and what can be done with it again.
 * Above: file-card.ts, which answers `flash-again`, and forgets. Below: transfer-text.ts.
 */

import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Verification } from "../../../drivers/base/driver.ts";
import type { TransferSnapshot } from "../../messages.ts";
import type { CardActions, PageActions } from "../model.ts";
import { TickController } from "../shared/controllers.ts";
import { ago, asSentence, bytes, duration } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { comesFromDevice, outcome, shortHash, transferName } from "./transfer-text.ts";

/** As many as fit below a card without pushing the next one away. */
const SHOWN_AT_FIRST = 3;

/** How long a button says that it has done its work, in milliseconds. */
const SAID_FOR_MS = 2_000;

export class TransferHistoryList extends LitElement {
  static override properties = {
    transfers: { attribute: false },
    kept: { attribute: false },
    actions: { attribute: false },
    running: { type: Boolean },
    busy: { type: Boolean },
    canSend: { type: Boolean },
    canVerify: { type: Boolean },
    all: { state: true },
    copied: { state: true },
    verifying: { state: true },
    verified: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin-bottom: 0.25rem;
      }

      h4 {
        margin: 0;
        font-size: 0.8125rem;
        font-weight: 600;
      }

      li {
        padding: 0.5rem 0;
        border-top: 1px solid var(--border);
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.125rem 0.625rem;
        overflow-wrap: anywhere;
      }

      .name {
        font-weight: 550;
      }

      .facts {
        color: var(--muted);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      .said {
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }

      .matches {
        color: var(--ok);
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        margin-inline-start: -0.5rem;
      }

      .hash {
        padding: 0 0.25rem;
        min-height: 1.5rem;
        color: var(--muted);
        font-weight: 400;
      }
    `,
  ];

  /** Those that have ended, newest first. */
  declare transfers: readonly TransferSnapshot[];
  /** Images that the browser still has. */
  declare kept: ReadonlySet<string>;
  /** Of a colleague's page: it has no images, and the list is the exporter's. */
  declare actions: CardActions | PageActions;
  declare running: boolean;
  /** The card is at something: nothing else can begin. */
  declare busy: boolean;
  declare canSend: boolean;
  declare canVerify: boolean;
  declare all: boolean;
  declare copied: string | undefined;
  /** Key of the entry that is compared with the device now. */
  declare verifying: string | undefined;
  declare verified: ReadonlyMap<string, Verification | { readonly failure: string }>;

  constructor() {
    super();
    this.all = false;
    this.verified = new Map();
    new TickController(this, () => !this.hidden && this.transfers.length > 0);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("transfers")?.[0];
    const [newest] = this.transfers;
    // What was compared before says nothing about the device after another transfer.
    if (before !== undefined && newest !== undefined && keyOf(before) !== keyOf(newest)) {
      this.verified = new Map();
    }
  }

  override render() {
    const { transfers } = this;
    if (transfers.length === 0) return null;
    const page = this.#page;
    const shown = this.all ? transfers : transfers.slice(0, SHOWN_AT_FIRST);
    return html`
      <div class="head">
        <h4>History</h4>
        <span class="grow"></span>
        ${
          transfers.length <= SHOWN_AT_FIRST
            ? null
            : html`<button type="button" class="small quiet" aria-expanded=${this.all} @click=${this.#toggle}>
                ${this.all ? "Show fewer" : `Show all ${transfers.length}`}
              </button>`
        }
        ${
          page !== undefined && (this.all || transfers.length <= SHOWN_AT_FIRST)
            ? html`<button type="button" class="small quiet" @click=${() => page.forgetTransfers(transfers)}>
                ${icons.trash}Clear
              </button>`
            : null
        }
      </div>
      <ul>
        ${repeat(shown, keyOf, (transfer) => this.#renderEntry(transfer))}
      </ul>
      <span class="hidden-text" role="status">${spoken(transfers[0])}</span>
    `;
  }

  /** The verbs of the page beside the board. */
  get #page(): PageActions | undefined {
    return "forgetTransfers" in this.actions ? this.actions : undefined;
  }

  #renderEntry(transfer: TransferSnapshot) {
    const { startedAt, endedAt = startedAt, image, by, message } = transfer;
    const { tone, label } = outcome(transfer);
    return html`
      <li>
        <div class="line">
          <span class="chip ${tone === "off" ? "" : tone}">${label}</span>
          <span class="name">${transferName(transfer)}</span>
          ${image === undefined ? null : this.#renderHash(image.sha256)}
        </div>
        <div class="line facts">
          ${image === undefined ? null : html`<span>${bytes(image.size)}</span>`}
          <span>${comesFromDevice(transfer) ? "from the device" : "to the device"}, by ${by === "client" ? "a client" : "this page"}</span>
          <span title=${new Date(startedAt).toLocaleString()}>${ago(Date.now() - endedAt)}</span>
          ${endedAt - startedAt < 1000 ? null : html`<span>took ${duration(endedAt - startedAt)}</span>`}
        </div>
        ${message === undefined ? null : html`<p class="said ${tone === "error" ? "failed" : "muted"}">${asSentence(message)}</p>`}
        ${this.#renderVerified(transfer)} ${this.#page && this.#renderButtons(transfer, this.#page)}
      </li>
    `;
  }

  #renderHash(sha256: string) {
    return html`<button
      type="button"
      class="small quiet hash"
      title="sha256 ${sha256}"
      aria-label="Copy the sha256 ${sha256}"
      @click=${() => this.#copy(sha256)}
    >
      <code>${shortHash(sha256)}</code>${this.copied === sha256 ? icons.check : icons.copy}
    </button>`;
  }

  #renderVerified(transfer: TransferSnapshot) {
    const result = this.verified.get(keyOf(transfer));
    const verifying = this.verifying === keyOf(transfer);
    const text = verifying ? "Comparing with the device…" : result === undefined ? "" : said(result);
    const look = verifying || result === undefined ? "muted" : isMatch(result) ? "matches" : "failed";
    return html`<p class="said ${look}" role="status">${text}</p>`;
  }

  #renderButtons(transfer: TransferSnapshot, page: PageActions) {
    const { image } = transfer;
    const name = transferName(transfer);
    const gone = image !== undefined && !this.kept.has(image.sha256);
    const able = this.running && !this.busy && this.verifying === undefined;
    const toDevice = !comesFromDevice(transfer);
    return html`
      ${gone ? html`<p class="said muted">The browser has made room: to flash it again, choose the file again.</p>` : null}
      <div class="buttons">
        ${
          image !== undefined && !gone && toDevice && this.canSend
            ? html`<button type="button" class="small quiet" aria-label="Flash ${name} again" ?disabled=${!able} @click=${() => this.#again(transfer)}>
                ${icons.again}Flash again
              </button>`
            : null
        }
        ${
          image !== undefined && !gone && toDevice && this.canVerify
            ? html`<button type="button" class="small quiet" aria-label="Verify ${name}" ?disabled=${!able} @click=${() => this.#verify(transfer, image.sha256, page)}>
                ${icons.check}Verify
              </button>`
            : null
        }
        ${
          image !== undefined && !gone
            ? html`<button type="button" class="small quiet" aria-label="Save ${name}" @click=${() => page.saveImage(image.sha256, saveName(transfer))}>
                ${icons.download}Save
              </button>`
            : null
        }
        <button
          type="button"
          class="small quiet"
          aria-label="Forget ${name}"
          title=${gone || image === undefined ? nothing : "Takes it out of this list"}
          @click=${() => page.forgetTransfers([transfer])}
        >
          ${icons.close}Forget
        </button>
      </div>
    `;
  }

  #toggle(): void {
    this.all = !this.all;
  }

  async #copy(sha256: string): Promise<void> {
    if (!(await this.actions.copy(sha256))) return;
    this.copied = sha256;
    setTimeout(() => {
      if (this.copied === sha256) this.copied = undefined;
    }, SAID_FOR_MS);
  }

  #again(transfer: TransferSnapshot): void {
    this.dispatchEvent(new CustomEvent("flash-again", { detail: transfer }) satisfies FlashAgainEvent);
  }

  async #verify(transfer: TransferSnapshot, sha256: string, page: PageActions): Promise<void> {
    const key = keyOf(transfer);
    this.verifying = key;
    const result = await page
      .verify(transfer.path, sha256, transfer.target ?? null)
      .catch((error: unknown) => ({
        failure: asSentence(
          `It could not be compared: ${error instanceof Error ? error.message : String(error)}`,
        ),
      }));
    this.verifying = undefined;
    this.verified = new Map([...this.verified, [key, result]]);
  }
}

/** A person wants the device to have this again. */
export type FlashAgainEvent = CustomEvent<TransferSnapshot>;

function keyOf({ startedAt, id }: TransferSnapshot): string {
  return `${startedAt} ${id}`;
}

function isMatch(result: Verification | { readonly failure: string }): boolean {
  return "matches" in result && result.matches;
}

function said(result: Verification | { readonly failure: string }): string {
  if (!("matches" in result)) return result.failure;
  const { matches, detail } = result;
  return `${matches ? "The device has it." : "The device differs."} ${asSentence(detail)}`;
}

/** A name for the download: the file's own, or one that says what it is. */
function saveName({ name, path, target }: TransferSnapshot): string {
  return name ?? [path.at(-1) ?? "image", ...(target === undefined ? [] : [target])].join("-").concat(".bin");
}

/** For who does not see the list: how the last one ended. */
function spoken(transfer: TransferSnapshot | undefined): string {
  if (transfer === undefined) return "";
  const { label } = outcome(transfer);
  return `${label}: ${transferName(transfer)}.${transfer.message === undefined ? "" : ` ${asSentence(transfer.message)}`}`;
}

customElements.define("jumptab-transfer-history", TransferHistoryList);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-transfer-history": TransferHistoryList;
  }
}
