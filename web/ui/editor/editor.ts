/**
 * A configuration, built by clicks and written as text, both at once: one text, one history. Checked while it changes, with each problem at
 * its line and at its field.
 * Above: app.ts. Below: builder/ (tree, form, catalogue), code-editor.ts (loaded here), web/config/edit-config.ts, PageActions.check.
 */

import { html, LitElement, type PropertyValues } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { addDriver, type Edit, moveDriver, removeDriver, renameDriver } from "../../config/edit-config.ts";
import {
  driverAtLine,
  findDriver,
  type Outline,
  type OutlineDriver,
  readOutline,
} from "../../config/outline.ts";
import type { ConfigCheck, ConfigProblem, DriverCatalogue } from "../../messages.ts";
import type { CatalogueDialog, ChoiceMade } from "../builder/catalogue-dialog.ts";
import "../builder/catalogue-dialog.ts";
import { additionFor, refTargets } from "../builder/choices.ts";
import type { Setting } from "../builder/driver-form.ts";
import "../builder/driver-form.ts";
import type { DriverTree } from "../builder/driver-tree.ts";
import "../builder/driver-tree.ts";
import { type Direction, moveTarget } from "../builder/move-target.ts";
import { withSetting } from "../builder/with-setting.ts";
import type { ConfirmDialog } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import type { Draft, MovedDriver, PageActions } from "../model.ts";
import "../problem-list/problem-list.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import type { CodeEditor } from "./code-editor.ts";
import { editorStyles } from "./styles.ts";
import { verdict } from "./verdict.ts";

/** So long after the last key a person has paused, in milliseconds. */
const CHECK_AFTER_MS = 250;

const NOTHING: Outline = { name: "", description: "", drivers: [] };

const PANELS = { tree: "Drivers", form: "Settings", text: "YAML" } as const;

type Panel = keyof typeof PANELS;

export class Editor extends LitElement {
  static override properties = {
    draft: { attribute: false },
    actions: { attribute: false },
    busy: { type: Boolean },
    check: { state: true },
    trouble: { state: true },
    loaded: { state: true },
    outline: { state: true },
    broken: { state: true },
    selected: { state: true },
    refused: { state: true },
    catalogue: { state: true },
    noCatalogue: { state: true },
    panel: { state: true },
  };
  static override styles = [sharedStyles, editorStyles];

  declare draft: Draft;
  declare actions: PageActions;
  declare busy: boolean;
  declare check: ConfigCheck | undefined;
  /** Why the check, or the editor, does not work. */
  declare trouble: string | undefined;
  declare loaded: "no" | "yes" | "plain";
  /** As the text was when it could last be read. */
  declare outline: Outline;
  declare broken: string | undefined;
  /** The driver whose form is shown; empty: the bench itself. */
  declare selected: readonly string[];
  /** Why the last click changed nothing. */
  declare refused: string | undefined;
  declare catalogue: DriverCatalogue | undefined;
  /** Why there is none. */
  declare noCatalogue: string | undefined;
  /** Where there is room for one only. */
  declare panel: Panel;
  readonly #container = createRef<HTMLDivElement>();
  readonly #plain = createRef<HTMLTextAreaElement>();
  readonly #confirm = createRef<ConfirmDialog>();
  readonly #tree = createRef<DriverTree>();
  readonly #dialog = createRef<CatalogueDialog>();
  #editor: CodeEditor | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the person has put the cursor, while the tree does not show it yet. */
  #cursorLine: number | undefined;
  /** Where the text has no history of its own. */
  #movedInPlain: readonly MovedDriver[] | undefined;
  #checks = 0;
  #leaving: AbortController | undefined;

  constructor() {
    super();
    this.loaded = "no";
    this.outline = NOTHING;
    this.selected = [];
    this.panel = "tree";
  }

