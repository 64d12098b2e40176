/**
 * A device that takes files: drop one on the card, see how far it is, get one back, and what went there before.
 * Above: bench.ts. Below: card.ts, file-abilities.ts (what this driver can do), chosen-file.ts, web/ui/transfers/.
 */

import { html, nothing, type PropertyDeclarations } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { JsonValue } from "../../../drivers/base/json.ts";
import type { TransferSnapshot } from "../../messages.ts";
import type { ConfirmDialog } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import { bytes } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import "../transfers/transfer-history.ts";
import type { FlashAgainEvent } from "../transfers/transfer-history.ts";
import "../transfers/transfer-progress.ts";
import { NOTHING_WATCHED, type WatchedTransfers } from "../transfers/transfer-rates.ts";
import { DriverCard } from "./card.ts";
import { type DroppedItem, encodingOf, leftOut, notAFile } from "./chosen-file.ts";
import {
  argumentsFor,
  type FileAbilities,
  fileAbilities,
  type TargetField,
  type Tool,
} from "./file-abilities.ts";
import { fileCardStyles } from "./file-card-styles.ts";
import { stateFacts } from "./state-facts.ts";

export class FileCard extends DriverCard {
  static override properties: PropertyDeclarations = {
    transfers: { attribute: false },
    watched: { attribute: false },
    history: { attribute: false },
    kept: { attribute: false },
    over: { state: true },
    staged: { state: true },
    unpack: { state: true },
    refused: { state: true },
    fetching: { state: true },
    answer: { state: true },
  };
  static override styles = [...DriverCard.styles, fileCardStyles];

  /** This driver's transfers that run. */
  declare transfers: readonly TransferSnapshot[];
  declare watched: WatchedTransfers;
  /** Those that have ended, newest first. */
  declare history: readonly TransferSnapshot[];
  /** Images that the browser still has. */
  declare kept: ReadonlySet<string>;
  /** Something that could be dropped is over the card. */
  declare over: boolean;
  /** The file that was chosen, and waits for the word to go. */
  declare staged: File | undefined;
  declare unpack: boolean;
  /** Why something that was dropped was not taken. */
  declare refused: string | undefined;
  /** It is being asked what to get from the device. */
  declare fetching: boolean;
  /** What the chip answered. */
  declare answer: { readonly label: string; readonly value: JsonValue } | undefined;
  readonly #chooser = createRef<HTMLInputElement>();
  readonly #sendTarget = createRef<HTMLInputElement>();
  readonly #fetchTarget = createRef<HTMLInputElement>();
  readonly #confirm = createRef<ConfirmDialog>();
  /** When the last transfer from here was begun: what went wrong with it, the history says. */
  #begun = Number.POSITIVE_INFINITY;

