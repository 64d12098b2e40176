/**
 * Configurations that the page writes for people: the demo board, with hooks or files too.
 * Above: "Try a demo board" and the other demo boards of the page. Below: yaml-text.ts; they are texts, and pass check-exporter-config.ts.
 */

import { yamlText } from "./yaml-text.ts";

/** A simulated board, with its power and serial also at the top, so that `j power on` and `j serial start-console` work. */
export function demoBoardYaml(name: string): string {
  return `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${yamlText(name)}
description: A simulated board, to look around without hardware
# Shown at the start of every "jmp shell".
motd: |
  This is a demo board. Try:
    j power on
    j power read
    j serial start-console    (leave with Ctrl-B, three times)
export:
  # It boots when its power comes on, stops at its boot loader on a key, and logs in as root.
  board:
    type: jumptab.simulator.DemoBoard
    description: A simulated board with a power switch and a serial console
  # The board's own parts under short names: "j power on" instead of "j board power on".
  power:
    ref: board.power
  serial:
    ref: board.serial
`;
}

/** The demo board with a life of its own: hooks that switch it on for each session, and off after it. */
export function demoBoardWithHooksYaml(name: string): string {
  return `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${yamlText(name)}
description: A simulated board whose hooks switch it on and off
motd: |
  This is a demo board with hooks. Try:
    j serial start-console    (leave with Ctrl-B, three times)
export:
  board:
    type: jumptab.simulator.DemoBoard
    description: A simulated board with a power switch and a serial console
  power:
    ref: board.power
  serial:
    ref: board.serial
# Scripts run in the page, in a shell of its own; "j" drives the drivers above.
hooks:
  # Before each session. What it says stands in the log, here and at the client.
  beforeLease:
    script: |
      echo "Switching the board on for \${CLIENT_NAME:-whoever comes next}"
      j power on
      j power read
      echo "The beforeLease hook has switched the board on." > "$JMP_MOTD_FILE"
    # In seconds.
    timeout: 30
    # warn: go on; endLease: no session until the next try; exit: stop the exporter.
    onFailure: endLease
  # After each session: when it is ended, or the exporter stops.
  afterLease:
    script: |
      j power off
      echo "The board is off again"
    timeout: 30
    onFailure: warn
`;
}

/** The demo board with what takes files: a drive, and a chip that is flashed at its own pace. */
export function demoBoardWithFilesYaml(name: string): string {
  return `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${yamlText(name)}
description: A simulated board with a drive and a chip to flash
motd: |
  This is a demo board that takes files. Try:
    j storage flash image.bin
    j power on
    j esp32 chip-info
    j esp32 flash firmware.bin -a 0x10000
export:
  board:
    type: jumptab.simulator.DemoBoard
    description: A simulated board with a drive, and an ESP32 as its radio
    config:
      # Clients need jumpstarter-driver-opendal for the drive, and jumpstarter-driver-esp32 for the chip.
      storage: true
      esp32: true
  power:
    ref: board.power
  serial:
    ref: board.serial
  storage:
    ref: board.storage
  # It has power while the board has.
  esp32:
    ref: board.esp32
`;
}
