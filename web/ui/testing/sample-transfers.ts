/**
 * Transfers for unit tests.
 * Above: tests beside the elements. Below: web/messages.ts.
 */

import type { TransferSnapshot } from "../../messages.ts";

/** A flash from the page that runs: 25 of 100 KiB are written. */
export function sampleTransfer(values: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return {
    id: "1",
    path: ["board", "storage"],
    method: "flash",
    direction: "to-device",
    target: undefined,
    name: "firmware.bin",
    by: "page",
    startedAt: 1_000,
    endedAt: undefined,
    state: "running",
    step: { phase: "writing", done: 25 * 1024, total: 100 * 1024, since: 1_000 },
    message: undefined,
    image: undefined,
    ...values,
  };
}

/** The same, done. */
export function sampleEnded(values: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return sampleTransfer({
    endedAt: 13_000,
    state: "done",
    image: { sha256: "3f2a9c1d".padEnd(64, "0"), size: 100 * 1024 },
    ...values,
  });
}
