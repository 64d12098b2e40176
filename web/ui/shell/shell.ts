/**
 * A terminal in the page: its own shell, with `j` for the page's own drivers. Opened when it is asked for: the
 * interpreter is large.
 * Above: bench.ts. Below: PageActions.openShell, scrollback.ts, shell-history.ts.
 */

import { html, LitElement, nothing, type PropertyValues } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { PageActions, PageShell } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { promptOf } from "./prompt.ts";
import { append, type Entry, type EntryKind, endsInLine } from "./scrollback.ts";
import { NO_HISTORY, readHistory, type ShellHistory, step, withLine, writeHistory } from "./shell-history.ts";
import { shellStyles } from "./styles.ts";

type ShellState =
  /** Nobody has opened it yet. */
  | { readonly kind: "closed" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly shell: PageShell; readonly running: boolean }
  /** What was said is still there; another can be opened. */
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

/** So near to the end counts as at the end, in pixels: about a line. */
const AT_END_PX = 24;

export class Shell extends LitElement {
  static override properties = {
    actions: { attribute: false },
    running: { type: Boolean },
    state: { state: true },
    scrollback: { state: true },
    cwd: { state: true },
    copied: { state: true },
  };
  static override styles = [sharedStyles, shellStyles];

  declare actions: PageActions;
  /** The exporter runs. */
  declare running: boolean;
  declare state: ShellState;
  declare scrollback: readonly Entry[];
  /** The shell's working directory. */
  declare cwd: string;
  declare copied: boolean;
  readonly #output = createRef<HTMLPreElement>();
  readonly #input = createRef<HTMLInputElement>();
  #history: ShellHistory = NO_HISTORY;
  /** What was said until now; `scrollback` is what of it is drawn. */
  #said: readonly Entry[] = [];
  #frame: number | undefined;
  #atEnd = true;

  constructor() {
    super();
    this.state = { kind: "closed" };
    this.scrollback = [];
    this.cwd = "~";
    this.copied = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#history = readHistory(this.actions.recall("shell-history"));
  }

  override render() {
    const { kind } = this.state;
    const shown = kind === "open" || this.scrollback.length > 0;
    return html`
      <div class="head row">
        ${icons.terminal}
        <h2 id="title">Terminal</h2>
        <span class="grow"></span>
        ${shown ? this.#renderButtons() : null}
      </div>
      <p class="small muted">
        A shell of the page's own, with <code>j</code> for the drivers above. Its files are in memory: nothing of this
        computer is in its reach.
      </p>
      ${kind === "open" ? null : this.#renderOpening()}
      ${shown ? this.#renderScreen() : null}
      <div role="alert">${
        this.state.kind === "failed" ? html`<p class="failed">${this.state.message}</p>` : null
      }</div>
    `;
  }

