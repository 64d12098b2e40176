/**
 * What stands below a console: a question about a paste, what is being sent, the log, the last word, and how to leave.
 * Above: console.ts. Below: nothing. It only draws.
 */

import { html, nothing } from "lit";
import { count, bytes as sizeText } from "../shared/format.ts";
import type { Sending } from "./send-controller.ts";

export interface FootState {
  /** Of a paste that waits for an answer. */
  readonly pastedLines: number | undefined;
  readonly sending: Sending | undefined;
  readonly log: { readonly name: string; readonly bytes: number; readonly lostBytes: number } | undefined;
  readonly words: readonly ({ readonly text: string; readonly failed: boolean } | undefined)[];
  /** Why it could not be opened. */
  readonly failure: string | undefined;
  readonly open: boolean;
  /** Why what is typed goes nowhere; undefined: it goes to the board. */
  readonly listening: string | undefined;
  readonly maximised: boolean;
}

export interface FootActions {
  answerPaste(yes: boolean): void;
  cancelSending(): void;
  stopLog(): void;
}

export function renderFoot(state: FootState, actions: FootActions) {
  return html`<div class="foot">
    ${state.pastedLines === undefined ? nothing : renderPaste(state.pastedLines, actions)}
    ${state.sending === undefined ? nothing : renderSending(state.sending, actions)}
    ${state.log === undefined ? nothing : renderLog(state.log, actions)}
    <div role="status">${renderWords(state.words, false)}</div>
    <div role="alert">
      ${renderWords(state.words, true)}
      ${state.failure === undefined ? nothing : html`<p class="failed">${state.failure}</p>`}
    </div>
    <p class="hint small muted" ?hidden=${!state.open}>
      ${
        state.listening === undefined
          ? "All keys go to the board."
          : html`<strong>You are listening.</strong> ${state.listening}`
      }
      <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>X</kbd> leaves the console${
        state.maximised ? html`, then <kbd>Esc</kbd> the full window` : nothing
      }.
    </p>
  </div>`;
}

function renderPaste(lines: number, { answerPaste }: FootActions) {
  return html`<div
    class="line question"
    role="group"
    aria-label="Paste"
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      answerPaste(false);
    }}
  >
    <span class="grow">Paste ${count(lines, "line")}? Each line end is an Enter.</span>
    <button type="button" class="small primary paste" @click=${() => answerPaste(true)}>Paste</button>
    <button type="button" class="small" @click=${() => answerPaste(false)}>Cancel</button>
  </div>`;
}

function renderSending({ name, sent, total }: Sending, { cancelSending }: FootActions) {
  return html`<div class="line">
    <span>Sending ${name}</span>
    <progress aria-label="Sending ${name}" max=${Math.max(1, total)} value=${sent}></progress>
    <span class="muted">${sizeText(sent)} of ${sizeText(total)}</span>
    <button type="button" class="small" @click=${cancelSending}>Cancel</button>
  </div>`;
}

function renderLog({ name, bytes, lostBytes }: FootState["log"] & object, { stopLog }: FootActions) {
  return html`<div class="line">
    <span class="chip in-use">Log</span>
    <span>${name}, ${sizeText(bytes)}</span>
    ${
      lostBytes > 0
        ? html`<span class="failed">${lostBytes.toLocaleString("en")} bytes are missing</span>`
        : nothing
    }
    <button type="button" class="small" @click=${stopLog}>Stop the log</button>
  </div>`;
}

function renderWords(words: FootState["words"], failed: boolean) {
  return words.map((word) =>
    word?.failed === failed
      ? html`<p class="small ${failed ? "failed" : "muted"}">${word.text}</p>`
      : nothing,
  );
}
