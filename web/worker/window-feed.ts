/**
 * What the window is told without having asked: a snapshot now and then, and the log's new lines.
 * Above: exporter-host.ts. Below: web/exporter's log, the clock. Many changes make one message.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { LogRing } from "../exporter/index.ts";
import type { ExporterSnapshot, FromWorker } from "../messages.ts";
import { logRecord } from "./snapshot.ts";

/** 100 ms: often enough to look live, seldom enough that drawing a busy bench takes no time from its calls. */
export const SNAPSHOT_INTERVAL_MS = 100;

export interface WindowFeedOptions {
  readonly clock: Clock;
  post(message: FromWorker): void;
  snapshot(): ExporterSnapshot;
  log(): LogRing;
}

export class WindowFeed {
  readonly #options: WindowFeedOptions;
  #due = false;
  #sentLines = 0;

  constructor(options: WindowFeedOptions) {
    this.#options = options;
  }

  /** Something has changed: tell the window soon. */
  changed(): void {
    if (this.#due) return;
    this.#due = true;
    void this.#options.clock.sleep(SNAPSHOT_INTERVAL_MS).then(() => {
      this.#due = false;
      this.#send();
    });
  }

  #send(): void {
    const { post, snapshot, log } = this.#options;
    post({ kind: "snapshot", snapshot: snapshot() });
    const { lines, next } = log().since(this.#sentLines);
    this.#sentLines = next;
    if (lines.length > 0) post({ kind: "log", records: lines.map(logRecord) });
  }
}
