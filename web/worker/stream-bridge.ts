/**
 * A driver's byte stream over a MessagePort, for the page's own console: it never slows the board or other readers.
 * Above: exporter-host.ts. Below: drivers/base ByteStream; web/window/stream-port.ts is the other end.
 * Protocol: StreamPortMessage in web/messages.ts; a side sends only while it has credit.
 */

import type { ExportedStream } from "../../drivers/base/methods.ts";
import { STREAM_PORT_CREDIT, type StreamPortMessage } from "../messages.ts";

/** Resolves when the stream is open; it is then carried until either side ends it. Rejects when it does not open. */
export async function bridgeStream(
  method: ExportedStream,
  port: MessagePort,
  options: { signal: AbortSignal },
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const post = (message: StreamPortMessage, transfer: Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const { readable, writable } = await method.open({
    signal,
    lossy: { onSkipped: (bytes) => post({ kind: "skipped", bytes }) },
  });
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let credit = STREAM_PORT_CREDIT;
  let moreCredit = Promise.withResolvers<void>();

  const finish = (message: string | undefined): void => {
    if (over.signal.aborted) return;
    over.abort();
    moreCredit.resolve();
    post({ kind: "closed", message });
    // What the person has typed still goes out; a device that fails here has been told of already.
    writer.close().catch(() => undefined);
    reader.cancel().catch(() => undefined);
    port.close();
  };
  const fail = (error: unknown): void => finish(error instanceof Error ? error.message : String(error));

  port.onmessage = (event: MessageEvent<StreamPortMessage>) => {
    const message = event.data;
    switch (message.kind) {
      case "data":
        writer.write(message.bytes).then(() => post({ kind: "credit", bytes: message.bytes.length }), fail);
        break;
      case "credit":
        credit += message.bytes;
        moreCredit.resolve();
        break;
      case "end":
      case "closed":
        finish(undefined);
        break;
      case "skipped":
        break; // only this side leaves bytes out
    }
  };
  options.signal.addEventListener("abort", () => finish("the exporter was stopped"), { signal: over.signal });

  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return finish(undefined);
      while (credit <= 0 && !over.signal.aborted) {
        await moreCredit.promise;
        moreCredit = Promise.withResolvers<void>();
      }
      if (over.signal.aborted) return;
      credit -= value.length;
      // A copy of its own: chunks may be views into buffers that others read too.
      const bytes = value.slice();
      post({ kind: "data", bytes }, [bytes.buffer]);
    }
  };
  pump().catch(fail);
}
