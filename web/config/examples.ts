/**
 * Configurations that the page writes for people: the demo board, with hooks or files too, and one USB-serial board.
 * Above: "Try a demo board", "With hooks", "With files" and "Add device" of the page. Below: nothing; they are texts, and pass check-exporter-config.ts.
 */

/** USB ids of a port, as the browser tells them. */
export interface UsbIds {
  readonly vendorId: number;
  readonly productId: number;
}

/** A simulated board, with its power and serial also at the top, so that `j power on` and `j serial start-console` work. */
export function demoBoardYaml(name: string): string {
  return `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${text(name)}
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
  name: ${text(name)}
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
  name: ${text(name)}
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

/**
 * One board behind a USB-serial adapter.
 *
 * @param label What the browser's chooser calls it, for people.
 * @param ids Undefined for a port that is not on USB, or does not tell: then it is chosen by hand once.
 */
export function serialBoardYaml(name: string, label: string, ids: UsbIds | undefined): string {
  const [url, comment] =
    ids === undefined
      ? [
          "/dev/ttyS0",
          "A path says nothing to a browser: the page asks once which port it is, and remembers it.",
        ]
      : [
          `hwgrep://${hex(ids.vendorId)}:${hex(ids.productId)}`,
          "Found by its USB ids, on whatever port it is plugged in.",
        ];
  return `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${text(name)}
export:
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    description: ${text(label)}
    config:
      # ${comment}
      url: ${text(url)}
      baudrate: 115200
`;
}

/** Double quotes hold any text: JSON's escapes are also YAML's, but for one character that YAML wants escaped. */
function text(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Four digits, as in `lsusb`. */
function hex(id: number): string {
  return id.toString(16).padStart(4, "0");
}