  override render() {
    const { check, draft, catalogue } = this;
    const title = draft.benchId === undefined ? "New configuration" : "Edit configuration";
    return html`
      <div class="head">
        <h1 tabindex="-1">${title}</h1>
        <div class="row" role="group" aria-label="History">
          <button
            type="button"
            class="quiet small"
            title="Undo (Ctrl+Z)"
            ?disabled=${this.#editor?.canUndo !== true}
            @click=${() => this.#editor?.undo()}
          >
            Undo
          </button>
          <button
            type="button"
            class="quiet small"
            title="Redo (Ctrl+Shift+Z)"
            ?disabled=${this.#editor?.canRedo !== true}
            @click=${() => this.#editor?.redo()}
          >
            Redo
          </button>
        </div>
        <div class="buttons">
          <button type="button" @click=${this.#cancel}>Cancel</button>
          <button
            type="button"
            title="Keep it, and start nothing"
            ?disabled=${this.busy}
            @click=${() => this.#save({ start: false })}
          >
            Save
          </button>
          <button
            type="button"
            class="primary"
            title="Save & start (Ctrl+S)"
            ?disabled=${this.busy || check?.startable !== true}
            @click=${() => this.#save({ start: true })}
          >
            Save &amp; start
          </button>
        </div>
      </div>
      ${draft.note === undefined ? null : html`<p class="muted" role="note">${draft.note}</p>`}
      <div class="panels" role="group" aria-label="What is shown">
        ${Object.entries(PANELS).map(
          ([panel, label]) => html`<button
            type="button"
            class="small"
            aria-pressed=${this.panel === panel ? "true" : "false"}
            @click=${() => {
              this.panel = panel as Panel;
            }}
          >
            ${label}
          </button>`,
        )}
      </div>
      ${this.refused === undefined ? null : this.#renderRefused(this.refused)}
      <div class="columns" @keydown=${this.#key}>
        <section class="tree card ${this.panel === "tree" ? "shown" : ""}" aria-label="Drivers">
          <jumptab-driver-tree
            ${ref(this.#tree)}
            .outline=${this.outline}
            .catalogue=${catalogue}
            .problems=${check?.problems ?? []}
            .selected=${this.selected}
            .broken=${this.broken}
            @driver-wanted=${() => void this.#dialog.value?.open(this.#parentOfNew())}
            @driver-chosen=${({ detail }: CustomEvent<readonly string[]>) => this.#choose(detail)}
            @driver-named=${({ detail }: CustomEvent<string>) =>
              this.#change(renameDriver(this.#text, this.selected, detail))}
            @driver-moved=${({ detail }: CustomEvent<Direction>) => this.#move(detail)}
            @driver-removed=${() => this.#remove()}
          ></jumptab-driver-tree>
          ${this.noCatalogue === undefined ? null : this.#renderNoCatalogue(this.noCatalogue)}
        </section>
        <section class="form card ${this.panel === "form" ? "shown" : ""}" aria-label="Settings">
          <jumptab-driver-form
            .outline=${this.outline}
            .driver=${this.#chosen}
            .catalogue=${catalogue}
            .problems=${check?.problems ?? []}
            ?broken=${this.broken !== undefined}
            @setting-changed=${({ detail }: CustomEvent<Setting>) => this.#set(detail)}
          ></jumptab-driver-form>
        </section>
        <section class="text card ${this.panel === "text" ? "shown" : ""}" aria-label="YAML" ${ref(this.#container)}>
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
        </section>
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
      ${
        catalogue === undefined
          ? null
          : html`<jumptab-catalogue
              ${ref(this.#dialog)}
              .catalogue=${catalogue}
              .outline=${this.outline}
              @choice-made=${({ detail }: CustomEvent<ChoiceMade>) => void this.#add(detail)}
            ></jumptab-catalogue>`
      }
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  #renderRefused(reason: string) {
    return html`<p class="refused" role="alert">
      ${icons.warning}<span class="grow">Nothing was changed. ${reason}</span>
      <button
        type="button"
        class="small quiet"
        aria-label="Dismiss"
        @click=${() => {
          this.refused = undefined;
        }}
      >
        ${icons.close}
      </button>
    </p>`;
  }

  #renderNoCatalogue(reason: string) {
    return html`<div class="no-catalogue">
      <p>The drivers to choose from could not be loaded: ${reason}</p>
      <button type="button" class="small" @click=${() => void this.#loadCatalogue()}>Try again</button>
    </div>`;
  }

  #renderVerdict() {
    const { check, trouble } = this;
    if (trouble !== undefined) return html`<h2 class="failed">${trouble}</h2>`;
    if (check === undefined) return html`<h2 class="muted">Checking…</h2>`;
    return html`<h2>${verdict(check)}</h2>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leaving = new AbortController();
    addEventListener(
      "beforeunload",
      (event) => {
        // What is written is kept over a reload, but not when the tab is closed.
        if (this.#unsaved) event.preventDefault();
      },
      { signal: this.#leaving.signal },
    );
  }

  override async firstUpdated(): Promise<void> {
    this.#read();
    void this.#check();
    void this.#loadCatalogue();
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
        onSave: () => this.#save({ start: true }),
        onCursor: (line) => this.#selectAt(line),
        moved: this.draft.moved ?? [],
        known: () =>
          this.catalogue && { catalogue: this.catalogue, refs: refTargets(this.outline, this.catalogue) },
      });
      this.#mark();
    } catch {
      // Its code did not arrive, for example because the relay has stopped: a plain field does as well.
      this.loaded = "plain";
    }
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("check")) this.#mark();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving?.abort();
    clearTimeout(this.#timer);
    this.#editor?.dispose();
    this.#editor = undefined;
  }

  get #text(): string {
    return this.#editor?.text ?? this.#plain.value?.value ?? this.draft.yaml;
  }

  get #moved(): readonly MovedDriver[] {
    return this.#editor?.moved ?? this.#movedInPlain ?? this.draft.moved ?? [];
  }

  get #original(): string {
    return this.draft.original ?? this.draft.yaml;
  }

