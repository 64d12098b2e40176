/**
 * The end of a page that nobody looks at: its relay says that it ends, the exporter stops, and the relay hears that it has.
 * Above: web/main.ts, in `jumptab run`. Below: boot.ts (asks), page.ts (stops), unattended-report.ts (says), as functions.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { RelayEnd } from "../../proto/boot.ts";
import { askUntilAnswered } from "./boot.ts";
import { sentence } from "./page-state.ts";

export interface UnattendedEndOptions {
  /** Ask the relay to be told; rejects when the connection to it breaks. */
  ask(): Promise<RelayEnd>;
  /** Stop the exporter; resolves when all of its lines have been reported. */
  stop(end: RelayEnd): Promise<void>;
  /** The last word. `failure`: why it did not stop in order. */
  report(failure: string | undefined): void;
  readonly clock: Clock;
}

/** Resolves when the exporter has stopped because its relay ends. Never rejects. */
export async function endWithRelay({ ask, stop, report, clock }: UnattendedEndOptions): Promise<void> {
  // A relay that does not answer is said where it matters: by the tunnel.
  const end = await askUntilAnswered(ask, { clock, onFailure: () => undefined });
  try {
    await stop(end);
    report(undefined);
  } catch (error) {
    report(sentence(error));
  }
}
