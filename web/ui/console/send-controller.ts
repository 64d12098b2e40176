/**
 * A file or a paste that goes to the device, one at a time: how far it is, and its cancel.
 * Above: console.ts. Below: paced-sender.ts, the console's stream.
 */

import type { ReactiveControllerHost } from "lit";
import type { PageStream } from "../model.ts";
import { type Pace, sendPaced } from "./paced-sender.ts";

export interface Sending {
  readonly name: string;
  readonly sent: number;
  readonly total: number;
}

/** Milliseconds between two looks at the progress: drawing each piece would cost more than sending it. */
const PROGRESS_MS = 100;

export interface SendOutcome {
  readonly text: string;
  readonly failed: boolean;
}

export interface SendTarget {
  /** Undefined when the console is not open. */
  stream(): PageStream | undefined;
  /** So many were handed over. */
  onSent(bytes: Uint8Array): void;
}

export class SendController {
  readonly #host: ReactiveControllerHost;
  readonly #target: SendTarget;
  #abort: AbortController | undefined;
  #current: Sending | undefined;
  #outcome: SendOutcome | undefined;

  constructor(host: ReactiveControllerHost, target: SendTarget) {
    this.#host = host;
    this.#target = target;
  }

  get current(): Sending | undefined {
    return this.#current;
  }

  /** How the last one ended, where that wants a word. */
  get outcome(): SendOutcome | undefined {
    return this.#outcome;
  }

  cancel(): void {
    this.#abort?.abort(new Error("cancelled"));
  }

  forgetOutcome(): void {
    if (this.#outcome === undefined) return;
    this.#outcome = undefined;
    this.#host.requestUpdate();
  }

  async send(name: string, content: Blob, pace: Pace): Promise<void> {
    if (this.#current !== undefined) {
      this.#outcome = { text: `Still sending ${this.#current.name}: cancel it, or wait.`, failed: true };
      this.#host.requestUpdate();
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    const total = content.size;
    let last = 0;
    let shownAt = 0;
    this.#show({ name, sent: 0, total }, undefined);
    try {
      await sendPaced(chunksOf(content), {
        pace,
        sleep: wait,
        signal: abort.signal,
        write: (bytes) => this.#write(bytes),
        onProgress: (sent) => {
          last = sent;
          this.#current = { name, sent, total };
          const now = Date.now();
          if (now - shownAt < PROGRESS_MS) return;
          shownAt = now;
          this.#host.requestUpdate();
        },
      });
      this.#show(undefined, { text: `Sent ${name}.`, failed: false });
    } catch (error) {
      const how = `${last.toLocaleString("en")} of ${total.toLocaleString("en")} bytes of ${name} were sent`;
      const why = error instanceof Error ? error.message : String(error);
      const text = abort.signal.aborted ? `Cancelled: ${how}.` : `${how}, not the rest: ${why}`;
      this.#show(undefined, { text, failed: true });
    }
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const stream = this.#target.stream();
    if (stream !== undefined) await stream.write(bytes);
    if (stream === undefined || this.#target.stream() !== stream) throw new Error("the console was closed.");
    this.#target.onSent(bytes);
  }

  #show(current: Sending | undefined, outcome: SendOutcome | undefined): void {
    this.#current = current;
    this.#outcome = outcome;
    this.#host.requestUpdate();
  }
}

async function* chunksOf(content: Blob): AsyncGenerator<Uint8Array> {
  const reader = content.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

function wait(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", over);
      resolve();
    }, ms);
    if (signal.aborted) over();
    else signal.addEventListener("abort", over, { once: true });
  });
}