  constructor() {
    super();
    this.transfers = [];
    this.watched = NOTHING_WATCHED;
    this.history = [];
    this.kept = new Set();
    this.addEventListener("dragover", (event) => this.#dragOver(event));
    this.addEventListener("dragleave", (event) => this.#dragLeave(event));
    this.addEventListener("drop", (event) => this.#drop(event));
  }

  override render() {
    const abilities = fileAbilities(this.driver);
    if (abilities === undefined) return null;
    return html`
      ${this.renderHead(html`${icons.chip}`)} ${this.renderBinding()} ${this.#renderFacts(abilities)}
      ${this.#renderSides(abilities)} ${this.#renderSending(abilities)}
      <div role="status">
        ${this.refused === undefined ? null : html`<p class="refused small">${this.refused}</p>`}
      </div>
      ${this.#renderTools(abilities)} ${this.#renderAnswer()}
      ${this.#toldByHistory ? null : this.renderFailure()}
      <jumptab-transfer-history
        ?hidden=${this.history.length === 0}
        .transfers=${this.history}
        .kept=${this.kept}
        .actions=${this.actions}
        ?running=${this.running}
        ?busy=${!this.#free}
        canSend
        ?canVerify=${this.driver.canVerify}
        @flash-again=${({ detail }: FlashAgainEvent) => this.#flashAgain(abilities, detail)}
      ></jumptab-transfer-history>
      <input
        ${ref(this.#chooser)}
        type="file"
        hidden
        tabindex="-1"
        aria-label="File for ${this.driver.path.join(" ")}"
        @change=${this.#chosen}
      />
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  /** Nothing is under way on this card. */
  get #free(): boolean {
    return (
      this.running && this.locked === undefined && this.pending === undefined && this.transfers.length === 0
    );
  }

  /** Said once is enough: an entry of the history has the same sentence, and stays. It comes a moment later. */
  get #toldByHistory(): boolean {
    const [newest] = this.history;
    if (this.transfers.length > 0) return true;
    return newest !== undefined && newest.state !== "done" && (newest.endedAt ?? 0) >= this.#begun;
  }

  /** What the driver tells of itself, beside what the card shows in its own way. */
  #renderFacts({ sides }: FileAbilities) {
    const { connected: _, ...others } = this.driver.state;
    const facts = stateFacts(sides.length > 0 ? others : this.driver.state);
    if (facts.length === 0) return null;
    return html`<div class="facts small">${facts.map((fact) => html`<span>${fact}</span>`)}</div>`;
  }

  #renderSides({ sides }: FileAbilities) {
    if (sides.length === 0) return null;
    const now = this.driver.state.connected;
    return html`<div class="sides" role="group" aria-label="Where the storage of ${this.driver.name} is">
      <span class="small muted">Storage is switched to</span>
      ${sides.map(
        ({ method, label }) => html`<button
          type="button"
          aria-label="${label}: ${this.driver.name}"
          aria-pressed=${typeof now === "string" ? (now === method ? "true" : "false") : nothing}
          ?disabled=${!this.#free}
          @click=${() => this.run(label, async () => void (await this.actions.call(this.driver.path, method)))}
        >
          ${label}
        </button>`,
      )}
    </div>`;
  }

  #renderSending(abilities: FileAbilities) {
    if (this.transfers.length > 0) {
      return this.transfers.map(
        (transfer) => html`<jumptab-transfer-progress
          .transfer=${transfer}
          ?fixed=${this.locked !== undefined}
          .watched=${this.watched.get(transfer.id)}
        ></jumptab-transfer-progress>`,
      );
    }
    if (this.staged !== undefined) return this.#renderStaged(abilities, this.staged);
    const state = this.over ? "over" : this.#free ? "" : "off";
    return html`<div class="zone ${state}">
      <span>${this.pending === undefined ? (this.locked ?? "Drop a file here, or") : `${this.pending}…`}</span>
      <button
        type="button"
        data-command="choose-file"
        aria-label="Choose a file for ${this.driver.name}"
        ?disabled=${!this.#free}
        @click=${() => this.#chooser.value?.click()}
      >
        ${icons.file}Choose a file
      </button>
    </div>`;
  }

  #renderStaged(abilities: FileAbilities, file: File) {
    const { send } = abilities;
    const encoding = encodingOf(file.name);
    return html`<form class="staged" @submit=${(event: Event) => this.#submit(event, abilities, file)}>
      <div class="file"><strong>${file.name}</strong><span class="small muted">${bytes(file.size)}</span></div>
      ${
        encoding === undefined
          ? null
          : html`<label class="check small">
              <input
                type="checkbox"
                .checked=${this.unpack}
                @change=${(event: Event) => {
                  this.unpack = (event.target as HTMLInputElement).checked;
                }}
              />
              Unpack ${encoding} on the way
            </label>`
      }
      ${send.target.kind === "field" ? this.#renderField(send.target.field, "send", this.#sendTarget) : null}
      <div class="row">
        <button type="submit" class="primary" aria-label="Flash ${file.name}" ?disabled=${!this.#free}>
          ${icons.upload}${this.#verb(abilities)}
        </button>
        <button type="button" class="quiet" @click=${this.#unstage}>Not this one</button>
      </div>
    </form>`;
  }

  #renderField(field: TargetField, use: string, input: ReturnType<typeof createRef<HTMLInputElement>>) {
    const id = `${use}-target`;
    return html`<div class="field">
      <label for=${id}>${field.label}</label>
      <input
        ${ref(input)}
        id=${id}
        aria-describedby="${id}-hint"
        autocomplete="off"
        spellcheck="false"
        .value=${field.initial}
        placeholder=${field.placeholder}
      />
      <span id="${id}-hint" class="small muted">${field.hint}</span>
    </div>`;
  }

  #renderTools(abilities: FileAbilities) {
    const { fetch, tools } = abilities;
    if (fetch === undefined && tools.length === 0) return null;
    const name = this.driver.name;
    return html`
      <div class="tools row">
        ${
          fetch === undefined
            ? null
            : html`<button
                type="button"
                class="small"
                aria-label="Save to a file: ${name}"
                aria-expanded=${fetch.target.kind === "field" ? (this.fetching ? "true" : "false") : nothing}
                ?disabled=${!this.#free}
                @click=${() => this.#beginFetch(abilities)}
              >
                ${icons.download}Save to a file
              </button>`
        }
        ${tools.map(
          (tool) => html`<button
            type="button"
            class="small ${tool.danger === undefined ? "" : "danger"}"
            aria-label="${tool.label}: ${name}"
            ?disabled=${!this.#free}
            @click=${() => this.#useTool(tool)}
          >
            ${tool.label}
          </button>`,
        )}
      </div>
      ${
        this.fetching && fetch?.target.kind === "field" && this.transfers.length === 0
          ? html`<form class="fetching" @submit=${(event: Event) => this.#submitFetch(event, abilities)}>
              ${this.#renderField(fetch.target.field, "fetch", this.#fetchTarget)}
              <div class="row">
                <button type="submit" class="primary" ?disabled=${!this.#free}>Save</button>
                <button type="button" class="quiet" @click=${this.#endFetch}>Close</button>
              </div>
            </form>`
          : null
      }
    `;
  }

  #renderAnswer() {
    const { answer } = this;
    if (answer === undefined) return null;
    const { value, label } = answer;
    return html`<div class="answer" role="status" aria-label=${label}>
      ${
        value !== null && typeof value === "object" && !Array.isArray(value)
          ? Object.keys(value).length === 0
            ? html`<pre>There is nothing to tell: the device is not there, or not in that mode.</pre>`
            : html`<dl>
                ${Object.entries(value).map(
                  ([name, part]) => html`<dt>${name}</dt>
                    <dd>${typeof part === "string" ? part : JSON.stringify(part)}</dd>`,
                )}
              </dl>`
          : html`<pre>${typeof value === "string" ? value : JSON.stringify(value)}</pre>`
      }
      <button type="button" class="small quiet" aria-label="Close ${label}" @click=${this.#forgetAnswer}>
        ${icons.close}
      </button>
    </div>`;
  }

  #verb({ send }: FileAbilities): string {
    return send.method === "write" && send.around === undefined ? "Write" : "Flash";
  }

  // A file comes.

  #dragOver(event: DragEvent): void {
    if (event.dataTransfer === null || !carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = this.#free ? "copy" : "none";
    this.over = this.#free;
  }

  #dragLeave(event: DragEvent): void {
    // Between parts of the card, too; only the way out counts.
    if (!(event.relatedTarget instanceof Node) || !this.contains(event.relatedTarget)) this.over = false;
  }

  #drop(event: DragEvent): void {
    this.over = false;
    if (event.dataTransfer === null || !carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (!this.#free) {
      this.refused =
        this.locked ??
        (this.running
          ? "One at a time: wait until this one is done, or cancel it."
          : "Start the exporter first, then drop it again.");
      return;
    }
    const problem = notAFile(itemsOf(event.dataTransfer));
    if (problem === undefined) this.#take([...event.dataTransfer.files]);
    else this.refused = problem;
  }

  #chosen(): void {
    const input = this.#chooser.value;
    if (input === undefined) return;
    this.#take([...(input.files ?? [])]);
    // The same file again is a choice, too.
    input.value = "";
  }

  #take(files: readonly File[]): void {
    const [file] = files;
    if (file === undefined) return;
    this.refused = leftOut(files.map(({ name }) => name));
    this.failure = undefined;
    this.fetching = false;
    this.staged = file;
    this.unpack = encodingOf(file.name) !== undefined;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(".staged button[type=submit]")?.focus(),
    );
  }

  #unstage(): void {
    this.staged = undefined;
    this.refused = undefined;
  }

  #submit(event: Event, abilities: FileAbilities, file: File): void {
    event.preventDefault();
    if (!this.#free) return;
    const { send } = abilities;
    const target = this.#sendTarget.value?.value ?? "";
    const encoding = this.unpack ? (encodingOf(file.name) ?? null) : null;
    void this.#send(abilities, { file, encoding, args: argumentsFor(send.target, target, file.name) });
  }

  /** From the browser's image: nothing has to be read, sent or unpacked again. */
  #flashAgain(abilities: FileAbilities, { image, name, target, path }: TransferSnapshot): void {
    if (image === undefined) return;
    const file = { sha256: image.sha256, name: name ?? path.at(-1) ?? "image" };
    const args = argumentsFor(abilities.send.target, target ?? "", target ?? file.name);
    void this.#send(abilities, { file, encoding: null, args });
  }

  async #send(
    abilities: FileAbilities,
    what: Pick<Parameters<typeof this.actions.sendFile>[0], "file" | "encoding" | "args">,
  ): Promise<void> {
    const { method, around } = abilities.send;
    this.refused = undefined;
    this.#begun = Date.now();
    this.staged = undefined;
    await this.run(this.#verb(abilities), () =>
      this.actions.sendFile({ path: this.driver.path, method, around, ...what }),
    );
  }

  // A file goes.

  #beginFetch(abilities: FileAbilities): void {
    const { fetch } = abilities;
    if (fetch === undefined) return;
    if (fetch.target.kind === "field") this.fetching = !this.fetching;
    else void this.#fetch(abilities, "");
  }

  #endFetch(): void {
    this.fetching = false;
  }

  #submitFetch(event: Event, abilities: FileAbilities): void {
    event.preventDefault();
    const target = this.#fetchTarget.value?.value.trim() ?? "";
    this.fetching = false;
    void this.#fetch(abilities, target);
  }

  async #fetch({ fetch }: FileAbilities, target: string): Promise<void> {
    if (fetch === undefined) return;
    const { method, around } = fetch;
    this.#begun = Date.now();
    this.refused = undefined;
    await this.run("Save to a file", () =>
      this.actions.fetchFile({
        path: this.driver.path,
        method,
        around,
        args: argumentsFor(fetch.target, target, ""),
        name: downloadName(this.driver.path, target),
      }),
    );
  }

  // The chip is asked.

  #useTool(tool: Tool): void {
    const { label, danger } = tool;
    if (danger === undefined) {
      void this.#call(tool);
      return;
    }
    void this.#confirm.value?.ask({
      title: `${label} ${this.driver.name}?`,
      text: danger,
      confirm: label,
      danger: true,
      run: () => void this.#call(tool),
    });
  }

  async #call({ method, label, answers }: Tool): Promise<void> {
    this.answer = undefined;
    this.#begun = Number.POSITIVE_INFINITY;
    await this.run(label, async () => {
      const value = await this.actions.call(this.driver.path, method);
      if (answers || typeof value === "string") this.answer = { label, value };
    });
  }

  #forgetAnswer(): void {
    this.answer = undefined;
  }
}

function carriesFiles({ types }: DataTransfer): boolean {
  return types.includes("Files");
}

/** Before anything of them is read: a folder looks like a file until then. */
function itemsOf({ items }: DataTransfer): readonly DroppedItem[] {
  return [...items]
    .filter(({ kind }) => kind === "file")
    .map((item) => ({
      name: item.getAsFile()?.name ?? "It",
      isFolder: item.webkitGetAsEntry()?.isDirectory ?? false,
    }));
}

/** `board-storage-boot.bin`: what it is, in every file system. */
function downloadName(path: readonly string[], target: string): string {
  const words = [...path, target].filter((word) => word !== "");
  return `${words.join("-").replaceAll(/[^A-Za-z0-9._-]+/g, "-")}.bin`;
}

customElements.define("jumptab-file-card", FileCard);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-file-card": FileCard;
  }
}
