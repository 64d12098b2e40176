/**
 * What is wrong with a compressed file, in sentences that say what to do about it.
 * Above: all decoders. Below: drivers/base/error.ts.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { Encoding } from "../../drivers/base/resource.ts";

/** The command that tests, and makes, files of an encoding. */
const TOOLS: Readonly<Record<Encoding, string>> = { gzip: "gzip", xz: "xz", bz2: "bzip2", zstd: "zstd" };

/** @param how What does not fit, in a few words. */
export function corrupt(encoding: Encoding, how: string): DriverError {
  return new DriverError(
    "invalid-argument",
    `the ${encoding} file is corrupt (${how}): test it with '${TOOLS[encoding]} -t', and get or make it again`,
  );
}

export function cutShort(encoding: Encoding): DriverError {
  return new DriverError(
    "invalid-argument",
    `the ${encoding} file ends too early, it has been cut short: test it with '${TOOLS[encoding]} -t', and get it again`,
  );
}

export function trailingGarbage(encoding: Encoding): DriverError {
  return new DriverError(
    "invalid-argument",
    `the ${encoding} file is followed by bytes that do not belong to it: test it with '${TOOLS[encoding]} -t', and get or make it again`,
  );
}

export function empty(encoding: Encoding): DriverError {
  return new DriverError(
    "invalid-argument",
    `the file is empty, and no ${encoding} file: see whether it has been written at all`,
  );
}

/** @param feature What it uses, and @param cure a command that makes a file that can be read. */
export function unsupported(encoding: Encoding, feature: string, cure: string): DriverError {
  return new DriverError(
    "invalid-argument",
    `the ${encoding} file ${feature}, which this exporter cannot read: ${cure}`,
  );
}

export function tooLarge(encoding: Encoding, maxBytes: number): DriverError {
  return new DriverError(
    "invalid-argument",
    `the ${encoding} file decompresses to more than ${maxBytes} bytes, and at most that many are taken: send a smaller image`,
  );
}
