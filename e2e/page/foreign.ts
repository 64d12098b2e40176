/**
 * A driver for a client class that this project has never heard of: from someone else's package, or from none.
 * Above: test-drivers.ts. Below: drivers/base.
 */

import * as v from "valibot";
import { type Driver, defineDriver } from "../../drivers/base/driver.ts";
import { exportedCall, exportedMethods } from "../../drivers/base/methods.ts";

export const foreign = defineDriver({
  type: "jumptab.test.Foreign",
  summary: "A driver with the client class that its configuration names, for tests.",
  config: v.strictObject({ client: v.string() }),
  create: (_context, config) => new Foreign(config.client),
});

class Foreign implements Driver {
  readonly clientClass: string;
  readonly category = "other";
  readonly labels = { "example.com/made-by": "someone else" };
  #blinks = 0;

  readonly methods = exportedMethods({
    /** Blink so often; the answer is how often in all. */
    blink: exportedCall({ times: v.optional(v.number(), 1) }, ({ times }) => {
      this.#blinks += times;
      return this.#blinks;
    }),
  });

  constructor(clientClass: string) {
    this.clientClass = clientClass;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
