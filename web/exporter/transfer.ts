/**
 * One transfer: what it is, how far it is, how it ended, and how to stop it.
 * Above: transfers.ts. Below: the clock. Specification: TransferSnapshot of web/messages.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { ImageInfo } from "../../drivers/base/image.ts";
import type { CallOptions, WorkReport, WorkStep } from "../../drivers/base/methods.ts";
import type { TransferSnapshot } from "../messages.ts";
import type { Direction, FileEvents } from "./claimed-file.ts";

/** What a transfer is, before it has begun. */
export interface TransferWork extends Pick<TransferSnapshot, "path" | "method" | "target" | "by"> {
  readonly direction: Direction;
  /** Aborted when whoever wants it has gone, and when the session ends. */
  readonly signal: AbortSignal;
}

export interface TransferOptions {
  readonly clock: Clock;
  /** It has moved. */
  onChange(): void;
}

/** What is done while a driver says nothing else: its files move. */
const MOVING: Readonly<Record<Direction, string>> = { "to-device": "receiving", "from-device": "reading" };

export class Transfer implements WorkReport, FileEvents {
  readonly id = crypto.randomUUID();
  /** Rejects when somebody on the page has cancelled it; otherwise it never settles. */
  readonly cancelled: Promise<never>;
  readonly #work: TransferWork;
  readonly #options: TransferOptions;
  readonly #abort = new AbortController();
  readonly #rejectCancelled: (reason: DriverError) => void;
  readonly #onAbort = (): void => this.#abort.abort(this.#work.signal.reason);
  readonly #startedAt: number;
  #name: string | undefined;
  #direction: Direction;
  #step: TransferSnapshot["step"];
  /** The driver itself says how far it is. */
  #reported = false;
  #image: ImageInfo | undefined;
  #end: Pick<TransferSnapshot, "endedAt" | "state" | "message"> = {
    endedAt: undefined,
    state: "running",
    message: undefined,
  };
  #cancelReason: DriverError | undefined;
  /** Until the next change. */
  #snapshot: TransferSnapshot | undefined;

  constructor(work: TransferWork, options: TransferOptions) {
    this.#work = work;
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#direction = work.direction;
    this.#step = { phase: MOVING[work.direction], done: 0, total: undefined, since: this.#startedAt };
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined); // most are not cancelled, and some settle before
    this.cancelled = promise;
    this.#rejectCancelled = reject;
    if (work.signal.aborted) this.#onAbort();
    else work.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** What the driver gets with the call. */
  get options(): CallOptions & { readonly report: WorkReport } {
    return { signal: this.#abort.signal, report: this };
  }

  get running(): boolean {
    return this.#end.state === "running";
  }

  get snapshot(): TransferSnapshot {
    const { path, method, target, by } = this.#work;
    this.#snapshot ??= {
      id: this.id,
      path,
      method,
      direction: this.#direction,
      target,
      name: this.#name,
      by,
      startedAt: this.#startedAt,
      step: this.#step,
      image: this.#image,
      ...this.#end,
    };
    return this.#snapshot;
  }

  /** As the page or a URL names its file. */
  named(name: string | undefined): void {
    this.#name = name;
    this.#changed();
  }

  /** Stop it: the call fails with a sentence that says so, and the driver hears of it by its signal. */
  cancel(): void {
    if (!this.running || this.#cancelReason !== undefined) return;
    this.#cancelReason = new DriverError("other", "cancelled on the page of the exporter");
    this.#rejectCancelled(this.#cancelReason);
    this.#abort.abort(this.#cancelReason);
  }

  done(): void {
    const { done } = this.#step;
    // Where nobody knew how much there would be, it is known now.
    this.#step = { ...this.#step, total: this.#step.total ?? done };
    this.#settle({ state: "done", message: undefined });
  }

  failed(error: unknown): void {
    const { signal } = this.#work;
    if (this.#cancelReason !== undefined) {
      this.#settle({ state: "cancelled", message: this.#cancelReason.message });
    } else if (signal.aborted) {
      this.#settle({ state: "cancelled", message: messageOf(signal.reason) });
    } else {
      this.#settle({ state: "failed", message: messageOf(error) });
    }
  }

  // WorkReport: what the driver says.

  step({ phase, done, total }: WorkStep): void {
    this.#reported = true;
    this.#moved(phase, done, total);
  }

  image({ sha256, size }: ImageInfo): void {
    this.#image = { sha256, size };
    this.#changed();
  }

  // FileEvents: what its files say, as long as the driver says nothing.

  onOpen(direction: Direction): void {
    this.#direction = direction;
    if (this.#reported) this.#changed();
    else this.#moved(MOVING[direction], 0, undefined);
  }

  onBytes(bytes: number): void {
    if (!this.#reported) this.#moved(this.#step.phase, this.#step.done + bytes, undefined);
  }

  #moved(phase: string, done: number, total: number | undefined): void {
    if (!this.running) return;
    const since = phase === this.#step.phase ? this.#step.since : this.#options.clock.now();
    this.#step = { phase, done, total, since };
    this.#changed();
  }

  #settle(end: Pick<TransferSnapshot, "state" | "message">): void {
    this.#work.signal.removeEventListener("abort", this.#onAbort);
    this.#end = { ...end, endedAt: this.#options.clock.now() };
    this.#changed();
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.#options.onChange();
  }
}
