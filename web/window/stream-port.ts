/**
 * A byte stream over a MessagePort, with credit both ways, so that neither side can drown the other.
 * Above: worker-client.ts. Below: StreamPortMessage in web/messages.ts.
 */

import { STREAM_PORT_CREDIT, STREAM_PORT_WRITE_CREDIT, type StreamPortMessage } from "../messages.ts";
import type { PageStream, PageStreamItem } from "../ui/model.ts";

/** Milliseconds in which bytes are taken by a device that could take more at once. */
const FAST_MS = 100;
/** Milliseconds after which less at once is enough: a person who cancels does not wait longer. */
const SLOW_MS = 400;

/**
 * The window's end of a stream whose other end is the worker's.
 *
 * @param now Milliseconds of a clock that only goes forward.
 */
export function streamOverPort(port: MessagePort, now: () => number = () => performance.now()): PageStream {
  const inbound: PageStreamItem[] = [];
  let over = false;
  let failure: string | undefined;
  let wakeReader: (() => void) | undefined;
  let credit = STREAM_PORT_WRITE_CREDIT;
  /** Bytes that may be on their way. */
  let window = STREAM_PORT_WRITE_CREDIT;
  /** When each message went that was not taken yet. */
  const sentAt: number[] = [];
  const waitingForCredit: (() => void)[] = [];

  const send = (message: StreamPortMessage, transfer: Transferable[] = []): void => {
    port.postMessage(message, transfer);
  };
  /** How much more, or less, may be on its way from now on: so many bytes were taken. */
  const adapt = (taken: number): number => {
    const elapsed = now() - (sentAt.shift() ?? now());
    const change =
      elapsed < FAST_MS
        ? Math.min(taken, STREAM_PORT_CREDIT - window)
        : elapsed > SLOW_MS
          ? -Math.min(taken, window - STREAM_PORT_WRITE_CREDIT)
          : 0;
    window += change;
    return change;
  };
  const finish = (message: string | undefined): void => {
    if (over) return;
    over = true;
    failure = message;
    wakeReader?.();
    for (const wake of waitingForCredit.splice(0)) wake();
    port.close();
  };

  port.onmessage = ({ data }: MessageEvent<StreamPortMessage>) => {
    switch (data.kind) {
      case "data":
      case "skipped":
        inbound.push(data);
        wakeReader?.();
        return;
      case "credit":
        credit += data.bytes + adapt(data.bytes);
        for (const wake of waitingForCredit.splice(0)) wake();
        return;
      case "end":
        // The device has no more to say; nothing is left to show, so the page closes its side too.
        send({ kind: "closed", message: undefined });
        finish(undefined);
        return;
      case "closed":
        finish(data.message);
        return;
    }
  };

  async function* items(): AsyncGenerator<PageStreamItem> {
    while (true) {
      const item = takeWaiting(inbound);
      if (item !== undefined) {
        yield item;
        // Back here, the item has been consumed: the worker may send as much again.
        if (item.kind === "data" && !over) send({ kind: "credit", bytes: item.bytes.byteLength });
      } else if (over) {
        if (failure !== undefined) throw new Error(failure);
        return;
      } else {
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    }
  }

  return {
    items: items(),
    async write(bytes) {
      let rest = bytes;
      while (rest.byteLength > 0 && !over) {
        if (credit === 0) {
          await new Promise<void>((resolve) => waitingForCredit.push(resolve));
          continue;
        }
        // A copy: its buffer goes to the worker, and the caller keeps its own.
        const chunk = rest.slice(0, credit);
        rest = rest.subarray(chunk.byteLength);
        credit -= chunk.byteLength;
        sentAt.push(now());
        send({ kind: "data", bytes: chunk }, [chunk.buffer]);
      }
    },
    close() {
      if (over) return;
      send({ kind: "closed", message: undefined });
      finish(undefined);
    },
  };
}

/**
 * The next item. Bytes that came in pieces while the reader was busy are one item: each one costs the reader a turn,
 * and a device that echoes single characters would outrun it. Never more than the worker's credit, STREAM_PORT_CREDIT.
 */
function takeWaiting(inbound: PageStreamItem[]): PageStreamItem | undefined {
  const [first, second] = inbound;
  if (first?.kind !== "data" || second?.kind !== "data") return inbound.shift();
  const end = inbound.findIndex(({ kind }) => kind !== "data");
  const pieces = inbound.splice(0, end === -1 ? inbound.length : end).flatMap(bytesOf);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return { kind: "data", bytes };
}

function bytesOf(item: PageStreamItem): readonly Uint8Array[] {
  return item.kind === "data" ? [item.bytes] : [];
}
