/**
 * Flash a firmware file through a DAPLink probe, read it back, and start it.
 * Above: probe-rs.ts, stlink-msd.ts. Below: debug-probe.ts, firmware-file.ts.
 */

import type { Verification } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { CallOptions, WorkReport } from "../base/methods.ts";
import type { DebugProbe } from "./debug-probe.ts";
import type { FirmwareFile } from "./firmware-file.ts";
import type { Segment } from "./segment.ts";

/** 32 MiB: more than the flash of any microcontroller; its text in Intel HEX is nearly three times as long. */
export const MAX_FIRMWARE_BYTES = 32 * 2 ** 20;

/** Where chips have their flash: a binary does not say, and is compared with what is there. */
const FLASH_STARTS = [0x0000_0000, 0x0800_0000, 0x1000_0000];

/** Bytes that are read back at once, between two looks at the signal. */
const READ_BYTES = 1024;

export async function flashTarget(
  probe: DebugProbe,
  file: FirmwareFile,
  { signal, report }: CallOptions,
): Promise<void> {
  if (!(await probe.isDapLink())) {
    throw new DriverError(
      "not-implemented",
      "this probe has no flash algorithm of its own: use one with DAPLink firmware, or the Python exporter with probe-rs",
    );
  }
  const total = file.stream.bytes.length;
  await probe.flash(file.stream, {
    signal,
    onWritten: (done) => report?.step({ phase: "writing", done, total }),
  });
  const { matches, detail } = await compareTarget(probe, file, { signal, report });
  if (!matches)
    throw new DriverError(
      "device-io",
      `${detail}: flash it again, and replace the chip if that does not help`,
    );
  await probe.start();
}

/** Read the target's memory and compare. */
export async function compareTarget(
  probe: DebugProbe,
  { segments, relative }: FirmwareFile,
  { signal, report }: CallOptions,
): Promise<Verification> {
  await probe.connectTarget();
  let first: string | undefined;
  for (const start of relative ? FLASH_STARTS : [0]) {
    const difference = await differenceAt(probe, segments, start, { signal, report }).catch(
      (error: unknown) => {
        // Not every chip has memory where others have their flash.
        if (start !== 0 && error instanceof DriverError && error.code === "device-io") return undefined;
        throw error;
      },
    );
    if (difference === null) {
      const bytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
      return { matches: true, detail: `all ${bytes} bytes in the target's flash are as they should be` };
    }
    if (difference !== undefined) first ??= difference;
  }
  return { matches: false, detail: first ?? "the target's flash cannot be read back" };
}

/** Null: none; a sentence: where. */
async function differenceAt(
  probe: DebugProbe,
  segments: readonly Segment[],
  start: number,
  { signal, report }: { readonly signal: AbortSignal; readonly report?: WorkReport | undefined },
): Promise<string | null> {
  const total = segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let done = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length; at += READ_BYTES) {
      signal.throwIfAborted();
      const wanted = bytes.subarray(at, at + READ_BYTES);
      const here = start + address + at;
      const aligned = here - (here % 4);
      const words = await probe.readWords(aligned, Math.ceil((here - aligned + wanted.length) / 4));
      const found = new Uint8Array(words.buffer).subarray(here - aligned);
      const wrong = wanted.findIndex((byte, index) => found[index] !== byte);
      if (wrong >= 0) {
        return `the target's flash differs at 0x${(here + wrong).toString(16).padStart(8, "0")}`;
      }
      done += wanted.length;
      report?.step({ phase: "verifying", done, total });
    }
  }
  return null;
}
