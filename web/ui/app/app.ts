/**
 * The page, drawn: one face for each state, and what lies around them all.
 * Above: web/main.ts puts it into the document. Below: PageModel; every other element.
 */

import { html, LitElement, type PropertyValues } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { BenchView } from "../bench/bench.ts";
import type { ConfirmDialog } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import type { HelpDialog } from "../dialogs/help-dialog.ts";
import "../dialogs/help-dialog.ts";
import type { TransferSnapshot } from "../../messages.ts";
import type { Blocked, PageModel, PageState, View } from "../model.ts";
import type { PageVerbs } from "../palette/page-commands.ts";
import type { ChosenEvent, Palette } from "../palette/palette.ts";
import { ModelController } from "../shared/controllers.ts";
import "../share/drive-requests.ts";
import type { SeatEvent } from "../share/people.ts";
import { seatAction } from "../share/seat-action.ts";
import type { Command, OfferCommandsEvent } from "../shared/commands.ts";
import { icons } from "../shared/icons.ts";
import { noticeList } from "../shared/notice-list.ts";
import { HELP, PALETTE, PALETTE_ANYWHERE, SHORTCUTS } from "../shared/shortcuts.ts";
import { sharedStyles } from "../shared/styles.ts";
import { stripHeight } from "../transfers/strip-height.ts";
import { NOTHING_WATCHED, type WatchedTransfers, watchTransfers } from "../transfers/transfer-rates.ts";
import { cancelQuestion } from "../transfers/transfer-text.ts";
import "../welcome/welcome.ts";
import { IncomingTextController, isTextField } from "./incoming-text.ts";
import { pageTitle } from "./page-title.ts";
import { appStyles } from "./styles.ts";

/** What the browser offers, as it is when it is asked. */
export interface BrowserOffers {
  /** Undefined: there is nothing to install. */
  install(): (() => Promise<void>) | undefined;
  /** Undefined: this browser has none. `held`: it keeps the computer awake now. */
  wakeLock():
    | { readonly allowed: boolean; readonly held: boolean; allow(allowed: boolean): void }
    | undefined;
}

export class App extends LitElement {
  static override properties = {
    model: { attribute: false },
    blocked: { attribute: false },
    browser: { attribute: false },
    failure: { state: true },
  };
  static override styles = [sharedStyles, appStyles];

