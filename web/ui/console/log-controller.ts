/**
 * A console's log while it runs: its file, how much is in it, and what went wrong.
 * Above: console.ts. Below: log-writer.ts, log-sinks.ts.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { rawLines, stampedLines } from "./log-lines.ts";
import { chooseFile, hasFilePicker, memorySink } from "./log-sinks.ts";
import { LogWriter } from "./log-writer.ts";
import type { Direction } from "./transcript.ts";

export interface LogTarget {
  /** Give the person a file, as a download. */
  save(name: string, content: Blob): void;
}

export class LogController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #target: LogTarget;
  #running: { readonly name: string; readonly writer: LogWriter } | undefined;
  #word: string | undefined;
  #failed = false;

  constructor(host: ReactiveControllerHost, target: LogTarget) {
    this.#host = host;
    this.#target = target;
    host.addController(this);
  }

  /** The name of the file, while a log runs. */
  get name(): string | undefined {
    return this.#running?.name;
  }

  get bytes(): number {
    return this.#running?.writer.bytes ?? 0;
  }

  get lostBytes(): number {
    return this.#running?.writer.lostBytes ?? 0;
  }

  /** What is to be said of the last one. */
  get word(): { readonly text: string; readonly failed: boolean } | undefined {
    return this.#word === undefined ? undefined : { text: this.#word, failed: this.#failed };
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#flushWhenHidden);
    addEventListener("beforeunload", this.#askBeforeLeaving);
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#flushWhenHidden);
    removeEventListener("beforeunload", this.#askBeforeLeaving);
  }

  /** Needs a click. */
  async start(suggested: string, { stamps, typed }: { stamps: boolean; typed: boolean }): Promise<void> {
    if (this.#running !== undefined) return;
    this.#say(undefined);
    try {
      const chosen = hasFilePicker(window)
        ? await chooseFile(window, suggested)
        : { name: suggested, sink: memorySink((content) => this.#target.save(suggested, content)) };
      if (chosen === undefined || this.#running !== undefined) return;
      const writer = new LogWriter({
        sink: chosen.sink,
        lines: stamps ? stampedLines() : rawLines,
        typed,
        onFailure: (message) => void this.#failedWith(chosen.name, message),
      });
      this.#running = { name: chosen.name, writer };
      this.#host.requestUpdate();
    } catch (error) {
      this.#say(`There is no log: ${reason(error)}`, true);
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const { name, writer } = running;
    const missing = writer.lostBytes;
    this.#say(undefined);
    try {
      await writer.stop();
      const lack =
        missing === 0 ? "" : `, without ${missing.toLocaleString("en")} bytes that the page was too slow for`;
      this.#say(`${name} is complete${lack}.`, missing > 0);
    } catch (error) {
      this.#say(`${name} could not be finished: ${reason(error)}`, true);
    }
  }

  data(direction: Direction, bytes: Uint8Array, at: number): void {
    this.#running?.writer.data(direction, bytes, at);
  }

  lost(bytes: number, at: number): void {
    this.#running?.writer.lost(bytes, at);
  }

  forgetWord(): void {
    if (this.#word !== undefined) this.#say(undefined);
  }

  /** A tab that is hidden may be put away without another word. */
  readonly #flushWhenHidden = (): void => {
    if (document.visibilityState === "hidden") void this.#running?.writer.flush();
  };

  /** A page that goes takes with it what is not in the file yet. */
  readonly #askBeforeLeaving = (event: BeforeUnloadEvent): void => {
    if (this.#running !== undefined) event.preventDefault();
  };

  async #failedWith(name: string, message: string): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#say(`The log ${name} has ended: ${message}`, true);
    // What was written until then is the person's.
    await running?.writer.stop().catch(() => undefined); // the failure is told
  }

  #say(word: string | undefined, failed = false): void {
    this.#word = word;
    this.#failed = failed;
    this.#host.requestUpdate();
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
