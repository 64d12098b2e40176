/**
 * A file by URL through the page's own fetch, where the server lets pages in. Without cookies, without referrer, without redirects.
 * Above: create-http-transfer.ts. Below: the platform's fetch, a clock. Specification: the Fetch standard.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { ResourceOptions } from "../../drivers/base/resource.ts";
import { withoutSecrets } from "../../proto/fetch.ts";
import type { HttpBody, HttpRequest } from "../exporter/http-transfer.ts";
import { brokenError, statusError } from "./transfer-errors.ts";

/** 10 s for a server to answer the page: a browser may ask a person for leave in that time. Then the relay is asked, which waits longer. */
export const PAGE_ANSWER_MS = 10_000;

/** 7200 s for the whole transfer: what Jumpstarter's own exporter gives it. */
export const PAGE_TOTAL_MS = 7_200_000;

export interface PageTransferOptions {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** @returns undefined when the server does not let pages in, sends them elsewhere or cannot be reached: all that looks the same from here. */
export async function getInPage(
  platform: PageTransferOptions,
  { url, headers }: HttpRequest,
  { signal }: ResourceOptions,
): Promise<HttpBody | undefined> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const over = new AbortController();
  const after = (ms: number, run: () => void, done: AbortSignal): void => {
    platform.clock.sleep(ms, { signal: done }).then(run, () => undefined); // over in time
  };
  const answered = new AbortController();
  after(PAGE_ANSWER_MS, () => stop.abort(), answered.signal);
  let response: Response;
  try {
    response = await platform.fetch(url, {
      headers: { ...headers },
      mode: "cors",
      credentials: "omit",
      redirect: "manual",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: AbortSignal.any([signal, stop.signal]),
    });
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    answered.abort();
  }
  if (response.type === "opaqueredirect") return undefined;
  const { ok, status, statusText, body } = response;
  if (!ok || body === null) {
    stop.abort();
    if (!ok) throw statusError("GET", url, status, statusText);
    return { readable: new ReadableStream({ start: (controller) => controller.close() }), size: 0 };
  }
  const seconds = PAGE_TOTAL_MS / 1000;
  const late = new DriverError(
    "timeout",
    `Presigned HTTP GET request timed out after ${seconds}s for ${withoutSecrets(url)}`,
  );
  after(PAGE_TOTAL_MS, () => stop.abort(late), over.signal);
  return {
    readable: readableOf(body, {
      onOver: () => over.abort(),
      errorOf: (error) =>
        signal.aborted ? signal.reason : brokenError("GET", url, stop.signal.reason ?? error),
    }),
    // A page is not told whether the server's Content-Length is that of the file or of its compressed form.
    size: undefined,
  };
}

function readableOf(
  body: ReadableStream<Uint8Array>,
  { onOver, errorOf }: { onOver: () => void; errorOf: (error: unknown) => unknown },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
          onOver();
          controller.close();
        } catch (error) {
          onOver();
          controller.error(errorOf(error));
        }
      },
      async cancel(reason) {
        onOver();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
