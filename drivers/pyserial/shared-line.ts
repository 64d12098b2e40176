/**
 * What clients' streams hang on: it outlives openings of the port, so that a port that is lent, or comes back after a reset, is a pause.
 * Above: shared-port.ts joins it with the port of the moment, port-stream.ts gives it a client's bytes. Below: open-port.ts, fan-out.ts.
 * What clients send in a pause waits: a chunk of each at most, the next ones are held back at the client.
 */

import type { Clock } from "../base/clock.ts";
import { DriverError } from "../base/error.ts";
import { Waiters } from "../base/waiters.ts";
import { FanOut } from "./fan-out.ts";
import { FLUSH_STALL_MS, type OpenPort } from "./open-port.ts";

export class SharedLine {
  readonly fanOut = new FanOut();
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #changed = new Waiters();
  #port: OpenPort | undefined;
  /** Why there is no port, for people. */
  #pausedBy = "";

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted when the streams are to end; the reason is a DriverError. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The port is open: what waited goes on. */
  join(port: OpenPort): void {
    this.#port = port;
    this.#changed.wake();
  }

  /** There is no port for a while. */
  pause(why: string): void {
    this.#port = undefined;
    this.#pausedBy = why;
  }

  /** The orderly end: readers see the end of the stream, writers the reason. */
  end(reason: DriverError): void {
    this.#stop(reason);
    this.fanOut.end();
  }

  /** Readers and writers get the error. */
  fail(reason: DriverError): void {
    this.#stop(reason);
    this.fanOut.fail(reason);
  }

  /** Resolves when the device has it all. Rejects with a DriverError when the line is over, or the device has a fault. */
  async write(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      this.over.throwIfAborted();
      const port = this.#port;
      if (port === undefined || port.over.aborted) await this.#changed.wait();
      else rest = rest.subarray(await port.write(rest));
    }
  }

  /** Rejects with a DriverError when nothing has been taken for a while; ends with the signal's reason. */
  async stalled(signal: AbortSignal): Promise<never> {
    for (;;) {
      const port = this.#port;
      if (port === undefined || port.over.aborted) {
        await this.#clock.sleep(FLUSH_STALL_MS, { signal });
        if (this.#port === undefined) throw new DriverError("device-in-use", this.#pausedBy);
        continue;
      }
      try {
        return await port.stalled(AbortSignal.any([signal, port.over]));
      } catch (cause) {
        if (signal.aborted || !port.over.aborted) throw cause;
      }
    }
  }

  #stop(reason: DriverError): void {
    if (this.over.aborted) return;
    this.#over.abort(reason);
    this.#port = undefined;
    this.#changed.wake();
  }
}
