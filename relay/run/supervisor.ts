/**
 * Keeps a browser with the exporter's page running: starts it, starts it again when it falls, with growing pauses.
 * Above: main.ts. Below: browser.ts, as a function; the exporter's presence, as a function.
 *
 * States: `starting` (the browser runs, its exporter has not attached yet), `attached`, `lost` (was attached; the page
 * redials by itself, a dead page does not), `pausing` (the browser fell), `stopped`.
 */

import type { Logger } from "../logging.ts";
import type { Browser, BrowserExit } from "./browser.ts";
import { ATTACH_EXPECTED_MS, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, PAGE_GONE_MS, RAN_WELL_MS } from "./limits.ts";

export interface SupervisorOptions {
  start(): Promise<Browser>;
  isAttached(): boolean;
  /** Calls back whenever `isAttached` may have changed, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Called at each attach. */
  onAttached(): void;
  readonly log: Logger;
  readonly timing?: Partial<SupervisorTiming>;
}

export interface SupervisorTiming {
  readonly attachExpectedMs: number;
  readonly pageGoneMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly ranWellMs: number;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #timing: SupervisorTiming;
  readonly #stopped = new AbortController();
  #browser: Browser | undefined;
  #done: Promise<void> | undefined;
  #falls = 0;
  /** It is to end at once. */
  #killed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#timing = {
      attachExpectedMs: ATTACH_EXPECTED_MS,
      pageGoneMs: PAGE_GONE_MS,
      firstPauseMs: FIRST_PAUSE_MS,
      longestPauseMs: LONGEST_PAUSE_MS,
      ranWellMs: RAN_WELL_MS,
      ...options.timing,
    };
  }

  start(): void {
    this.#done ??= this.#run();
  }

  /** End the browser at once, without asking it first; `stop` still says when it is gone. */
  kill(): void {
    this.#killed = true;
    this.#stopped.abort();
    this.#browser?.kill();
  }

  /** End the browser and stay so. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#browser?.stop();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    while (!this.#stopped.signal.aborted) {
      const startedAt = performance.now();
      const end = await this.#runOnce();
      if (this.#stopped.signal.aborted) return;
      if (performance.now() - startedAt >= this.#timing.ranWellMs) this.#falls = 0;
      const pauseMs = Math.min(this.#timing.firstPauseMs * 2 ** this.#falls, this.#timing.longestPauseMs);
      this.#falls += 1;
      log.error(`${end}; starting it again in ${pauseMs / 1000} s`, { falls: this.#falls });
      await pause(pauseMs, this.#stopped.signal);
    }
  }

  /** One life of the browser; resolves with the sentence that says how it ended. */
  async #runOnce(): Promise<string> {
    let browser: Browser;
    try {
      browser = await this.#options.start();
    } catch (error) {
      return `the browser could not be started: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#browser = browser;
    // It may have been told to end while the browser started.
    if (this.#killed) browser.kill();
    else if (this.#stopped.signal.aborted) await browser.stop();
    const watch = this.#watchPage(browser);
    const exit = await browser.exited;
    this.#browser = undefined;
    return watch.end() ?? exitSentence(exit);
  }

  /** Follows the exporter while the browser lives. `end` says whether we ended the browser, and why. */
  #watchPage(browser: Browser): { end(): string | undefined } {
    const { log, isAttached, onChange, onAttached } = this.#options;
    const { attachExpectedMs, pageGoneMs } = this.#timing;
    let attached = false;
    let reason: string | undefined;
    let timer: NodeJS.Timeout | undefined = setTimeout(() => {
      log.error(
        `the page has not attached its exporter within ${attachExpectedMs / 1000} s: ` +
          "look at its messages above, or open it in a browser to see what it says",
      );
    }, attachExpectedMs);
    const look = (): void => {
      if (isAttached() === attached) return;
      attached = !attached;
      clearTimeout(timer);
      if (attached) {
        onAttached();
        return;
      }
      timer = setTimeout(() => {
        reason = `the page has been gone for ${pageGoneMs / 1000} s, so the browser was ended`;
        void browser.stop();
      }, pageGoneMs);
    };
    const stopListening = onChange(look);
    look();
    return {
      end() {
        clearTimeout(timer);
        stopListening();
        return reason;
      },
    };
  }
}

function exitSentence({ code, signal, error }: BrowserExit): string {
  if (error !== undefined) return `the browser could not be started: ${error}`;
  return signal === null ? `the browser ended with exit code ${code}` : `the browser was ended by ${signal}`;
}

/** Resolves after `ms`, or at once when the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
