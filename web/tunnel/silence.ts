/**
 * Notices a peer that says nothing: asks it for a sign of life first, and gives it up after a bound.
 * Above: dial.ts. Below: a clock. Specification: docs/tunnel-protocol.md, "Life".
 */

import type { Clock } from "../../drivers/base/clock.ts";

/** 12 s: the relay pings every 5 s; two missed pings and some slack mean that the line is dead. */
export const SILENCE_LIMIT_MS = 12_000;

/** 5 s without a word from the relay, and the page asks. */
export const PING_AFTER_MS = 5_000;

/** 2.5 s for the answer, when there is a reason to doubt the line: the network has changed, or the computer has slept. */
export const PROBE_MS = 2_500;

/** 1 s between two looks: a lost connection is noticed in time, and a sleep of the computer shows as a long second. */
export const LOOK_MS = 1_000;

export interface SilenceOptions {
  readonly clock: Clock;
  /** A number that changes with each message from the peer. */
  readonly heard: () => number;
  readonly ping: () => void;
}

export class Silence {
  readonly #options: SilenceOptions;
  #heardAt: number;
  #before: number;
  /** The line is doubted since then. */
  #doubtedAt: number | undefined;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#before = options.heard();
  }

  /** Something has happened that connections often do not survive: ask now, and do not wait long. */
  doubt(): void {
    this.#look();
    // Doubts that follow each other do not put off the verdict.
    this.#doubtedAt ??= this.#options.clock.now();
    this.#options.ping();
  }

  /** Resolves with a sentence when the peer is taken for gone; rejects when the signal is aborted. */
  async tooLong({ signal }: { signal: AbortSignal }): Promise<string> {
    const { clock, ping } = this.#options;
    for (;;) {
      const before = clock.now();
      await clock.sleep(LOOK_MS, { signal });
      this.#look();
      const now = clock.now();
      const silentMs = now - this.#heardAt;
      if (this.#doubtedAt !== undefined && now - this.#doubtedAt >= PROBE_MS) {
        return "the connection to the relay did not survive a change of the network or a sleep of the computer";
      }
      // Timers stand still while a computer sleeps; what it heard before says nothing of now.
      if (now - before >= LOOK_MS + PROBE_MS) this.doubt();
      else if (silentMs >= SILENCE_LIMIT_MS)
        return `the relay has been silent for ${SILENCE_LIMIT_MS / 1000} s`;
      else if (silentMs >= PING_AFTER_MS) ping();
    }
  }

  #look(): void {
    const heard = this.#options.heard();
    if (heard === this.#before) return;
    this.#before = heard;
    this.#heardAt = this.#options.clock.now();
    this.#doubtedAt = undefined;
  }
}
