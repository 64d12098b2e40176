/** A catalogue as the worker describes one, small. */

import type { CatalogueDriver, CatalogueField, DriverCatalogue } from "../../messages.ts";

const field = (about: Partial<CatalogueField> & Pick<CatalogueField, "key" | "kind">): CatalogueField => ({
  required: false,
  default: null,
  description: `About ${about.key}.`,
  options: [],
  examples: [],
  min: undefined,
  max: undefined,
  integer: false,
  ...about,
});

const driver = (
  about: Partial<CatalogueDriver> & Pick<CatalogueDriver, "type" | "title" | "category">,
): CatalogueDriver => ({
  summary: `A ${about.title}.`,
  name: undefined,
  needs: [],
  children: [],
  group: false,
  brings: [],
  fields: [],
  ...about,
});

const SERIAL = "jumpstarter_driver_pyserial.driver.PySerial";

export const sampleCatalogue: DriverCatalogue = {
  drivers: [
    driver({
      type: "jumpstarter_driver_composite.driver.Composite",
      title: "Group",
      category: "composite",
      group: true,
    }),
    driver({
      type: "jumpstarter_driver_power.driver.MockPower",
      title: "Mock power switch",
      category: "power",
    }),
    driver({
      type: SERIAL,
      title: "Serial port",
      category: "serial",
      needs: ["serial"],
      fields: [
        field({ key: "url", kind: "text", required: true, examples: ["/dev/ttyUSB0", "loop://"] }),
        field({ key: "baudrate", kind: "number", default: 115_200, min: 1, max: 50_000_000, integer: true }),
        field({ key: "check_present", kind: "boolean", default: true }),
      ],
    }),
    driver({
      type: "jumpstarter_driver_esp32.driver.Esp32Flasher",
      title: "ESP32 flasher",
      category: "storage",
      children: [{ name: "serial", types: [SERIAL], required: true }],
      fields: [field({ key: "chip", kind: "choice", default: "ESP32", options: ["ESP32", "ESP32-C3"] })],
    }),
    driver({
      type: "jumptab.simulator.DemoBoard",
      title: "Demo board",
      category: "composite",
      brings: ["power", "serial"],
    }),
  ],
  absent: [
    {
      type: "jumpstarter_driver_network.driver.TcpNetwork",
      kind: "impossible",
      reason: "a page cannot open TCP sockets: export it with the Python exporter on a host",
    },
  ],
  common: [field({ key: "log_level", kind: "choice", default: "INFO", options: ["DEBUG", "INFO"] })],
};
