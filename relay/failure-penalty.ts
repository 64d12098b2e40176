/**
 * Wrong passphrases and attach tokens: counted for each address, and answered later the more there are.
 * Above: gateway.ts, tunnel-endpoint.ts. Below: address-limits.ts. Clock and timer come in by constructor.
 *
 * What it is for: a program that tries one secret after the other and waits for each answer soon gets a dozen a minute, the
 * log stays short, and the operator reads who it was.
 * What it is not for: whoever does not wait knows that a secret was wrong when the answer of a right one would have been
 * there. No delay of wrong ones can hide that, and to delay or refuse right ones would lock out everybody who shares an
 * address with an attacker. So guessing is made hopeless by the secret (those that are made up here have 128 bits), and
 * the answer tells nothing but "wrong": it is the same, and as late, whatever was presented and whoever is attached.
 */

import { AddressCount } from "./address-limits.ts";
import { afterTimeout } from "./after-timeout.ts";
import {
  FAILURE_FIRST_DELAY_MS,
  FAILURE_LOG_INTERVAL_MS,
  FAILURE_MAX_DELAY_MS,
  FAILURES_PER_MINUTE,
  MAX_DELAYED_FAILURES,
  MAX_DELAYED_FAILURES_PER_ADDRESS,
  MAX_FAILURE_ADDRESSES,
} from "./limits.ts";

export interface FailurePenaltyOptions {
  /** So many a minute are answered at once. */
  readonly perMinute?: number;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly maxAddresses?: number;
  readonly maxDelayed?: number;
  readonly maxDelayedPerAddress?: number;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
  /** Calls back once after `ms` milliseconds, unless the returned function is called first. */
  readonly after?: (ms: number, run: () => void) => () => void;
}

export interface Failure {
  /** 0: it has been answered. */
  readonly delayMs: number;
  /** What to log: how many this line stands for. Undefined: another line has been written just now. */
  readonly logAs: number | undefined;
  /** The peer has gone and needs no answer any more. May be called late, and twice. */
  forget(): void;
}

/** What is known of an address: about 100 bytes. */
interface Past {
  /** Failures, less those that time has forgiven. */
  score: number;
  at: number;
  loggedAt: number;
  unlogged: number;
}

interface Delayed {
  readonly answer: () => void;
  end(): void;
}

export class FailurePenalty {
  readonly #perMinute: number;
  readonly #firstDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #maxAddresses: number;
  readonly #maxDelayed: number;
  readonly #now: () => number;
  readonly #after: (ms: number, run: () => void) => () => void;
  /** The one that failed longest ago comes first, and is forgotten first. */
  readonly #pasts = new Map<string, Past>();
  readonly #delayed = new Set<Delayed>();
  readonly #delayedOf: AddressCount;

  constructor(options: FailurePenaltyOptions = {}) {
    this.#perMinute = options.perMinute ?? FAILURES_PER_MINUTE;
    this.#firstDelayMs = options.firstDelayMs ?? FAILURE_FIRST_DELAY_MS;
    this.#maxDelayMs = options.maxDelayMs ?? FAILURE_MAX_DELAY_MS;
    this.#maxAddresses = options.maxAddresses ?? MAX_FAILURE_ADDRESSES;
    this.#maxDelayed = options.maxDelayed ?? MAX_DELAYED_FAILURES;
    this.#delayedOf = new AddressCount(options.maxDelayedPerAddress ?? MAX_DELAYED_FAILURES_PER_ADDRESS);
    this.#now = options.now ?? (() => performance.now());
    this.#after = options.after ?? afterTimeout;
  }

  /** Addresses that are remembered, and answers that wait. */
  get stats(): { addresses: number; delayed: number } {
    return { addresses: this.#pasts.size, delayed: this.#delayed.size };
  }

  /**
   * Count a wrong secret of this address.
   *
   * @param answer Refuses the peer. Called exactly once: now, later, or not at all after `forget()`.
   */
  failed(address: string, answer: () => void): Failure {
    const past = this.#count(address);
    const delayMs = this.#delayMs(past);
    const logAs = this.#logAs(past, delayMs);
    const forget = delayMs === 0 ? undefined : this.#delay(address, delayMs, answer);
    if (forget === undefined) {
      answer();
      return { delayMs: 0, logAs, forget: () => undefined };
    }
    return { delayMs, logAs, forget };
  }

  /** Give every answer that waits; the relay ends. */
  answerAll(): void {
    for (const delayed of [...this.#delayed]) {
      delayed.end();
      delayed.answer();
    }
  }

  #count(address: string): Past {
    const now = this.#now();
    const past = this.#pasts.get(address) ?? {
      score: 0,
      at: now,
      loggedAt: Number.NEGATIVE_INFINITY,
      unlogged: 0,
    };
    const forgiven = ((now - past.at) * this.#perMinute) / MINUTE_MS;
    // Bounded, so that an address is as good as new two minutes after its last failure.
    past.score = Math.min(Math.max(0, past.score - forgiven) + 1, 2 * this.#perMinute);
    past.at = now;
    this.#pasts.delete(address);
    this.#pasts.set(address, past);
    if (this.#pasts.size > this.#maxAddresses) {
      const [oldest] = this.#pasts.keys();
      if (oldest !== undefined) this.#pasts.delete(oldest);
    }
    return past;
  }

  #delayMs({ score }: Past): number {
    const beyond = Math.ceil(score - this.#perMinute);
    if (beyond <= 0) return 0;
    return Math.min(this.#firstDelayMs * 2 ** (beyond - 1), this.#maxDelayMs);
  }

  /** Each of the first ones is told; then one line stands for many. */
  #logAs(past: Past, delayMs: number): number | undefined {
    past.unlogged += 1;
    if (delayMs > 0 && past.at - past.loggedAt < FAILURE_LOG_INTERVAL_MS) return undefined;
    const { unlogged } = past;
    past.loggedAt = past.at;
    past.unlogged = 0;
    return unlogged;
  }

  /** @returns the function that drops the answer; undefined when too many wait already. */
  #delay(address: string, delayMs: number, answer: () => void): (() => void) | undefined {
    if (this.#delayed.size >= this.#maxDelayed) return undefined;
    const leave = this.#delayedOf.enter(address);
    if (leave === undefined) return undefined;
    const stop = this.#after(delayMs, () => {
      delayed.end();
      answer();
    });
    const delayed: Delayed = {
      answer,
      end: () => {
        stop();
        leave();
        this.#delayed.delete(delayed);
      },
    };
    this.#delayed.add(delayed);
    return () => delayed.end();
  }
}

const MINUTE_MS = 60_000;
