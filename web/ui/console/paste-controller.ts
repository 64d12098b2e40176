/**
 * What is pasted into a console: a short line goes as if it were typed; of more a person is asked first, and can see it go and cancel it.
 * Above: console.ts. Below: typed.ts, send-controller.ts.
 */

import type { ReactiveControllerHost } from "lit";
import type { ConsoleSettings } from "./settings.ts";
import { bracketed, lineCount, pastedText } from "./typed.ts";

/** A paste of one line up to here goes as if it were typed; longer ones can be seen and cancelled. */
const SHORT_PASTE_CHARACTERS = 512;

export interface PasteTarget {
  /** The console is open, and what is typed goes to the board. */
  open(): boolean;
  settings(): ConsoleSettings;
  /** The program in the terminal has asked for signs around a paste. */
  wantsBrackets(): boolean;
  type(bytes: Uint8Array<ArrayBuffer>): void;
  send(name: string, bytes: Blob): void;
}

export class PasteController {
  readonly #host: ReactiveControllerHost;
  readonly #target: PasteTarget;
  #asked: { readonly text: string; readonly lines: number } | undefined;

  constructor(host: ReactiveControllerHost, target: PasteTarget) {
    this.#host = host;
    this.#target = target;
  }

  /** Of the paste that waits for an answer; undefined: none does. */
  get lines(): number | undefined {
    return this.#asked?.lines;
  }

  /** @returns Whether the person has to be asked. */
  paste(text: string): boolean {
    if (text === "" || !this.#target.open()) return false;
    if (!/[\r\n]/.test(text) && text.length <= SHORT_PASTE_CHARACTERS) {
      this.#target.type(this.#bytes(text));
      return false;
    }
    this.#asked = { text, lines: lineCount(text) };
    this.#host.requestUpdate();
    return true;
  }

  answer(yes: boolean): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#host.requestUpdate();
    if (yes && asked !== undefined) this.#target.send("the paste", new Blob([this.#bytes(asked.text)]));
  }

  #bytes(text: string): Uint8Array<ArrayBuffer> {
    const lines = pastedText(text, this.#target.settings());
    return new TextEncoder().encode(this.#target.wantsBrackets() ? bracketed(lines) : lines);
  }
}
