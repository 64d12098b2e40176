/**
 * Says that bytes were lost, without flooding the log when a line is noisy.
 * Above: open-port.ts. Below: the driver's log and the clock.
 */

import type { Clock } from "../base/clock.ts";
import { driverErrorFromDom } from "../base/dom-error.ts";
import type { DriverLog } from "../base/log.ts";

/** Milliseconds in which further faults are only counted: a wrong baud rate makes thousands a second. */
const QUIET_MS = 1000;

export class FaultLog {
  readonly #clock: Clock;
  readonly #log: DriverLog;
  readonly #label: string;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #uncounted = 0;

  constructor(clock: Clock, log: DriverLog, label: string) {
    this.#clock = clock;
    this.#log = log;
    this.#label = label;
  }

  /** A fault after which the port goes on. */
  fault(cause: unknown): void {
    const now = this.#clock.now();
    if (now < this.#quietUntil) {
      this.#uncounted += 1;
      return;
    }
    const more = this.#uncounted === 0 ? "" : `, and ${this.#uncounted} more faults before`;
    this.#uncounted = 0;
    this.#quietUntil = now + QUIET_MS;
    this.#log.warning(`bytes may be lost: ${driverErrorFromDom(cause, this.#label).message}${more}`);
  }
}