  /** Undefined until the relay has answered. */
  declare model: PageModel | undefined;
  /** Why there is no model and will be none. */
  declare blocked: Blocked | undefined;
  /** What the browser offers beside the page's own; undefined where nothing of it is known. */
  declare browser: BrowserOffers | undefined;
  /** Why the last command did not work. */
  declare failure: string | undefined;
  readonly #listening = new ModelController(this, () => this.model);
  readonly #main = createRef<HTMLElement>();
  readonly #help = createRef<HelpDialog>();
  readonly #confirm = createRef<ConfirmDialog>();
  readonly #palette = createRef<Palette>();
  /** Elements that are on the page, and what they offer. */
  readonly #offers = new Set<() => readonly Command[]>();
  readonly #incoming = new IncomingTextController(this, {
    wanted: () => this.#view.kind === "welcome",
    text: (text, source) => this.model?.actions.openConfiguration(text, source),
    files: ([file, ...others]) => {
      if (file === undefined) return;
      if (others.length === 0) this.model?.actions.openFile(file);
      else this.model?.actions.importFiles([file, ...others]);
    },
  });
  /** Taken down at each snapshot: it comes by property changes alone, also while nobody looks. */
  #watched: WatchedTransfers = NOTHING_WATCHED;
  /** Parts of the page that were asked for. */
  readonly #loaded = new Set<() => Promise<unknown>>();
  #keys: AbortController | undefined;
  #shown: View["kind"] = "loading";
  /** What was used last: a ring around a heading helps who has no pointer, and only them. */
  #byKeyboard = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#keys = new AbortController();
    const { signal } = this.#keys;
    // Before any element: a console would send it to its board.
    document.addEventListener("keydown", (event) => this.#key(event), { signal, capture: true });
    this.addEventListener("offer-commands", (event) => this.#takeOffer(event), { signal });
    this.addEventListener("cancel-transfer", ({ detail }) => this.#cancelTransfer(detail), { signal });
    const note = (event: Event): void => {
      this.#byKeyboard = event.type === "keydown";
    };
    for (const type of ["keydown", "pointerdown"]) {
      document.addEventListener(type, note, { signal, capture: true });
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keys?.abort();
  }

  override render() {
    const state = this.model?.state;
    return html`
      <header>
        <button type="button" class="skip" @click=${this.#skip}>Skip to the content</button>
        <span class="brand">${icons.board}jumptab</span>
        <span class="grow"></span>
        ${this.#renderAwake()}
        ${
          state === undefined
            ? null
            : html`<button type="button" class="quiet" aria-keyshortcuts="Control+K" @click=${this.#openPalette}>
                ${icons.command}Commands
                <span class="keys" aria-hidden="true"><kbd>Ctrl</kbd> <kbd>K</kbd></span>
              </button>`
        }
        <button type="button" class="quiet" @click=${() => this.#help.value?.open()}>${icons.help}Help</button>
      </header>
      ${state === undefined ? null : this.#renderTransfers(state)}
      ${state === undefined ? null : this.#renderNotices(state)} ${this.#renderFailure()}
      <main id="main" tabindex="-1" ${ref(this.#main)}>
        ${this.#renderView(this.#view)} ${state === undefined ? null : this.#renderBench(state)}
      </main>
      ${this.#incoming.dragging ? html`<div class="dropping">Drop the configuration anywhere</div>` : null}
      <jumptab-help ${ref(this.#help)}></jumptab-help>
      <jumptab-palette
        ${ref(this.#palette)}
        @chosen=${({ detail }: ChosenEvent) => void this.#run(detail)}
      ></jumptab-palette>
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  get #view(): View {
    if (this.blocked !== undefined) return { kind: "blocked", ...this.blocked };
    return this.model?.state.view ?? { kind: "loading" };
  }

  #renderView(view: View) {
    const { model } = this;
    switch (view.kind) {
      case "loading":
        return html`<p class="loading" role="status">One moment…</p>`;
      case "blocked":
        return html`
          <section class="message card" role="alert">
            <h1 tabindex="-1">${view.title}</h1>
            <p>${view.reason}</p>
            <p>${view.cure}</p>
            <div class="row">
              <button type="button" class="primary" @click=${this.#reload}>Reload page</button>
            </div>
          </section>
        `;
      case "welcome":
        return model && this.#renderWelcome(model);
      case "elsewhere":
        return model && this.#renderElsewhere(model, view);
      case "editor":
        return model && this.#renderEditor(model, view);
      case "bench":
        return null; // Drawn below: it stays in the page behind the editor, with its consoles.
    }
  }

  #renderWelcome({ state, actions }: PageModel) {
    return html`<jumptab-welcome
      .benches=${state.benches}
      .offers=${state.offers}
      .chosen=${state.chosen}
      .chooserClosed=${state.chooserClosed}
      .actions=${actions}
      ?serial=${state.serial}
      ?usb=${state.usb}
      ?lasting=${state.lasting}
      ?busy=${state.busy}
    ></jumptab-welcome>`;
  }

  #renderEditor({ state, actions }: PageModel, { draft }: Extract<View, { kind: "editor" }>) {
    this.#load("The editor", editor);
    return html`<jumptab-editor .draft=${draft} .actions=${actions} ?busy=${state.busy}></jumptab-editor>`;
  }

  /** What is not needed for the first face of the page comes when it is wanted; until it has arrived, its element is empty. */
  #load(what: string, load: () => Promise<unknown>): void {
    if (this.#loaded.has(load)) return;
    this.#loaded.add(load);
    load().catch((error: unknown) => {
      this.failure = `${what} could not be loaded: ${reason(error)} See that the relay runs, then reload the page.`;
    });
  }

  #renderElsewhere({ state, actions }: PageModel, { id, name }: Extract<View, { kind: "elsewhere" }>) {
    return html`
      <section class="message card">
        <h1 tabindex="-1">${name} runs in another tab</h1>
        <p>A bench runs in one tab of a browser at a time, so that two tabs do not fight over its devices.</p>
        <p>
          Go to that tab to use it. Here you can open another bench, or move this one over: clients that are
          connected then have to connect again.
        </p>
        <div class="row">
          <button type="button" class="primary" ?disabled=${state.busy} @click=${() => actions.leaveBench()}>
            Choose another bench
          </button>
          <button
            type="button"
            ?disabled=${state.busy}
            @click=${() => actions.startBench(id, { steal: true })}
          >
            Move it to this tab
          </button>
        </div>
      </section>
    `;
  }

  #renderTransfers({ snapshot }: PageState) {
    const running = snapshot.transfers.filter(isRunning);
    if (running.length === 0) return null;
    return html`<jumptab-transfer-strip
      .transfers=${running}
      .watched=${this.#watched}
    ></jumptab-transfer-strip>`;
  }

  #renderBench(state: PageState) {
    const { view, bench, snapshot, log, relay, serial, usb, busy, endingSession, history, keptImages } =
      state;
    const { model } = this;
    if (model === undefined || bench === undefined || relay === undefined) return null;
    this.#load("The bench", benchView);
    return html`<jumptab-bench
      ?hidden=${view.kind !== "bench"}
      style="--strip: ${stripHeight(snapshot.transfers.filter(isRunning).length)}"
      .bench=${bench}
      .snapshot=${snapshot}
      .log=${log}
      .watched=${this.#watched}
      .history=${history}
      .kept=${keptImages}
      .relay=${relay}
      .actions=${model.actions}
      ?serial=${serial}
      ?usb=${usb}
      ?busy=${busy}
      .endingSession=${endingSession}
    ></jumptab-bench>`;
  }

  #renderNotices({ notices, snapshot }: PageState) {
    return html`
      <div class="notices" role="region" aria-label="Notices" aria-live="polite">
        ${noticeList(notices, (id) => this.model?.actions.dismiss(id))}
        ${
          snapshot.seat.requests.length === 0
            ? null
            : html`<jumptab-drive-requests
                style="margin-top: 0.75rem"
                .requests=${snapshot.seat.requests}
                @seat=${({ detail }: SeatEvent) => this.model && seatAction(this.model.actions, detail)}
              ></jumptab-drive-requests>`
        }
      </div>
    `;
  }

  /** Pressed, it lets the computer sleep: a person sees why the screen stays on, and what to do about it. */
  #renderAwake() {
    const wakeLock = this.browser?.wakeLock();
    if (wakeLock === undefined || !wakeLock.held) return null;
    return html`<button
      type="button"
      class="small quiet awake"
      title="Others use this bench, so this computer is kept awake. Press to let it sleep."
      @click=${() => wakeLock.allow(false)}
    >
      ${icons.awake}Kept awake
    </button>`;
  }

  #renderFailure() {
    const { failure } = this;
    if (failure === undefined) return null;
    return html`<div class="notices">
      <div class="notice card error" role="alert">
        ${icons.warning}
        <p>${failure}</p>
        <button
          type="button"
          class="small quiet"
          aria-label="Dismiss"
          @click=${() => {
            this.failure = undefined;
          }}
        >
          ${icons.close}
        </button>
      </div>
    </div>`;
  }

  protected override willUpdate(): void {
    const transfers = this.model?.state.snapshot.transfers ?? [];
    this.#watched = watchTransfers(this.#watched, transfers, Date.now());
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("model")) this.#listening.listen();
    if (this.model !== undefined) document.title = pageTitle(this.model.state);
    const { kind } = this.#view;
    if (kind === this.#shown) return;
    const first = this.#shown === "loading";
    this.#shown = kind;
    // A new face: a keyboard, or a screen reader, starts at its heading. The first one was not asked for.
    if (!first && kind !== "editor") void this.#focusHeading();
  }

  async #focusHeading(): Promise<void> {
    const host = this.#main.value;
    const view = host?.querySelector<LitElement>("jumptab-welcome, jumptab-bench:not([hidden])");
    if (view !== null && view !== undefined) await customElements.whenDefined(view.localName);
    await view?.updateComplete;
    const heading = (view?.renderRoot ?? host)?.querySelector<HTMLElement>("h1");
    // A browser takes each focus that a script gives for one that has to be seen.
    heading?.classList.toggle("ringless", !this.#byKeyboard);
    heading?.focus();
  }

  /** One's own is ended at once; of a client's one is asked. */
  #cancelTransfer(transfer: TransferSnapshot): void {
    const run = (): void => this.model?.actions.cancelTransfer(transfer);
    const question = cancelQuestion(transfer);
    if (question === undefined) run();
    else {
      void this.#confirm.value?.ask({
        ...question,
        confirm: "Cancel it",
        refuse: "Let it run",
        danger: true,
        run,
      });
    }
  }

  #skip(): void {
    this.#main.value?.focus();
  }

  #takeOffer({ detail: { commands, signal } }: OfferCommandsEvent): void {
    this.#offers.add(commands);
    signal.addEventListener("abort", () => this.#offers.delete(commands), { once: true });
  }

  /** Everything that can be done now: what follows from the page's state, and what elements offer. */
  async #commands(): Promise<readonly Command[]> {
    const { pageCommands } = await import("../palette/page-commands.ts");
    const { model } = this;
    if (model === undefined) return [];
    const offered = [...this.#offers].flatMap((commands) => commands());
    return [...pageCommands(model.state, model.actions, this.#verbs()), ...offered];
  }

  #verbs(): PageVerbs {
    const { browser } = this;
    return {
      openHelp: () => this.#help.value?.open(),
      install: browser?.install(),
      wakeLock: browser?.wakeLock(),
      pressOnCard: (path, button) => void this.#bench?.pressOnCard(path, button),
    };
  }

  get #bench(): BenchView | null | undefined {
    return this.#main.value?.querySelector("jumptab-bench");
  }

  async #openPalette(): Promise<void> {
    if (this.model === undefined || this.blocked !== undefined) return;
    try {
      // Loaded when it is wanted for the first time.
      const [commands] = await Promise.all([this.#commands(), import("../palette/palette.ts")]);
      await this.#palette.value?.open(commands);
    } catch (error) {
      this.failure = `The commands could not be loaded: ${reason(error)} See that the relay runs, then reload the page.`;
    }
  }

  async #runById(id: string): Promise<void> {
    const command = (await this.#commands()).find((one) => one.id === id);
    if (command !== undefined) await this.#run(command);
  }

  /** What goes wrong with it stands where notices do. */
  async #run(command: Command): Promise<void> {
    this.failure = undefined;
    try {
      await command.run();
    } catch (error) {
      this.failure = `${command.title} did not work: ${reason(error)}`;
    }
  }

  /** A press in a dialog is the dialog's; one in a text field or a terminal too, but for those that open the palette. */
  #key(event: KeyboardEvent): void {
    const [target, ...around] = event.composedPath();
    if (event.defaultPrevented || around.some((one) => one instanceof HTMLDialogElement)) return;
    const shortcut = SHORTCUTS.find((one) => one.matches(event));
    if (shortcut === undefined) return;
    const typing = isTextField(target);
    // A button beside a terminal is a button like any other.
    const forTheBoard = typing && around.some(hasOwnKeys);
    const anywhere = shortcut === PALETTE_ANYWHERE || (shortcut === PALETTE && !forTheBoard);
    if (typing && !anywhere) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (shortcut === HELP) this.#help.value?.open();
    else if (anywhere) void this.#openPalette();
    else void this.#runById(shortcut.command);
  }

  #reload(): void {
    if (this.model === undefined) location.reload();
    else this.model.actions.reload();
  }
}

function isRunning({ state }: TransferSnapshot): boolean {
  return state === "running";
}

function benchView(): Promise<unknown> {
  return import("../bench/bench.ts");
}

function editor(): Promise<unknown> {
  return import("../editor/editor.ts");
}

/** Consoles, the terminal and the editor: what is typed there is for the board, the shell, the text. */
function hasOwnKeys(target: EventTarget): boolean {
  return target instanceof Element && target.matches("jumptab-console, jumptab-shell, jumptab-code-editor");
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

customElements.define("jumptab-app", App);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-app": App;
  }
}