  get #unsaved(): boolean {
    return this.#text !== this.#original;
  }

  get #chosen(): OutlineDriver | undefined {
    return findDriver(this.outline, this.selected);
  }

  async #loadCatalogue(): Promise<void> {
    this.noCatalogue = undefined;
    try {
      this.catalogue = await this.actions.catalogue();
    } catch (error) {
      this.noCatalogue = error instanceof Error ? error.message : String(error);
    }
  }

  // By click.

  #choose(path: readonly string[]): void {
    this.selected = path;
    this.#cursorLine = undefined;
    this.refused = undefined;
    const line = this.#chosen?.lines.from;
    if (line !== undefined && this.broken === undefined) this.#editor?.reveal(line);
  }

  /** Into the group that is chosen, else beside the driver that is chosen. */
  #parentOfNew(): readonly string[] {
    const chosen = this.#chosen;
    if (chosen === undefined) return [];
    const group = this.catalogue?.drivers.find(({ type }) => type === chosen.type)?.group === true;
    return chosen.kind === "group" || group ? chosen.path : chosen.path.slice(0, -1);
  }

  async #add({ choice, parent }: ChoiceMade): Promise<void> {
    if (this.catalogue === undefined) return;
    const addition = additionFor(choice, this.catalogue, this.outline, parent);
    if (typeof addition === "string") {
      this.refused = addition;
      return;
    }
    if (!this.#change(addDriver(this.#text, parent, addition.name, addition.driver))) return;
    await this.updateComplete;
    // The name is the first thing that people want to say about it.
    await this.#tree.value?.name();
  }

  #move(direction: Direction): void {
    const target = moveTarget(this.outline, this.selected, direction);
    if (target !== undefined && this.#change(moveDriver(this.#text, this.selected, target)))
      void this.#toTree();
  }

  #remove(): void {
    if (this.#change(removeDriver(this.#text, this.selected))) void this.#toTree();
  }

  /** A button that was pressed may have nothing to do any more, and would keep the focus to itself. */
  async #toTree(): Promise<void> {
    await this.updateComplete;
    await this.#tree.value?.focusSelected();
  }

  #set(setting: Setting): void {
    this.#change(withSetting(this.#text, this.selected, setting));
  }

  #change(edit: Edit): boolean {
    if (!edit.ok) {
      this.refused = edit.reason;
      // A field goes back to what is in the text.
      this.outline = { ...this.outline };
      return false;
    }
    this.refused = undefined;
    if (this.#editor !== undefined) this.#editor.change(edit.changes, edit.moved);
    else if (this.#plain.value !== undefined) {
      this.#plain.value.value = edit.text;
      if (edit.moved !== undefined) this.#movedInPlain = [...this.#moved, edit.moved];
    }
    this.selected = edit.path;
    this.#cursorLine = undefined;
    this.#read();
    this.#changed();
    return true;
  }

  /** Undo and redo are the text's own, wherever the focus is; but a field has its own while it is written in. */
  #key(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    const field = target instanceof HTMLInputElement ? target : undefined;
    const key = event.key.toLowerCase();
    if (key === "s") {
      // What is written in it belongs to what is saved.
      field?.blur();
      this.#save({ start: true });
    } else if (key === "z" && field === undefined && this.#editor !== undefined) {
      if (event.shiftKey) this.#editor.redo();
      else this.#editor.undo();
    } else return;
    event.preventDefault();
  }

  // By key.

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#read();
      this.#selectAtCursor();
      this.#keep();
      void this.#check();
    }, CHECK_AFTER_MS);
    this.requestUpdate();
  }

  /** In the tree, what the cursor is in. A text that has changed since it was read is read first. */
  #selectAt(line: number): void {
    this.#cursorLine = line;
    if (this.#timer === undefined) this.#selectAtCursor();
  }

  #selectAtCursor(): void {
    const line = this.#cursorLine;
    this.#cursorLine = undefined;
    if (line === undefined || this.broken !== undefined) return;
    this.selected = driverAtLine(this.outline, line)?.path ?? [];
  }

  /** The tree, if the text can be read now. */
  #read(): void {
    const read = readOutline(this.#text);
    this.broken = read.ok ? undefined : read.reason;
    if (!read.ok) return;
    this.outline = read.outline;
    // What was chosen may be gone: the nearest that is left.
    while (this.selected.length > 0 && this.#chosen === undefined) this.selected = this.selected.slice(0, -1);
  }

  #keep(): void {
    const { benchId } = this.draft;
    const kept = this.#unsaved
      ? JSON.stringify({ benchId, yaml: this.#text, original: this.#original, moved: this.#moved })
      : "";
    this.actions.remember("draft", kept);
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

  async #showProblem({ detail }: CustomEvent<ConfigProblem>): Promise<void> {
    this.panel = "text";
    await this.updateComplete;
    this.#editor?.show(detail);
  }

  #save({ start }: { readonly start: boolean }): void {
    if (this.busy || (start && this.check?.startable !== true)) return;
    // What is being saved is no draft any more.
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.actions.saveDraft(this.draft, { yaml: this.#text, moved: this.#moved, start });
  }

  #cancel(): void {
    if (!this.#unsaved) {
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
