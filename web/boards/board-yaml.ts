/**
 * The ExporterConfig for a board that was just plugged in, with the drivers that a person has said yes to.
 * Above: web/window/board-desk.ts. Below: board.ts. The texts pass check-exporter-config.ts.
 */

import { yamlText } from "../config/yaml-text.ts";
import type { Board } from "./board.ts";
import type { DriverKind } from "./fitting-drivers.ts";

export interface BoardConfig {
  readonly yaml: string;
  /** Which drivers have the board's device, by path joined with ".": what the bench remembers its choice by. */
  readonly paths: readonly string[];
}

/** @param wanted Those of `board.drivers`; what the others stand on comes by itself. */
export function boardConfig(name: string, board: Board, wanted: ReadonlySet<DriverKind>): BoardConfig {
  const serial = board.via === "serial";
  const drivers = [
    ...(serial ? [{ path: "serial", text: console(board) }] : []),
    ...(wanted.has("esp32") ? [{ path: undefined, text: ESP32 }] : []),
    ...(wanted.has("pico") ? [{ path: serial ? undefined : "pico", text: pico(serial) }] : []),
    ...(wanted.has("probe") ? [{ path: serial ? undefined : "probe", text: probe(board) }] : []),
  ];
  return {
    yaml: `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${yamlText(name)}
export:
${drivers.map(({ text }) => text).join("")}`,
    paths: drivers.flatMap(({ path }) => path ?? []),
  };
}

function console({ name, usbId }: Board): string {
  const [url, comment] =
    usbId === undefined
      ? [
          "/dev/ttyS0",
          "A path says nothing to a browser: the page asks once which port it is, and remembers it.",
        ]
      : [`hwgrep://${usbId}`, "Found by its USB ids, on whatever port it is plugged in."];
  return `  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    description: ${yamlText(usbId === undefined ? name : withId(name, usbId))}
    config:
      # ${comment}
      url: ${yamlText(url)}
      baudrate: 115200
`;
}

/** A stranger's name is its ids already. */
function withId(name: string, usbId: string): string {
  return name.includes(usbId) ? name : `${name} ${usbId}`;
}

const ESP32 = `  # Clients need jumpstarter-driver-esp32.
  esp32:
    type: jumpstarter_driver_esp32.driver.Esp32Flasher
    config:
      # For the transfer; a board that does not keep up wants 115200.
      baudrate: 460800
    children:
      # Console and flasher share one port.
      serial:
        ref: serial
`;

function pico(serial: boolean): string {
  const withConsole = `    children:
      # The way from its program into the boot loader.
      serial:
        ref: serial
`;
  return `  # Clients need jumpstarter-driver-pi-pico.
  pico:
    type: jumpstarter_driver_pi_pico.driver.PiPicoFlasher
${serial ? withConsole : ""}`;
}

function probe({ usbId }: Board): string {
  return `  # Clients need jumpstarter-driver-probe-rs.
  probe:
    type: jumpstarter_driver_probe_rs.driver.ProbeRs
${usbId === undefined ? "" : `    config:\n      probe: ${yamlText(usbId)}\n`}`;
}
