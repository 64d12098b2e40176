/**
 * Calls that wait for a page that is on its way: oldest first, each for a bounded time, all of them within a number and a
 * size, of which one address has a share. Above: gateway.ts. Below: after-timeout.ts; another timer may come in by constructor. Knows no HTTP.
 */

import { afterTimeout } from "./after-timeout.ts";
import {
  MAX_PARKED_ADDRESS_BYTES,
  MAX_PARKED_BYTES,
  MAX_PARKED_CALLS,
  PARK_LOOK_AGAIN_MS,
} from "./limits.ts";

export interface ParkedCall {
  /** Whose share of the room it takes. */
  readonly address: string;
  /** What it may hold while it waits. */
  readonly bytes: number;
  readonly waitMs: number;
  /** Go on, or be answered. @returns false to wait on. */
  settle(): boolean;
  /** Its time is over. `settle` is not called any more. */
  expire(): void;
}

export interface ParkingOptions {
  readonly maxCalls?: number;
  readonly maxBytes?: number;
  readonly maxBytesPerAddress?: number;
  readonly lookAgainMs?: number;
  /** Calls back once after `ms` milliseconds, unless the returned function is called first. */
  readonly after?: (ms: number, run: () => void) => () => void;
}

interface Place {
  readonly call: ParkedCall;
  readonly stopTimer: () => void;
}

export class Parking {
  readonly #maxCalls: number;
  readonly #maxBytes: number;
  readonly #maxBytesPerAddress: number;
  readonly #lookAgainMs: number;
  readonly #after: (ms: number, run: () => void) => () => void;
  /** In the order in which they came. */
  readonly #places = new Set<Place>();
  #bytes = 0;
  /** Of addresses that have some. */
  readonly #bytesOf = new Map<string, number>();
  #waking = false;
  #wakeAgain = false;
  #stopLooking: (() => void) | undefined;

  constructor(options: ParkingOptions = {}) {
    this.#maxCalls = options.maxCalls ?? MAX_PARKED_CALLS;
    this.#maxBytes = options.maxBytes ?? MAX_PARKED_BYTES;
    this.#maxBytesPerAddress = options.maxBytesPerAddress ?? MAX_PARKED_ADDRESS_BYTES;
    this.#lookAgainMs = options.lookAgainMs ?? PARK_LOOK_AGAIN_MS;
    this.#after = options.after ?? afterTimeout;
  }

  get stats(): { calls: number; bytes: number } {
    return { calls: this.#places.size, bytes: this.#bytes };
  }

  /** @returns the function that gives the place up; undefined when there is no room, and nothing was parked. */
  park(call: ParkedCall): (() => void) | undefined {
    if (!this.#hasRoom(call)) return undefined;
    const place: Place = {
      call,
      stopTimer: this.#after(call.waitMs, () => {
        this.#leave(place);
        call.expire();
      }),
    };
    this.#places.add(place);
    this.#charge(call.address, call.bytes);
    this.#stopLooking ??= this.#after(this.#lookAgainMs, () => this.#lookAgain());
    return () => this.#leave(place);
  }

  /** Something has changed: each call looks, in the order in which they came, whether it can go on. */
  wake(): void {
    // A call that goes on may change something itself. The others look after it, never inside it: nobody is overtaken.
    if (this.#waking) {
      this.#wakeAgain = true;
      return;
    }
    this.#waking = true;
    try {
      do {
        this.#wakeAgain = false;
        for (const place of [...this.#places]) {
          if (this.#places.has(place) && place.call.settle()) this.#leave(place);
        }
      } while (this.#wakeAgain);
    } finally {
      this.#waking = false;
    }
  }

  #hasRoom({ address, bytes }: ParkedCall): boolean {
    if (this.#places.size >= this.#maxCalls || this.#bytes + bytes > this.#maxBytes) return false;
    return (this.#bytesOf.get(address) ?? 0) + bytes <= this.#maxBytesPerAddress;
  }

  #charge(address: string, bytes: number): void {
    this.#bytes += bytes;
    const ofAddress = (this.#bytesOf.get(address) ?? 0) + bytes;
    if (ofAddress > 0) this.#bytesOf.set(address, ofAddress);
    else this.#bytesOf.delete(address);
  }

  #lookAgain(): void {
    this.#stopLooking = undefined;
    this.wake();
    if (this.#places.size > 0) {
      this.#stopLooking ??= this.#after(this.#lookAgainMs, () => this.#lookAgain());
    }
  }

  #leave(place: Place): void {
    if (!this.#places.delete(place)) return;
    place.stopTimer();
    this.#charge(place.call.address, -place.call.bytes);
    if (this.#places.size > 0) return;
    this.#stopLooking?.();
    this.#stopLooking = undefined;
  }
}
