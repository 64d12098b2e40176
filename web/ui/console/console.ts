/**
 * A console for a byte stream: the page's own, beside those of remote clients.
 * Above: serial-card.ts, and a colleague's page. Below: terminal.ts (loaded when it is opened), CardActions.
 * What comes goes into a transcript at once; terminal, bytes, log and copies are made of that. The terminal is made once and outlives every
 * drawing of the page around it.
 */

import { html, LitElement, nothing } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { CardActions, PageStream } from "../model.ts";
import { placeBelow } from "../shared/below-button.ts";
import { count } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { renderFoot } from "./console-foot.ts";
import type { MenuActions } from "./console-menu.ts";
import { consoleStyles } from "./console-styles.ts";
import { renderTools } from "./console-tools.ts";
import type { FindBar, FindEvent } from "./find-bar.ts";
import type { HexView } from "./hex-view.ts";
import { LogController } from "./log-controller.ts";
import { PasteController } from "./paste-controller.ts";
import "./port-lines.ts";
import type { PortDriver } from "./port-lines.ts";
import type { SearchResult } from "./search.ts";
import { SendController } from "./send-controller.ts";
import { type ConsoleSettings, DEFAULT_SETTINGS, keepSettings, settingsOf } from "./settings.ts";
import type { ConsoleTerminal, TerminalKey } from "./terminal.ts";
import { TerminalFeed } from "./terminal-feed.ts";
import { type KeptTranscript, Transcripts } from "./transcripts.ts";
import { typedBytes } from "./typed.ts";

type ConsoleState =
  /** Nobody has opened it yet. */
  | { readonly kind: "closed" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly stream: PageStream }
  /** What was said is still there; it can be opened again. */
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

/** 16 KiB of keys that a device has not taken: somebody leans on the keyboard, or it asks for answers without end. */
const TYPED_WAITING_BYTES = 16 * 1024;

/** Milliseconds: the size of a log moves four times a second. */
const REFRESH_MS = 250;

/** Of this page, as long as it is open. */
const transcripts = new Transcripts();

export class Console extends LitElement {
  static override properties = {
    path: { attribute: false },
    actions: { attribute: false },
    driver: { attribute: false },
    name: {},
    identity: {},
    ready: { type: Boolean },
    listening: { attribute: false },
    locked: { attribute: false },
    state: { state: true },
    settings: { state: true },
    hex: { state: true },
    finding: { state: true },
    found: { state: true },
    unseen: { state: true },
    maximised: { state: true },
    note: { state: true },
  };
  static override styles = [sharedStyles, consoleStyles];

