/**
 * The catalogue of driver types: what runs here, and why the rest of Jumpstarter's drivers does not.
 * Above: the page checks configurations against it and builds from it. Below: drivers/<name>/, each loaded when it is
 * first needed. The only file that knows them all.
 * Specification: the driver packages of Jumpstarter 0.9, by the import path that configurations write.
 */

import type { Catalogue, CatalogueEntry } from "./base/catalogue.ts";
import { notHere } from "./not-here.ts";

type Available = Extract<CatalogueEntry, { kind: "available" }>;

const available: ReadonlyMap<string, Available> = new Map([
  entry(
    "jumpstarter_driver_composite.driver.Composite",
    "A group of drivers under one name.",
    async () => (await import("./composite/driver.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_power.driver.MockPower",
    "A pretended power switch that logs what it is told.",
    async () => (await import("./power/driver.ts")).mockPower,
  ),
  entry(
    "jumpstarter_driver_power.driver.SyncMockPower",
    "A pretended power switch that logs what it is told.",
    async () => (await import("./power/driver.ts")).syncMockPower,
  ),
  entry(
    "jumpstarter_driver_network.driver.EchoNetwork",
    "A stream that echoes what it is sent.",
    async () => (await import("./network/driver.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_esp32.driver.Esp32Flasher",
    "Flashes chips of Espressif's over a serial port.",
    async () => (await import("./esp32/driver.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_opendal.driver.MockFlasher",
    "A pretended board to flash, which keeps what it is given.",
    async () => (await import("./storage/driver.ts")).mockFlasher,
  ),
  entry(
    "jumpstarter_driver_opendal.driver.MockStorageMux",
    "A pretended memory card between host and board.",
    async () => (await import("./storage/driver.ts")).mockStorageMux,
  ),
  entry(
    "jumpstarter_driver_opendal.driver.MockStorageMuxFlasher",
    "A pretended memory card between host and board, which can be flashed.",
    async () => (await import("./storage/driver.ts")).mockStorageMuxFlasher,
  ),
  entry(
    "jumpstarter_driver_opendal.driver.Opendal",
    "A file system for clients, in memory or in a folder of the browser.",
    async () => (await import("./opendal/driver.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_pi_pico.driver.PiPicoFlasher",
    "Flashes a Raspberry Pi Pico over USB.",
    async () => (await import("./pi-pico/driver.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_pyserial.driver.PySerial",
    "A serial port, or loop://.",
    async () => (await import("./pyserial/driver.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_probe_rs.driver.ProbeRs",
    "A microcontroller behind a debug probe with CMSIS-DAP.",
    async () => (await import("./cmsis-dap/probe-rs.ts")).definition,
  ),
  entry(
    "jumpstarter_driver_stlink_msd.driver.StlinkMsdFlasher",
    "A microcontroller that its probe flashes, over CMSIS-DAP.",
    async () => (await import("./cmsis-dap/stlink-msd.ts")).definition,
  ),
  entry(
    "jumptab.simulator.ProbeBoard",
    "A simulated microcontroller board with a debug probe.",
    async () => (await import("./probe-board/driver.ts")).definition,
  ),
  entry(
    "jumptab.simulator.DemoBoard",
    "A simulated board with power and a serial console.",
    async () => (await import("./demo-board/driver.ts")).definition,
  ),
  entry(
    "jumptab.simulator.Esp32Board",
    "A simulated ESP32 board with power, a serial console and a flasher.",
    async () => (await import("./esp32-board/driver.ts")).definition,
  ),
  entry(
    "jumptab.simulator.PicoBoard",
    "A simulated Raspberry Pi Pico with a serial console and a flasher.",
    async () => (await import("./pico-board/driver.ts")).definition,
  ),
]);

export const catalogue: Catalogue = {
  find: (type) => available.get(type) ?? notHere.get(type),
  available: [...available.keys()],
  absent: [...notHere.keys()],
};

function entry(type: string, summary: string, load: Available["load"]): readonly [string, Available] {
  return [type, { kind: "available", summary, load }];
}
