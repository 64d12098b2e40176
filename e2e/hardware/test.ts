/**
 * `test` with the page in a browser that has a real serial port, and a board on it. Skipped, with the reason, where
 * that cannot be.
 * Above: the specs of this folder. Below: fixtures.ts, lab.ts.
 */

import { test as base } from "../fixtures.ts";
import type { ExporterPage } from "../pages/exporter-page.ts";
import { ADAPTER, Lab, missing } from "./lab.ts";

export { expect } from "../fixtures.ts";

/** A bench whose console is on the simulated adapter, found by its ids. */
const BENCH = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  namespace: default
  name: hardware
export:
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: hwgrep://${ADAPTER.vendorId}:${ADAPTER.productId}
      baudrate: 115200
`;

/** What the card says of a port that it has: whose ids they are, and for which wish of the configuration. */
export const BOUND = /Raspberry Pi Pico 2e8a:000a\s+for/;

export interface HardwareOptions {
  /** Whether a policy grants the port to the relay's own origin; else a person has to take it in the chooser. */
  granted: boolean;
  /** The adapter's; null: it has none, as many cheap ones. */
  serialNumber: string | null;
}

export interface HardwareFixtures {
  /** The browser and the board. */
  lab: Lab;
  /** The page is there before each test, whether the test names it or not, unless `startPage` is off. */
  attached: ExporterPage;
}

export const test = base.extend<HardwareOptions & HardwareFixtures>({
  bench: BENCH,
  granted: [true, { option: true }],
  serialNumber: ["SN1", { option: true }],

  // There is one /dev/ttyS0, and each test puts its own board there: that is per namespace, so they may run side by side.
  lab: async ({ folder, relay, granted, serialNumber }, use) => {
    const why = await missing();
    test.skip(why !== undefined, why);
    await using lab = await Lab.start({
      folder,
      grantTo: granted ? relay.origin : undefined,
      serialNumber: serialNumber ?? undefined,
    });
    await use(lab);
  },

  exporterPage: async ({ lab, relay, startPage }, use) => {
    {
      await using page = lab.newPage(() => relay.url);
      if (startPage) await page.open();
      await use(page);
    }
    // The browser ends next, and would take the page's farewell with it: the relay would wait half a minute for such a page.
    if (relay.running) await relay.expectExporters(0);
  },

  attached: [({ exporterPage }, use) => use(exporterPage), { auto: true }],
});
