/**
 * A console of a colleague: it listens all the time, and writes while its person drives.
 * Above: guest-actions.ts. Below: BenchService.Listen, RouterService.Stream.
 *
 * What the board says comes by Listen alone, also for who drives: a browser that cannot keep up then loses bytes visibly and holds
 * neither the board nor others back. A stream of bytes is opened with the first key; what comes back on it is the same bytes once more.
 * What was typed is sent once: a stream that breaks takes what it had with it, and the console says so.
 */

import type { Client } from "@connectrpc/connect";
import { FrameType, type RouterService } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { BenchService } from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import type { PageStream, PageStreamItem } from "../../ui/model.ts";
import { mayComeBack, sentenceOf } from "./link-error.ts";
import { Queue } from "./queue.ts";

export interface ConsoleOptions {
  /** As they are now: a secret may be exchanged for another. */
  clients(): {
    readonly bench: Pick<Client<typeof BenchService>, "listen">;
    readonly router: Pick<Client<typeof RouterService>, "stream">;
  };
  readonly uuid: string;
  readonly method: string;
  /** Resolves when this person may act; rejects with why not. */
  act(): Promise<void>;
  /** After so many failures in a row: resolves when the bench is in reach, and it is time to try; true: it had been out of reach. */
  untilBack(failures: number, options: { signal: AbortSignal }): Promise<boolean>;
  /** Why keys go nowhere. */
  onRefused(sentence: string): void;
}

type Frame = { readonly payload: Uint8Array; readonly frameType: FrameType };

/** 5 failures in a row while the bench is in reach: it is the stream that does not open, and not the way to it. */
export const MAX_FAILURES = 5;

const EMPTY = new Uint8Array(0);

export function openConsole(options: ConsoleOptions): PageStream {
  const over = new AbortController();
  const items = new Queue<PageStreamItem>();
  let writer: Writer | undefined;
  void listen(options, items, over.signal);
  return {
    items,
    async write(bytes) {
      if (over.signal.aborted) return;
      if (writer === undefined) {
        const opened = new Writer(options, (remark) => {
          if (writer === opened) writer = undefined;
          if (remark !== undefined) items.push({ kind: "remark", text: remark });
        });
        writer = opened;
      }
      await writer.write(bytes);
    },
    close() {
      over.abort();
      writer?.end();
      items.end();
    },
  };
}

/** What the board says, for as long as the console is open. Never rejects. */
async function listen(
  options: ConsoleOptions,
  items: Queue<PageStreamItem>,
  signal: AbortSignal,
): Promise<void> {
  const { clients, uuid, method, untilBack } = options;
  let failures = 0;
  let lost = false;
  const onHeader = (): void => {
    if (lost)
      items.push({ kind: "remark", text: "listening again; what the board said meanwhile is missing" });
    lost = false;
  };
  for (;;) {
    try {
      for await (const { payload, skipped } of clients().bench.listen(
        { uuid, method },
        { signal, onHeader },
      )) {
        failures = 0;
        if (skipped > 0n) items.push({ kind: "skipped", bytes: Number(skipped) });
        if (payload.length > 0) items.push({ kind: "data", bytes: payload });
        await items.taken();
      }
      return items.end();
    } catch (error) {
      if (signal.aborted) return items.end();
      failures += 1;
      if (!mayComeBack(error) || failures > MAX_FAILURES) return items.end(new Error(sentenceOf(error)));
      if (!lost)
        items.push({ kind: "remark", text: "the connection is lost; the console goes on when it is back" });
      lost = true;
    }
    try {
      if (await untilBack(failures, { signal })) failures = 0;
    } catch (error) {
      return items.end(signal.aborted ? undefined : new Error(sentenceOf(error)));
    }
  }
}

/** One stream for keys, opened once its person may act. */
class Writer {
  readonly #frames = new Queue<Frame>();
  readonly #leave = new AbortController();
  readonly #over: (remark: string | undefined) => void;
  /** Something was typed, and the board has said nothing since: only it knows whether that has arrived. */
  #unanswered = false;

  /** @param over Called once: nothing more is written with it, and perhaps somebody should know why. */
  constructor(options: ConsoleOptions, over: (remark: string | undefined) => void) {
    this.#over = over;
    void this.#run(options);
  }

  async write(payload: Uint8Array): Promise<void> {
    this.#unanswered = true;
    this.#frames.push({ payload, frameType: FrameType.DATA });
    await this.#frames.taken();
  }

  /** What was typed still goes out. */
  end(): void {
    this.#frames.push({ payload: EMPTY, frameType: FrameType.GOAWAY });
    void this.#frames.taken().then(() => this.#leave.abort());
  }

  /** Never rejects. */
  async #run({ act, clients, uuid, method, onRefused }: ConsoleOptions): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#frames.drop();
      this.#over(undefined);
      onRefused(sentenceOf(error));
      return;
    }
    try {
      const request = JSON.stringify({ kind: "driver", uuid, method });
      const answers = clients().router.stream(this.#frames, {
        headers: { request },
        signal: this.#leave.signal,
      });
      // What it says, the listener has too.
      for await (const _ of answers) this.#unanswered = false;
      this.#finish(undefined);
    } catch (error) {
      this.#finish(error);
    }
  }

  #finish(error: unknown): void {
    const lost = this.#frames.size > 0;
    this.#frames.drop();
    const meant = error === undefined || this.#leave.signal.aborted;
    const unsent = lost ? "has not arrived" : this.#unanswered ? "may not have arrived" : undefined;
    const typed = unsent === undefined ? "" : `; what was typed last ${unsent}`;
    this.#over(meant ? undefined : `${sentenceOf(error)}${typed}`);
  }
}