  declare path: readonly string[];
  declare actions: CardActions;
  /** The driver, where it has lines and a rate that can be set. */
  declare driver: PortDriver | undefined;
  /** For people: which console it is. */
  declare name: string;
  /** What is kept of it is kept by this name; without one, by what people call it. */
  declare identity: string;
  /** The driver runs and has its device. */
  declare ready: boolean;
  /** Why what is typed goes nowhere; undefined: it goes to the board. */
  declare listening: string | undefined;
  /** Why this person can change nothing of the port now. */
  declare locked: string | undefined;
  declare state: ConsoleState;
  declare settings: ConsoleSettings;
  declare hex: boolean;
  declare finding: boolean;
  declare found: SearchResult | undefined;
  declare unseen: number;
  declare maximised: boolean;
  /** Something to be read, until the next thing is done. */
  declare note: { readonly text: string; readonly failed: boolean } | undefined;
  readonly #container = createRef<HTMLDivElement>();
  readonly #frame = createRef<HTMLDivElement>();
  readonly #leave = createRef<HTMLButtonElement>();
  readonly #menu = createRef<HTMLDivElement>();
  readonly #menuButton = createRef<HTMLButtonElement>();
  readonly #fileInput = createRef<HTMLInputElement>();
  readonly #send = new SendController(this, {
    stream: () => this.#stream,
    onSent: (bytes) => this.#keepSent(bytes),
  });
  readonly #pasting = new PasteController(this, {
    open: () => this.#stream !== undefined,
    settings: () => this.settings,
    wantsBrackets: () => this.#terminal?.wantsBrackets ?? false,
    type: (bytes) => this.#type(bytes),
    send: (name, bytes) => void this.#send.send(name, bytes, this.settings),
  });
  readonly #log = new LogController(this, { save: (name, content) => this.actions.saveFile(name, content) });
  #kept: KeptTranscript | undefined;
  #terminal: ConsoleTerminal | undefined;
  #feed: TerminalFeed | undefined;
  #typedWaiting = 0;
  #refresh: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.name = "";
    this.identity = "";
    this.ready = false;
    this.state = { kind: "closed" };
    this.settings = DEFAULT_SETTINGS;
    this.hex = false;
    this.finding = false;
    this.unseen = 0;
    this.maximised = false;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("name") || changed.has("identity") || this.#kept === undefined) {
      this.#kept = transcripts.of(this.identity || this.name);
      this.settings = settingsOf(this.actions.recall("consoles"), this.identity || this.name);
    }
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("settings") || changed.has("listening")) this.#applyLook();
  }

  override render() {
    const { kind } = this.state;
    const shown = kind === "open" || kind === "ended" || this.#terminal !== undefined;
    return html`
      <div class="frame" ${ref(this.#frame)} popover=${this.maximised ? "manual" : nothing} @keydown=${this.#frameKey}>
        ${this.maximised ? html`<span tabindex="0" @focus=${() => this.#terminal?.focus()}></span>` : nothing}
        <div class="bar row">
          ${this.maximised ? html`<span class="title">${this.name}</span>` : nothing} ${this.#renderMainButton()}
          ${
            this.driver === undefined || this.listening !== undefined
              ? nothing
              : html`<jumptab-port-lines
                  .driver=${this.driver}
                  .actions=${this.actions}
                  .locked=${this.locked}
                  ?ready=${this.ready}
                ></jumptab-port-lines>`
          }
          <slot name="lines"></slot>
          ${shown ? this.#renderTools() : nothing}
        </div>
        ${
          this.finding
            ? html`<jumptab-find-bar
                .result=${this.found}
                @find=${this.#find}
                @close=${this.#endFind}
              ></jumptab-find-bar>`
            : nothing
        }
        <div class="screen ${this.hex ? "hex" : ""}" ?hidden=${!shown && kind !== "opening"}>
          <div class="terminal" ${ref(this.#container)}></div>
          ${
            this.hex && this.#kept !== undefined
              ? html`<jumptab-hex-view
                  .transcript=${this.#kept.transcript}
                  .openedAt=${this.#kept.openedAt ?? 0}
                  stamps=${this.settings.stamps}
                  name=${this.name}
                  @click=${this.#hexClicked}
                ></jumptab-hex-view>`
              : nothing
          }
          ${
            this.unseen > 0 && !this.hex
              ? html`<button type="button" class="small unseen" @click=${this.#toEnd}>
                  ↓ ${count(this.unseen, "new line")}
                </button>`
              : nothing
          }
        </div>
        ${this.#renderFoot()}
        ${this.maximised ? html`<span tabindex="0" @focus=${() => this.#leave.value?.focus()}></span>` : nothing}
      </div>
    `;
  }

  #renderMainButton() {
    switch (this.state.kind) {
      case "opening":
        return html`<button type="button" class="small" disabled>Opening…</button>`;
      case "open":
        return html`<button
          type="button"
          class="small"
          aria-label="Close console of ${this.name}"
          ${ref(this.#leave)}
          @click=${this.#close}
        >
          Close console
        </button>`;
      case "closed":
      case "ended":
      case "failed":
        return html`<button
          type="button"
          class="small"
          data-command="open-console"
          aria-label="Open console of ${this.name}"
          ?disabled=${!this.ready}
          @click=${this.#open}
        >
          ${icons.terminal}Open console
        </button>`;
    }
  }

  #renderTools() {
    return html`${renderTools(
      {
        name: this.name,
        hex: this.hex,
        maximised: this.maximised,
        menu: {
          settings: this.settings,
          listening: this.listening !== undefined,
          open: this.state.kind === "open",
          canBreak: this.locked === undefined && (this.driver?.calls.includes("send_break") ?? false),
          logging: this.#log.name !== undefined,
          selected: (this.#terminal?.selection ?? "") !== "",
        },
      },
      {
        toggleHex: () => this.#toggleHex(),
        find: () => void this.#beginFind(),
        toggleMaximised: () => void this.#toggleMaximised(),
        menuToggled: (event) => this.#menuToggled(event),
        closeMenu: () => this.#closeMenu(),
        menu: this.#menuActions,
      },
      { menu: this.#menu, menuButton: this.#menuButton },
    )}<input
        type="file"
        hidden
        aria-label="File to send to ${this.name}"
        ${ref(this.#fileInput)}
        @change=${this.#fileChosen}
      />`;
  }

  #renderFoot() {
    const { state } = this;
    const log = this.#log;
    return renderFoot(
      {
        pastedLines: this.#pasting.lines,
        sending: this.#send.current,
        log:
          log.name === undefined ? undefined : { name: log.name, bytes: log.bytes, lostBytes: log.lostBytes },
        words: [this.note, log.word, this.#send.outcome],
        failure: state.kind === "failed" ? state.message : undefined,
        open: state.kind === "open",
        listening: this.listening,
        maximised: this.maximised,
      },
      {
        answerPaste: (yes) => this.#answerPaste(yes),
        cancelSending: () => this.#send.cancel(),
        stopLog: () => void log.stop(),
      },
    );
  }

  // Opening and closing.

  async #open(): Promise<void> {
    this.state = { kind: "opening" };
    try {
      const terminal = await this.#loadTerminal();
      const stream = await this.actions.openStream(this.path, "connect");
      if (!this.isConnected) {
        stream.close();
        return;
      }
      if (this.#kept !== undefined) this.#kept.openedAt ??= Date.now();
      this.state = { kind: "open", stream };
      this.#applyLook();
      await this.updateComplete;
      terminal.focus();
      void this.#listen(stream);
    } catch (error) {
      this.state = { kind: "failed", message: `The console could not be opened: ${reason(error)}` };
    }
  }

  async #loadTerminal(): Promise<ConsoleTerminal> {
    const { createTerminal } = await import("./terminal.ts");
    await this.updateComplete;
    const container = this.#container.value;
    const kept = this.#kept;
    if (container === undefined || kept === undefined)
      throw new Error("the card is not on the page any more.");
    if (this.#terminal !== undefined) return this.#terminal;
    const terminal = createTerminal(container, {
      name: this.name,
      onKeys: (keys) => this.#type(typedBytes(keys, this.settings)),
      onBinary: (bytes) => this.#type(bytes),
      onPaste: (text) => this.#paste(text),
      onShortcut: (key) => this.#shortcut(key),
      onUnseen: (lines) => {
        this.unseen = lines;
      },
      onFound: (result) => {
        this.found = result;
      },
    });
    this.#terminal = terminal;
    this.#feed = new TerminalFeed(kept.transcript, terminal, () => this.settings);
    this.#applyLook();
    return terminal;
  }

  async #listen(stream: PageStream): Promise<void> {
    const transcript = this.#kept?.transcript;
    try {
      for await (const item of stream.items) {
        const now = Date.now();
        if (item.kind === "data") {
          this.#log.data("in", item.bytes, now);
          transcript?.add("in", item.bytes, now);
        } else if (item.kind === "remark") {
          transcript?.remark(item.text, now);
        } else {
          this.#log.lost(item.bytes, now);
          transcript?.lost(item.bytes, now);
        }
        if (this.#log.name !== undefined) this.#refreshSoon();
      }
      transcript?.remark("closed", Date.now());
    } catch (error) {
      transcript?.remark(`ended: ${reason(error)}`, Date.now());
    }
    if (this.state.kind === "open" && this.state.stream === stream) this.state = { kind: "ended" };
  }

  #close(): void {
    if (this.state.kind === "open") this.state.stream.close();
  }

  get #stream(): PageStream | undefined {
    return this.state.kind === "open" && this.listening === undefined ? this.state.stream : undefined;
  }

  // What goes to the device.

  #type(bytes: Uint8Array<ArrayBuffer>): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    if (this.#typedWaiting + bytes.length > TYPED_WAITING_BYTES) {
      this.note = {
        text: "The device takes nothing at the moment: what was typed now was left out.",
        failed: true,
      };
      return;
    }
    this.#forgetWords();
    this.#typedWaiting += bytes.length;
    this.#keepSent(bytes);
    void stream.write(bytes).finally(() => {
      this.#typedWaiting -= bytes.length;
    });
  }

  /** What was said has been read by somebody who types on. */
  #forgetWords(): void {
    this.note = undefined;
    this.#send.forgetOutcome();
    this.#log.forgetWord();
  }

  /** Figures that move need no drawing for each piece. */
  #refreshSoon(): void {
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      this.requestUpdate();
    }, REFRESH_MS);
  }

  #keepSent(bytes: Uint8Array): void {
    const now = Date.now();
    this.#log.data("out", bytes, now);
    this.#kept?.transcript.add("out", bytes.slice(), now);
  }

  #paste(text: string): void {
    if (!this.#pasting.paste(text)) return;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".paste")?.focus());
  }

  #answerPaste(yes: boolean): void {
    this.#toEnd();
    this.#pasting.answer(yes);
  }

  #fileChosen(): void {
    const input = this.#fileInput.value;
    const file = input?.files?.[0];
    if (input === undefined || file === undefined) return;
    input.value = "";
    this.#terminal?.focus();
    void this.#send.send(file.name, file, this.settings);
  }

  async #sendBreak(): Promise<void> {
    this.#closeMenu();
    try {
      await this.actions.call(this.path, "send_break", []);
      this.note = { text: "A break was sent.", failed: false };
    } catch (error) {
      this.note = { text: `No break was sent: ${reason(error)}`, failed: true };
    }
  }

  // What is shown, kept and copied.

  readonly #menuActions: MenuActions = {
    set: (change) => {
      const before = this.settings;
      this.settings = { ...before, ...change };
      this.actions.remember(
        "consoles",
        keepSettings(this.actions.recall("consoles"), this.identity || this.name, this.settings),
      );
      const { controls, echo, lineFeedReturns } = this.settings;
      const redraw =
        controls !== before.controls || echo !== before.echo || lineFeedReturns !== before.lineFeedReturns;
      this.#applyLook();
      if (redraw) this.#feed?.redraw();
    },
    sendFile: () => {
      this.#closeMenu();
      this.#fileInput.value?.click();
    },
    sendBreak: () => void this.#sendBreak(),
    startLog: () => {
      this.#closeMenu();
      const { logStamps, logTyped } = this.settings;
      void this.#log.start(this.#fileName("log"), { stamps: logStamps, typed: logTyped });
    },
    stopLog: () => {
      this.#closeMenu();
      void this.#log.stop();
    },
    copySelection: () => {
      this.#closeMenu();
      void this.#copy(this.#terminal?.selection ?? "");
    },
    copyAll: () => {
      this.#closeMenu();
      void this.#copy(this.#hexView?.text ?? this.#terminal?.text ?? "");
    },
    saveAll: () => {
      this.#closeMenu();
      const hex = this.#hexView;
      if (hex !== null) this.actions.saveFile(this.#fileName("hex.txt"), hex.text);
      else if (this.#kept !== undefined) {
        this.actions.saveFile(this.#fileName("log"), new Blob([...this.#kept.transcript.all("in")]));
      }
    },
    clear: () => {
      this.#closeMenu();
      this.#kept?.transcript.clear();
      this.#feed?.skip();
      this.#hexView?.clear();
      this.#terminal?.clear();
    },
  };

  #applyLook(): void {
    const { stamps, lineFeedReturns } = this.settings;
    this.#terminal?.look(
      { stamps, lineFeedReturns, listening: this.listening !== undefined },
      this.#kept?.openedAt ?? 0,
    );
  }

  async #copy(text: string): Promise<void> {
    if (text === "") return;
    const copied = await this.actions.copy(text);
    if (copied) this.note = { text: "Copied.", failed: false };
  }

  /** `board-serial-2026-11-21T14-03-59.log` */
  #fileName(ending: string): string {
    const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    return `${this.name.replaceAll(/[^\w.-]+/g, "-") || "console"}-${time}.${ending}`;
  }

  get #hexView(): HexView | null {
    return this.renderRoot.querySelector("jumptab-hex-view");
  }

  #toggleHex(): void {
    this.hex = !this.hex;
    if (this.hex) this.#endFind();
    this.#terminal?.focus();
  }

  /** A click that selects nothing is for typing. */
  #hexClicked(): void {
    if (getSelection()?.isCollapsed !== false) this.#terminal?.focus();
  }

  #toEnd(): void {
    this.#terminal?.toEnd();
    this.#terminal?.focus();
  }

  // Finding.

  async #beginFind(): Promise<void> {
    this.hex = false;
    this.finding = true;
    await this.updateComplete;
    const bar: FindBar | null = this.renderRoot.querySelector("jumptab-find-bar");
    await bar?.updateComplete;
    bar?.focus();
  }

  #find(event: FindEvent): void {
    const { search, direction, incremental } = event.detail;
    if (search.text === "") this.#terminal?.endFind();
    else this.#terminal?.find(search, direction, { incremental });
  }

  #endFind(): void {
    if (!this.finding) return;
    this.finding = false;
    this.found = undefined;
    this.#terminal?.endFind();
    this.#terminal?.focus();
  }

  // Keys, the menu, the full window.

  #shortcut(key: TerminalKey): void {
    switch (key) {
      case "leave":
        this.#leave.value?.focus();
        return;
      case "find":
        void this.#beginFind();
        return;
      case "copy":
        void this.#copy(this.#terminal?.selection ?? "");
        return;
      case "maximise":
        void this.#toggleMaximised();
        return;
    }
  }

  #frameKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || !this.maximised) return;
    event.preventDefault();
    void this.#toggleMaximised();
  }

  async #toggleMaximised(): Promise<void> {
    this.maximised = !this.maximised;
    await this.updateComplete;
    if (this.maximised) this.#frame.value?.showPopover();
    this.#terminal?.focus();
  }

  #closeMenu(): void {
    const menu = this.#menu.value;
    if (menu?.matches(":popover-open")) menu.hidePopover();
    this.#terminal?.focus();
  }

  /** Below its button, and within the window. */
  #menuToggled(event: ToggleEvent): void {
    const menu = this.#menu.value;
    const button = this.#menuButton.value;
    if (event.newState !== "open" || menu === undefined || button === undefined) return;
    placeBelow(menu, button, "right");
    menu.querySelector<HTMLElement>("select, input, button")?.focus();
    // What can be copied may have changed.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A card that is moved on the page is back at once, and goes on.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  #end(): void {
    clearTimeout(this.#refresh);
    this.#refresh = undefined;
    this.#send.cancel();
    this.#pasting.answer(false);
    void this.#log.stop();
    this.#close();
    this.#feed?.[Symbol.dispose]();
    this.#feed = undefined;
    this.#terminal?.dispose();
    this.#terminal = undefined;
    this.state = { kind: "closed" };
    this.maximised = false;
    this.hex = false;
    this.finding = false;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

customElements.define("jumptab-console", Console);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-console": Console;
  }
}
