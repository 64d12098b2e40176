/**
 * The catalogue of the page under test: the product's own, and the test drivers of this folder.
 * Above: page/worker.ts. Below: the drivers beside this file, drivers/registry.ts.
 */

import type { Catalogue, CatalogueEntry } from "../../drivers/base/catalogue.ts";
import type { DriverDefinition } from "../../drivers/base/driver.ts";
import { foreign } from "./foreign.ts";
import { lab } from "./lab.ts";
import { oddFlasher } from "./odd-flasher.ts";
import { scriptedSerial } from "./scripted-serial.ts";
import { virtualPower } from "./virtual-power.ts";

const DEFINITIONS = [foreign, lab, oddFlasher, scriptedSerial, virtualPower];

/** `product`, with the test drivers before it. */
export function withTestDrivers(product: Catalogue): Catalogue {
  const own = new Map(DEFINITIONS.map((definition) => [definition.type, entryOf(definition)]));
  return {
    find: (type) => own.get(type) ?? product.find(type),
    ...(product.absent && { absent: product.absent }),
    available: [...product.available, ...own.keys()],
  };
}

function entryOf(definition: DriverDefinition): CatalogueEntry {
  return { kind: "available", summary: definition.summary, load: async () => definition };
}
