/**
 * MockFlasher, MockStorageMux and MockStorageMuxFlasher: storage without a board, which keeps what is flashed and gives it back.
 * Above: the registry. Below: drivers/base; the bytes are images of the page's store.
 * Specification: jumpstarter_driver_opendal.driver.MockFlasher, MockStorageMux and MockStorageMuxFlasher.
 */

import * as v from "valibot";
import { type Driver, type DriverContext, type DriverDefinition, defineDriver } from "../base/driver.ts";
import { exportedCall, exportedMethods } from "../base/methods.ts";
import { resourceArgument } from "../base/resource.ts";
import { Slots } from "./slots.ts";

/** The partition of a flash that names none. */
const DEFAULT_PARTITION = "default";

export const mockFlasher = defineDriver({
  type: "jumpstarter_driver_opendal.driver.MockFlasher",
  summary: "A pretended board to flash: keeps what it is given, by partition. Needs nothing.",
  about: { title: "Mock flasher", category: "storage" },
  config: v.strictObject({}),
  create: createMockFlasher,
});

export const mockStorageMux = defineMockMux(
  "jumpstarter_driver_opendal.driver.MockStorageMux",
  "jumpstarter_driver_opendal.client.StorageMuxClient",
);

export const mockStorageMuxFlasher = defineMockMux(
  "jumpstarter_driver_opendal.driver.MockStorageMuxFlasher",
  "jumpstarter_driver_opendal.client.StorageMuxFlasherClient",
);

const partition = v.nullish(v.string("the partition's name is no text"));

function createMockFlasher(context: DriverContext): Driver {
  const slots = new Slots(context, {
    show: (partitions) => context.setState({ partitions }),
    missing: (name) => `nothing was flashed to the partition ${name} yet: flash it first`,
  });
  return {
    clientClass: "jumpstarter_driver_opendal.client.FlasherClient",
    category: "storage",
    methods: exportedMethods({
      flash: exportedCall({ source: resourceArgument, partition }, ({ source, partition }, options) =>
        slots.store(partition ?? DEFAULT_PARTITION, source, options),
      ),
      dump: exportedCall({ target: resourceArgument, partition }, ({ target, partition }, options) =>
        slots.load(partition ?? DEFAULT_PARTITION, target, options),
      ),
    }),
    verify: (image, target, options) => slots.verify(target ?? DEFAULT_PARTITION, image, options),
    [Symbol.asyncDispose]: async () => slots.dispose(),
  };
}

function defineMockMux(type: string, clientClass: string): DriverDefinition {
  return defineDriver({
    type,
    summary:
      "A pretended memory card that is switched between host and board: keeps what is written. Needs nothing.",
    about: {
      title: type.endsWith("Flasher") ? "Mock storage to flash" : "Mock storage",
      category: "storage",
    },
    config: v.strictObject({}),
    create: (context) => createMockMux(context, clientClass),
  });
}

/** The one thing on the card. */
const CARD = "card";

/** As upstream's, it can be written and read wherever it is switched to; clients that flash switch it themselves. */
function createMockMux(context: DriverContext, clientClass: string): Driver {
  const { log, setState } = context;
  const slots = new Slots(context, {
    show: ({ [CARD]: card = null }) => setState({ card }),
    // A card that nobody has written is empty, not missing.
    missing: undefined,
  });
  const connect = (connected: "host" | "dut" | "off") => () => {
    log.info(connected === "off" ? "storage off" : `storage to ${connected}`);
    setState({ connected });
  };
  setState({ connected: "off" });
  return {
    clientClass,
    category: "storage",
    methods: exportedMethods({
      host: exportedCall({}, connect("host")),
      dut: exportedCall({}, connect("dut")),
      off: exportedCall({}, connect("off")),
      write: exportedCall({ src: resourceArgument }, ({ src }, options) => slots.store(CARD, src, options)),
      read: exportedCall({ dst: resourceArgument }, ({ dst }, options) => slots.load(CARD, dst, options)),
    }),
    verify: (image, _target, options) => slots.verify(CARD, image, options),
    [Symbol.asyncDispose]: async () => slots.dispose(),
  };
}
