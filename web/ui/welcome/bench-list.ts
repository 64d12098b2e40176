/**
 * The benches that this browser keeps: start, edit, rename, copy, save as a file, delete; and more of them from files.
 * Above: welcome.ts. Below: PageActions.
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { ConfirmDialog } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import type { BenchSummary, PageActions } from "../model.ts";
import { ago } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

export class BenchList extends LitElement {
  static override properties = {
    benches: { attribute: false },
    actions: { attribute: false },
    busy: { type: Boolean },
    open: { state: true },
    renaming: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
      }

      ul {
        margin-top: 0.625rem;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        padding: 0.625rem 1rem;
      }

      li + li {
        border-top: 1px solid var(--border);
      }

      .about {
        flex: 1 1 14rem;
        min-width: 0;
      }

      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      .name input {
        width: min(20rem, 100%);
        font-weight: 600;
      }

      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 0.75rem;
        align-items: center;
      }

      .more {
        flex: 1 0 100%;
        justify-content: flex-end;
      }
    `,
  ];

  declare benches: readonly BenchSummary[];
  declare actions: PageActions;
  declare busy: boolean;
  /** Whose further buttons are shown. */
  declare open: string | undefined;
  declare renaming: string | undefined;
  readonly #files = createRef<HTMLInputElement>();
  readonly #confirm = createRef<ConfirmDialog>();

  override render() {
    return html`
      <section aria-labelledby="saved">
        <div class="head">
          <h2 id="saved">Your benches</h2>
          <button
            type="button"
            class="quiet small"
            ?disabled=${this.busy}
            @click=${() => this.#files.value?.click()}
          >
            ${icons.upload}Import
          </button>
        </div>
        <ul class="card">
          ${repeat(
            this.benches,
            ({ id }) => id,
            (bench) => this.#renderBench(bench),
          )}
        </ul>
        <input
          ${ref(this.#files)}
          type="file"
          multiple
          accept=".yaml,.yml,.tar,text/yaml,application/yaml,application/x-tar"
          aria-label="Benches to import"
          hidden
          @change=${this.#import}
        />
      </section>
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  #renderBench(bench: BenchSummary) {
    const { id, name, file, updatedAt, runsElsewhere } = bench;
    const waits = this.busy || runsElsewhere;
    const open = this.open === id;
    return html`
      <li>
        <div class="about">
          <div class="name">${this.renaming === id ? this.#renderNaming(bench) : name}</div>
          <div class="facts small muted">
            <span>used ${ago(Date.now() - updatedAt)}</span>
            ${file === undefined ? null : html`<span>from ${file}</span>`}
            ${runsElsewhere ? html`<span class="chip ok">runs in another tab</span>` : null}
          </div>
        </div>
        <div class="row">
          <button
            type="button"
            aria-label="Start ${name}"
            ?disabled=${waits}
            @click=${() => this.actions.startBench(id)}
          >
            ${icons.play}Start
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="Edit ${name}"
            ?disabled=${waits}
            @click=${() => this.actions.editBench(id)}
          >
            ${icons.edit}Edit
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="More for ${name}"
            aria-expanded=${open ? "true" : "false"}
            @click=${() => {
              this.open = open ? undefined : id;
            }}
          >
            ${open ? icons.up : icons.down}More
          </button>
        </div>
        ${open ? this.#renderMore(bench, waits) : null}
      </li>
    `;
  }

  #renderMore(bench: BenchSummary, waits: boolean) {
    const { id, name, file } = bench;
    return html`
      <div class="row more">
        <button
          type="button"
          class="small"
          aria-label="Rename ${name}"
          title=${file === undefined ? "" : `Its name stands in ${file}: duplicate it to give the copy another one.`}
          ?disabled=${waits || file !== undefined}
          @click=${() => void this.#beginNaming(id)}
        >
          ${icons.edit}Rename
        </button>
        <button
          type="button"
          class="small"
          aria-label="Duplicate ${name}"
          ?disabled=${this.busy}
          @click=${() => this.actions.duplicateBench(id)}
        >
          ${icons.copy}Duplicate
        </button>
        <button
          type="button"
          class="small"
          aria-label="Export ${name}"
          ?disabled=${this.busy}
          @click=${() => this.actions.exportBench(id)}
        >
          ${icons.download}Export
        </button>
        <button
          type="button"
          class="small danger"
          aria-label="Delete ${name}"
          ?disabled=${waits}
          @click=${() => this.#askToDelete(bench)}
        >
          ${icons.trash}Delete
        </button>
      </div>
    `;
  }

  #renderNaming({ id, name }: BenchSummary) {
    return html`<input
      aria-label="New name of ${name}"
      maxlength="253"
      autocomplete="off"
      .value=${name}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Enter") this.#name(id, event);
        else if (event.key === "Escape") this.renaming = undefined;
      }}
      @blur=${(event: Event) => this.#name(id, event)}
    />`;
  }

  async #beginNaming(id: string): Promise<void> {
    this.renaming = id;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>(".name input")?.select();
  }

  #name(id: string, { target }: Event): void {
    if (this.renaming !== id || !(target instanceof HTMLInputElement)) return;
    this.renaming = undefined;
    this.actions.renameBench(id, target.value);
  }

  #askToDelete({ id, name }: BenchSummary): void {
    void this.#confirm.value?.ask({
      title: `Delete ${name}?`,
      text: "Its configuration, its passphrase, its links and its choice of ports are forgotten. Clients that know the passphrase cannot come back.",
      confirm: "Delete",
      danger: true,
      run: () => this.actions.deleteBench(id),
    });
  }

  #import(): void {
    const input = this.#files.value;
    const files = [...(input?.files ?? [])];
    if (files.length > 0) this.actions.importFiles(files);
    // The same file can be chosen again after it was corrected.
    if (input !== undefined) input.value = "";
  }
}

customElements.define("jumptab-bench-list", BenchList);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-bench-list": BenchList;
  }
}
