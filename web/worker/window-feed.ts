/**
 * What the window is told without having asked: a snapshot now and then, and the log's new lines.
 * Above: exporter-host.ts. Below: web/exporter's log, the clock. Many changes make one message.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { LOG_RING_LINES, type LogRing } from "../exporter/index.ts";
import type { ExporterSnapshot, FromWorker } from "../messages.ts";
import { logRecord } from "./snapshot.ts";

/** 100 ms: often enough to look live, seldom enough that drawing a busy bench takes no time from its calls. */
export const SNAPSHOT_INTERVAL_MS = 100;

/** Half of what the log keeps: of a hook that prints a file the window is told at once, before the ring has no room for more. */
export const MAX_WAITING_LINES = LOG_RING_LINES / 2;

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

  /** Something has changed, or the log has one more line: tell the window soon. */
  changed(): void {
    if (this.#options.log().next - this.#sentLines >= MAX_WAITING_LINES) this.#sendLines();
    if (this.#due) return;
    this.#due = true;
    void this.#options.clock.sleep(SNAPSHOT_INTERVAL_MS).then(() => {
      this.#due = false;
      this.#send();
    });
  }

  #send(): void {
    const { post, snapshot } = this.#options;
    post({ kind: "snapshot", snapshot: snapshot() });
    this.#sendLines();
  }

  #sendLines(): void {
    const { post, log } = this.#options;
    const { lines, next } = log().since(this.#sentLines);
    this.#sentLines = next;
    if (lines.length > 0) post({ kind: "log", records: lines.map(logRecord) });
  }
}