  #renderOpening() {
    if (this.state.kind === "opening") {
      return html`<p class="hint row" role="status">
        <button type="button" class="small" disabled>Opening…</button>
        <span class="small muted">Loading the interpreter, about 1 MB, the first time.</span>
      </p>`;
    }
    return html`<div class="hint row">
      <button type="button" class="small" ?disabled=${!this.running} @click=${this.open}>
        ${icons.terminal}${this.state.kind === "ended" ? "Open again" : "Open terminal"}
      </button>
      ${this.running ? null : html`<span class="small muted">Works while the exporter runs: press Start.</span>`}
    </div>`;
  }

  #renderButtons() {
    const running = this.state.kind === "open" && this.state.running;
    return html`
      ${
        running
          ? html`<button type="button" class="small" title="Ctrl-C" @click=${this.#interrupt}>Interrupt</button>`
          : null
      }
      <button type="button" class="small quiet" title="Ctrl-L" @click=${this.#clear}>Clear</button>
      <button type="button" class="small quiet" @click=${this.#copy}>
        ${this.copied ? "Copied" : "Copy text"}
      </button>
    `;
  }

  #renderScreen() {
    const open = this.state.kind === "open";
    const running = this.state.kind === "open" && this.state.running;
    return html`
      <div class="screen" @keydown=${this.#key} @click=${this.#focusInput}>
        <pre
          class="output"
          role="log"
          aria-label="Terminal output"
          tabindex="0"
          ${ref(this.#output)}
          @scroll=${this.#noteScroll}
        >${repeat(
          this.scrollback,
          ({ key }) => key,
          ({ kind, text }) => html`<span class=${kind}>${text}</span>`,
        )}</pre>
        <div class="prompt" ?hidden=${!open}>
          <label for="line" title=${this.cwd}>${promptOf(this.cwd)}</label>
          <input
            id="line"
            ${ref(this.#input)}
            aria-label="Command"
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            spellcheck="false"
            enterkeyhint="send"
            placeholder=${running ? "Running. Ctrl-C interrupts." : nothing}
            ?readonly=${running}
            @paste=${this.#paste}
          />
        </div>
      </div>
    `;
  }

  /** Nothing while it is open; needs the exporter to run. */
  async open(): Promise<void> {
    if (this.state.kind === "open") this.#input.value?.focus();
    if (this.state.kind === "open" || this.state.kind === "opening") return;
    this.state = { kind: "opening" };
    try {
      const shell = await this.actions.openShell({
        output: (stream, text) => this.#say(stream, text),
        closed: (message) => this.#ended(message),
      });
      // Put away meanwhile, or over already.
      if (!this.isConnected || this.state.kind !== "opening") {
        shell.close();
        return;
      }
      if (this.#said.length === 0) this.#remark(WELCOME);
      this.state = { kind: "open", shell, running: false };
      await this.updateComplete;
      this.#input.value?.focus();
    } catch (error) {
      this.state = { kind: "failed", message: `The terminal could not be opened: ${reason(error)}` };
    }
  }

  #ended(message: string | undefined): void {
    this.#remark(`— ${message ?? "the shell has ended"} —`);
    this.state = { kind: "ended" };
    this.cwd = "~";
  }

  async #run(line: string): Promise<void> {
    if (this.state.kind !== "open" || this.state.running) return;
    const { shell } = this.state;
    this.#atEnd = true;
    this.#say("command", `${promptOf(this.cwd)} ${line}\n`);
    if (line.trim() === "") return;
    this.#history = withLine(this.#history, line);
    this.actions.remember("shell-history", writeHistory(this.#history));
    this.state = { kind: "open", shell, running: true };
    try {
      const { exitCode, cwd } = await shell.run(line);
      this.cwd = cwd;
      if (exitCode !== 0) this.#remark(exitText(exitCode));
    } catch {
      return; // The shell is over; `closed` has said why.
    }
    if (this.state.kind === "open" && this.state.shell === shell) {
      this.state = { kind: "open", shell, running: false };
    }
  }

  /** Drawn with the next frame: a command may say thousands of lines in one, and each drawing measures them all. */
  #say(kind: EntryKind, text: string): void {
    this.#said = append(this.#said, kind, text);
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.scrollback = this.#said;
    });
  }

  /** On a line of its own. */
  #remark(text: string): void {
    this.#say("remark", `${endsInLine(this.#said) ? "\n" : ""}${text}\n`);
  }

  override updated(changed: PropertyValues): void {
    const output = this.#output.value;
    if (output !== undefined && this.#atEnd && changed.has("scrollback"))
      output.scrollTop = output.scrollHeight;
  }

  #noteScroll(): void {
    const output = this.#output.value;
    if (output === undefined) return;
    this.#atEnd = output.scrollHeight - output.scrollTop - output.clientHeight < AT_END_PX;
  }

  #key(event: KeyboardEvent): void {
    const control = event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (control && event.key === "c") this.#controlC(event);
    else if (control && event.key === "l") this.#takeKey(event, () => this.#clear());
    else if (event.target !== this.#input.value) return;
    else if (event.key === "Enter" && !event.isComposing) this.#takeKey(event, () => this.#enter());
    else if (event.key === "ArrowUp") this.#takeKey(event, () => this.#step("older"));
    else if (event.key === "ArrowDown") this.#takeKey(event, () => this.#step("newer"));
  }

  #takeKey(event: KeyboardEvent, act: () => void): void {
    event.preventDefault();
    act();
  }

  /** With something selected it copies, as everywhere; else it interrupts, or puts the line away. */
  #controlC(event: KeyboardEvent): void {
    const input = this.#input.value;
    if (input === undefined || hasSelection(input)) return;
    event.preventDefault();
    if (this.state.kind !== "open") return;
    if (this.state.running) {
      this.#interrupt();
      return;
    }
    this.#say("command", `${promptOf(this.cwd)} ${input.value}^C\n`);
    this.#write("");
    this.#history = { ...this.#history, at: this.#history.lines.length, draft: "" };
  }

  #enter(): void {
    const input = this.#input.value;
    if (input === undefined || input.readOnly) return;
    const line = input.value;
    this.#write("");
    void this.#run(line);
  }

  #step(direction: "older" | "newer"): void {
    const input = this.#input.value;
    if (input === undefined || input.readOnly) return;
    const next = step(this.#history, direction, input.value);
    if (next === undefined) return;
    this.#history = next.history;
    this.#write(next.line);
  }

  #write(line: string): void {
    const input = this.#input.value;
    if (input === undefined) return;
    input.value = line;
    input.setSelectionRange(line.length, line.length);
  }

  /** A field of one line would join lines without a sign between them. */
  #paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const input = this.#input.value;
    if (input === undefined || input.readOnly || !/[\r\n]/.test(text.trim())) return;
    event.preventDefault();
    const lines = text.split(/[\r\n]+/).map((line) => line.trim());
    const { selectionStart, selectionEnd } = input;
    input.setRangeText(
      lines.filter(Boolean).join("; "),
      selectionStart ?? input.value.length,
      selectionEnd ?? input.value.length,
      "end",
    );
  }

  #interrupt(): void {
    if (this.state.kind === "open") this.state.shell.interrupt();
    this.#input.value?.focus();
  }

  #clear(): void {
    this.#said = [];
    this.scrollback = [];
    this.#atEnd = true;
    this.#input.value?.focus();
  }

  /** A click anywhere writes; who has selected something keeps it. */
  #focusInput(): void {
    const input = this.#input.value;
    if (input !== undefined && !hasSelection(input)) input.focus();
  }

  async #copy(): Promise<void> {
    const text = this.#said.map((entry) => entry.text).join("");
    this.copied = await this.actions.copy(text);
  }

  /** It was moved within the page: what runs goes on. A browser that has this callback calls neither of the other two. */
  connectedMoveCallback(): void {}

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.state.kind === "open") this.state.shell.close();
    this.state = { kind: "closed" };
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#said = [];
    this.scrollback = [];
  }
}

const WELCOME = "j --help lists the drivers, help the commands of the shell.";

function exitText(exitCode: number): string {
  return exitCode === 130 ? "interrupted" : `exit code ${exitCode}`;
}

function hasSelection(input: HTMLInputElement): boolean {
  return input.selectionStart !== input.selectionEnd || (getSelection()?.toString() ?? "") !== "";
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

customElements.define("jumptab-shell", Shell);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-shell": Shell;
  }
}
