/**
 * A driver that does everything that can go wrong, and the odd things that clients have to bear.
 * Above: test-drivers.ts. Below: drivers/base. Its client class is the power client's: the tests use `client.call()`.
 */

import * as v from "valibot";
import { type Driver, type DriverContext, defineDriver } from "../../drivers/base/driver.ts";
import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import {
  type CallOptions,
  exportedCall,
  exportedMethods,
  exportedStreamingCall,
} from "../../drivers/base/methods.ts";

const CODES: readonly DriverErrorCode[] = [
  "invalid-argument",
  "not-implemented",
  "timeout",
  "connection",
  "device-not-bound",
  "device-missing",
  "device-in-use",
  "device-disconnected",
  "device-io",
  "other",
];

export const lab = defineDriver({
  type: "jumptab.test.Lab",
  summary: "Errors, odd values, slow and endless calls, for tests.",
  config: v.strictObject({}),
  create: (context) => new Lab(context),
});

class Lab implements Driver {
  readonly clientClass = "jumpstarter_driver_power.client.PowerClient";
  readonly category = "power";
  readonly #context: DriverContext;
  #cancelledSleeps = 0;
  #stoppedGenerators = 0;
  #counted = 0;

  readonly methods = exportedMethods({
    on: exportedCall({}, () => undefined),
    off: exportedCall({}, () => undefined),
    read: exportedStreamingCall({}, async function* () {
      yield { voltage: 1, current: 1 };
    }),

    /** Fail as a driver does; `plain` is an exception that no driver should throw. */
    fail: exportedCall({ code: v.picklist([...CODES, "plain"]), text: v.string() }, ({ code, text }) => {
      throw code === "plain" ? new Error(text) : new DriverError(code, text);
    }),
    /** So many items, then an error. */
    fail_after: exportedStreamingCall(
      { items: v.number(), text: v.string() },
      async function* ({ items, text }) {
        for (let item = 0; item < items; item += 1) yield item;
        throw new DriverError("device-io", text);
      },
    ),
    /** An error text of so many characters, with what gRPC has to encode in it. */
    fail_long: exportedCall({ characters: v.number() }, ({ characters }) => {
      const part = "a line with é and 100%\nand another; ";
      throw new DriverError("other", part.repeat(Math.ceil(characters / part.length)).slice(0, characters));
    }),

    echo: exportedCall({ value: v.any() }, ({ value }) => value as JsonValue),
    /** The length of a text: for arguments too large to send back. */
    measure: exportedCall({ text: v.string() }, ({ text }) => text.length),
    not_finite: exportedCall({}, () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]),
    stream_not_finite: exportedStreamingCall({}, async function* () {
      yield { voltage: Number.NaN, current: Number.POSITIVE_INFINITY };
    }),

    /** Sleep; a client that goes away wakes it. */
    sleep: exportedCall({ milliseconds: v.number() }, (args, options) =>
      this.#sleep(args.milliseconds, options),
    ),
    cancelled_sleeps: exportedCall({}, () => this.#cancelledSleeps),
    /** Count to `limit`, one number every `milliseconds`. */
    count: exportedStreamingCall({ limit: v.number(), milliseconds: v.number() }, (args, options) =>
      this.#count(args.limit, args.milliseconds, options),
    ),
    /** What the last count has reached. */
    counted: exportedCall({}, () => this.#counted),
    stopped_generators: exportedCall({}, () => this.#stoppedGenerators),

    /** Log `count` lines: `MESSAGE 1` to `MESSAGE count`; only `MESSAGE` when it is one. */
    log: exportedCall(
      { severity: v.picklist(["debug", "info", "warning", "error"]), message: v.string(), count: v.number() },
      ({ severity, message, count }) => {
        for (let line = 1; line <= count; line += 1) {
          this.#context.log[severity](count === 1 ? message : `${message} ${line}`);
        }
      },
    ),
    /** Hold the page's worker, as a driver in an endless loop would. */
    hang: exportedCall({ milliseconds: v.number() }, ({ milliseconds }) => {
      const end = performance.now() + milliseconds;
      while (performance.now() < end);
    }),
  });

  constructor(context: DriverContext) {
    this.#context = context;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #sleep(milliseconds: number, { signal }: CallOptions): Promise<undefined> {
    try {
      await this.#context.clock.sleep(milliseconds, { signal });
    } catch (error) {
      this.#cancelledSleeps += 1;
      throw error;
    }
  }

  async *#count(limit: number, milliseconds: number, { signal }: CallOptions): AsyncIterable<number> {
    try {
      for (let number = 1; number <= limit; number += 1) {
        this.#counted = number;
        yield number;
        await this.#context.clock.sleep(milliseconds, { signal });
      }
    } finally {
      this.#stoppedGenerators += 1;
    }
  }
}
