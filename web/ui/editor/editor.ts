/**
 * A configuration, as text: checked while it is written, with each problem at its line.
 * Above: app.ts. Below: code-editor.ts (loaded here), PageActions.check.
 */

import { css, html, LitElement, type PropertyValues } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { ConfigCheck, ConfigProblem } from "../../messages.ts";
import type { ConfirmDialog } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import type { Draft, PageActions } from "../model.ts";
import "../problem-list/problem-list.ts";
import { count } from "../shared/format.ts";
import { sharedStyles } from "../shared/styles.ts";
import type { CodeEditor } from "./code-editor.ts";

/** So long after the last key a person has paused, in milliseconds. */
const CHECK_AFTER_MS = 250;

export class Editor extends LitElement {
  static override properties = {
    draft: { attribute: false },
    actions: { attribute: false },
    busy: { type: Boolean },
    check: { state: true },
    trouble: { state: true },
    loaded: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 0.875rem;
        max-width: 66rem;
        height: calc(100dvh - 3.5rem);
        min-height: 30rem;
        margin: 0 auto;
        padding: 1rem 1.25rem 1.25rem;
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }

      .buttons {
        display: flex;
        gap: 0.5rem;
        margin-inline-start: auto;
      }

      .text {
        flex: 1 1 12rem;
        min-height: 0;
        overflow: hidden;
      }

      .text:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 1px;
      }

      .text > p {
        padding: 1rem;
      }

      textarea {
        width: 100%;
        height: 100%;
        padding: 0.75rem;
        border: 0;
        resize: none;
        background: var(--surface);
        color: var(--text);
        font: 0.875rem/1.55 var(--mono);
      }

      .problems {
        flex: 0 1 auto;
        max-height: 40%;
        overflow: auto;
      }

      .problems h2 {
        padding: 0.625rem 0.875rem;
      }

      @media (max-width: 40rem) {
        :host {
          padding: 0.75rem;
        }
      }
    `,
  ];

  declare draft: Draft;
  declare actions: PageActions;
  declare busy: boolean;
  declare check: ConfigCheck | undefined;
  /** Why the check, or the editor, does not work. */
  declare trouble: string | undefined;
  declare loaded: "no" | "yes" | "plain";
  readonly #container = createRef<HTMLDivElement>();
  readonly #plain = createRef<HTMLTextAreaElement>();
  readonly #confirm = createRef<ConfirmDialog>();
  #editor: CodeEditor | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checks = 0;

  constructor() {
    super();
    this.loaded = "no";
  }

  override render() {
    const { check, draft } = this;
    const title = draft.benchId === undefined ? "New configuration" : "Edit configuration";
    return html`
      <div class="head">
        <h1 tabindex="-1">${title}</h1>
        <div class="buttons">
        <button type="button" @click=${this.#cancel}>Cancel</button>
        <button
          type="button"
          class="primary"
          ?disabled=${this.busy || check?.startable !== true}
          @click=${this.#save}
        >
          Save &amp; start
        </button>
        </div>
      </div>
      ${draft.note === undefined ? null : html`<p class="muted" role="note">${draft.note}</p>`}
      <div class="text card" ${ref(this.#container)}>
        ${
          this.loaded === "plain"
            ? html`<textarea
                aria-label="Configuration"
                spellcheck="false"
                .value=${draft.yaml}
                @input=${this.#changed}
                ${ref(this.#plain)}
              ></textarea>`
            : this.loaded === "no"
              ? html`<p class="muted">Loading the editor…</p>`
              : null
        }
      </div>
      <div class="problems card" aria-live="polite">
        ${this.#renderVerdict()}
        ${
          check === undefined || check.problems.length === 0
            ? null
            : html`<jumptab-problem-list
                .problems=${check.problems}
                @problem-chosen=${this.#showProblem}
              ></jumptab-problem-list>`
        }
      </div>
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  #renderVerdict() {
    const { check } = this;
    if (this.trouble !== undefined) return html`<h2 class="failed">${this.trouble}</h2>`;
    if (check === undefined) return html`<h2 class="muted">Checking…</h2>`;
    const errors = check.problems.filter(({ severity }) => severity === "error").length;
    if (errors > 0) return html`<h2>${count(errors, "error")} to correct before it can start</h2>`;
    const warnings = check.problems.filter(({ severity }) => severity === "warning").length;
    if (warnings > 0) return html`<h2>It can start, with ${count(warnings, "warning")}</h2>`;
    return html`<h2>It can start</h2>`;
  }

  override async firstUpdated(): Promise<void> {
    void this.#check();
    try {
      const { createCodeEditor } = await import("./code-editor.ts");
      const container = this.#container.value;
      if (container === undefined || !(this.renderRoot instanceof ShadowRoot) || !this.isConnected) return;
      this.loaded = "yes";
      await this.updateComplete;
      this.#editor = createCodeEditor(container, this.renderRoot, {
        text: this.draft.yaml,
        label: "Configuration",
        onChange: () => this.#changed(),
        onSave: () => this.#save(),
      });
      this.#mark();
      this.#editor.focus();
    } catch {
      // Its code did not arrive, for example because the relay has stopped: a plain field does as well.
      this.loaded = "plain";
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("check")) this.#mark();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#editor?.dispose();
    this.#editor = undefined;
  }

  get #text(): string {
    return this.#editor?.text ?? this.#plain.value?.value ?? this.draft.yaml;
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), CHECK_AFTER_MS);
  }

  async #check(): Promise<void> {
    const number = ++this.#checks;
    try {
      const check = await this.actions.check(this.#text);
      // An answer about an older text says nothing about this one.
      if (number !== this.#checks) return;
      this.check = check;
      this.trouble = undefined;
    } catch (error) {
      if (number !== this.#checks) return;
      this.check = undefined;
      this.trouble = `The configuration could not be checked: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #mark(): void {
    this.#editor?.mark(this.check?.problems ?? []);
  }

  #showProblem({ detail }: CustomEvent<ConfigProblem>): void {
    this.#editor?.show(detail);
  }

  #save(): void {
    if (this.check?.startable === true && !this.busy) this.actions.saveDraft(this.draft, this.#text);
  }

  #cancel(): void {
    if (this.#text === this.draft.yaml) {
      this.actions.leaveEditor();
      return;
    }
    void this.#confirm.value?.ask({
      title: "Leave without saving?",
      text: "What you have written is lost.",
      confirm: "Leave without saving",
      danger: true,
      run: () => this.actions.leaveEditor(),
    });
  }
}

customElements.define("jumptab-editor", Editor);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-editor": Editor;
  }
}
