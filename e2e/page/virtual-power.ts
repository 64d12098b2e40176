/**
 * A power driver whose `off` takes an argument, as that of a virtual machine does.
 * Above: test-drivers.ts. Below: drivers/base. Its client class is `VirtualPowerClient`.
 */

import * as v from "valibot";
import { type Driver, defineDriver } from "../../drivers/base/driver.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../../drivers/base/methods.ts";

export const virtualPower = defineDriver({
  type: "jumptab.test.VirtualPower",
  summary: "A virtual machine's power, for tests.",
  config: v.strictObject({}),
  create: () => new VirtualPower(),
});

class VirtualPower implements Driver {
  readonly clientClass = "jumpstarter_driver_power.client.VirtualPowerClient";
  readonly category = "power";
  #offs: JsonValue[] = [];

  readonly methods = exportedMethods({
    on: exportedCall({}, () => undefined),
    off: exportedCall({ destroy: v.optional(v.boolean()) }, ({ destroy }) => {
      this.#offs.push(destroy ?? null);
    }),
    read: exportedStreamingCall({}, async function* () {
      yield { voltage: 0, current: 0 };
    }),
    /** The argument of every `off` so far. */
    offs: exportedCall({}, () => this.#offs),
  });

  async [Symbol.asyncDispose](): Promise<void> {}
}
