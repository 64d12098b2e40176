/**
 * What esptool-js and a chip say when something goes wrong, as one sentence with the cure.
 * Above: esp-chip.ts. Below: esptool-js's errors, the text a chip prints when it starts.
 */

import { UnexpectedChipIdError, UnexpectedChipMagicError } from "esptool-js";
import { messageOf } from "../base/dom-error.ts";
import { DriverError } from "../base/error.ts";
import { NoAnswerError } from "./loader-transport.ts";

const HOLD_BOOT =
  "check that the board has power, hold BOOT (IO0) while you press RESET (EN), let go of both, and try again";

/** Why the boot loader was not reached. @param printed What the chip printed meanwhile. */
export function notConnected(cause: unknown, label: string, printed: Uint8Array): DriverError {
  if (cause instanceof UnexpectedChipIdError || cause instanceof UnexpectedChipMagicError) {
    return new DriverError(
      "device-io",
      `the chip behind ${label} is none that this page knows (${messageOf(cause)}): check that it is one of Espressif's, or use esptool on a host`,
      { cause },
    );
  }
  const text = new TextDecoder().decode(printed);
  if (/waiting for download/.test(text)) {
    return new DriverError(
      "device-io",
      `the chip behind ${label} waits for a download and does not hear us: check the wire to its RX, and that nothing else drives it`,
      { cause },
    );
  }
  const why = /boot:0x/.test(text)
    ? `the chip behind ${label} starts its firmware instead of its boot loader`
    : `no boot loader answers behind ${label}`;
  return new DriverError("device-io", `${why}: ${HOLD_BOOT}`, { cause });
}

/** Why the stub did not do what it was told. @param doing "writing at 0x1000". */
export function failureOf(cause: unknown, label: string, doing: string): DriverError {
  if (cause instanceof NoAnswerError) {
    return new DriverError(
      "timeout",
      `${label} stopped answering while ${doing}: check its power and its cable, or set a lower baudrate, then try again`,
      { cause },
    );
  }
  return new DriverError(
    "device-io",
    `${label} failed while ${doing} (${messageOf(cause).replaceAll(/\s+/g, " ")}): check its power and its cable, or set a lower baudrate, then try again`,
    { cause },
  );
}
