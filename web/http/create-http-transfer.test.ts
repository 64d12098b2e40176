import { describe, expect, it } from "vitest";
import type { Clock } from "../../drivers/base/clock.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { GrpcStatus, type RequestHead, StreamReset } from "../../proto/tunnel/index.ts";
import { createHttpTransfer } from "./create-http-transfer.ts";
import { PAGE_ANSWER_MS, PAGE_TOTAL_MS } from "./page-transfer.ts";

const URL = "https://files.example/image.bin?secret";
const REQUEST = { url: URL, headers: { "X-Amz-Date": "now" } };

/** Time that passes when a test says so. */
class HeldClock implements Clock {
  readonly #waiting = new Set<{ readonly ms: number; readonly wake: () => void }>();

  now(): number {
    return 0;
  }

  /** How long whoever waits would wait. */
  get waits(): number[] {
    return [...this.#waiting].map(({ ms }) => ms);
  }

  sleep(ms: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { ms, wake: resolve };
      this.#waiting.add(waiting);
      signal?.addEventListener("abort", () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      });
    });
  }

  pass(ms: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.ms > ms) continue;
      this.#waiting.delete(waiting);
      waiting.wake();
    }
  }
}

type Fetched = (url: string, init: RequestInit) => Promise<Response> | Response;

/** A page whose fetch is the test's, and whose relay only notes what it is asked for. */
function page(fetched: Fetched) {
  const clock = new HeldClock();
  const askedOfRelay: RequestHead[] = [];
  const askedOfPage: RequestInit[] = [];
  const http = createHttpTransfer({
    clock,
    fetch: async (input, init = {}) => {
      askedOfPage.push(init);
      return await Promise.race([fetched(String(input), init), rejectedBy(init.signal)]);
    },
    openStream: (request) => {
      askedOfRelay.push(request);
      throw new StreamReset(GrpcStatus.permissionDenied, "the relay was asked");
    },
  });
  return { clock, http, askedOfRelay, askedOfPage };
}

/** As the platform's fetch does. */
function rejectedBy(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
}

const call = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

const ASKED = "the relay was asked";

describe("a file from a URL", () => {
  it("comes by the page's own fetch, without cookies, referrer and redirects; of unknown size", async () => {
    const { http, askedOfPage, askedOfRelay, clock } = page(
      () => new Response("image", { headers: { "content-length": "3" } }),
    );
    const { readable, size } = await http.get(REQUEST, call());
    expect(size).toBeUndefined();
    expect(clock.waits).toEqual([PAGE_TOTAL_MS]);
    expect(await new Response(readable).text()).toBe("image");
    expect(askedOfPage).toMatchObject([
      {
        headers: { "X-Amz-Date": "now" },
        mode: "cors",
        credentials: "omit",
        redirect: "manual",
        referrerPolicy: "no-referrer",
      },
    ]);
    expect(askedOfRelay).toEqual([]);
    expect(clock.waits).toEqual([]);
  });

  it("comes by the relay when the browser does not let the page at it, for whatever reason", async () => {
    const { http, askedOfRelay } = page(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(http.get(REQUEST, call())).rejects.toThrow(ASKED);
    expect(askedOfRelay).toEqual([
      {
        method: "GET",
        path: "/jumptab/fetch",
        h: [
          ["x-jumptab-url", URL],
          ["x-amz-date", "now"],
        ],
      },
    ]);
  });

  it("comes by the relay when the server sends the page elsewhere", async () => {
    const redirected = Object.defineProperty(Response.error(), "type", { value: "opaqueredirect" });
    await expect(page(() => redirected).http.get(REQUEST, call())).rejects.toThrow(ASKED);
  });

  it("comes by the relay when the page gets no answer", async () => {
    const { http, clock } = page(() => new Promise(() => undefined));
    const fetched = expect(http.get(REQUEST, call())).rejects.toThrow(ASKED);
    expect(clock.waits).toEqual([PAGE_ANSWER_MS]);
    clock.pass(PAGE_ANSWER_MS);
    await fetched;
    expect(clock.waits).toEqual([]);
  });

  it("comes by the relay at once where the page may not go", async () => {
    const { http, askedOfPage } = page(() => new Response("image"));
    for (const url of ["http://files.example/a", "https://10.0.0.5/a"]) {
      await expect(http.get({ url, headers: {} }, call())).rejects.toThrow(ASKED);
    }
    expect(askedOfPage).toEqual([]);
  });

  it("R16 that its server does not give is not asked for again", async () => {
    const { http, askedOfRelay } = page(() => new Response("gone", { status: 404, statusText: "Not Found" }));
    await expect(http.get(REQUEST, call())).rejects.toMatchObject({
      code: "other",
      message:
        "Presigned HTTP GET request failed: status=404, reason='Not Found', url=https://files.example/image.bin?[REDACTED]",
    });
    expect(askedOfRelay).toEqual([]);
  });

  it("breaks off with an error, and not with an end", async () => {
    const { http, clock } = page(() => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new TypeError("network error")),
      });
      return new Response(body);
    });
    const { readable } = await http.get(REQUEST, call());
    await expect(new Response(readable).text()).rejects.toMatchObject({
      code: "other",
      message:
        "Presigned HTTP GET stream failed (connection/read error) for https://files.example/image.bin?[REDACTED]: network error",
    });
    expect(clock.waits).toEqual([]);
  });

  /** A body that never ends by itself, and fails as the platform's does when its request is aborted. */
  const endless: Fetched = (_url, { signal }) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
    });
    return new Response(body);
  };

  it("has two hours", async () => {
    const { http, clock } = page(endless);
    const { readable } = await http.get(REQUEST, call());
    const late = expect(new Response(readable).text()).rejects.toMatchObject({
      code: "timeout",
      message:
        "Presigned HTTP GET request timed out after 7200s for https://files.example/image.bin?[REDACTED]",
    });
    clock.pass(PAGE_TOTAL_MS);
    await late;
    expect(clock.waits).toEqual([]);
  });

  it("ends with its call, before the answer and after it, and the relay is not asked", async () => {
    const gone = new DriverError("other", "the client has gone");
    const early = new AbortController();
    const silent = page(() => new Promise(() => undefined));
    const unanswered = expect(silent.http.get(REQUEST, early)).rejects.toBe(gone);
    early.abort(gone);
    await unanswered;
    await expect(silent.http.get(REQUEST, early)).rejects.toBe(gone);
    expect(silent.askedOfRelay).toEqual([]);
    const late = new AbortController();
    const { readable } = await page(endless).http.get(REQUEST, late);
    const read = expect(new Response(readable).text()).rejects.toBe(gone);
    late.abort(gone);
    await read;
  });

  it("is let go when the rest is not wanted", async () => {
    const cancelled = Promise.withResolvers<unknown>();
    const { http, clock } = page(() => new Response(new ReadableStream({ cancel: cancelled.resolve })));
    const { readable } = await http.get(REQUEST, call());
    await readable.cancel("enough");
    expect(await cancelled.promise).toBe("enough");
    expect(clock.waits).toEqual([]);
  });
});

describe("a file to a URL", () => {
  it("always goes by the relay", async () => {
    const { http, askedOfPage, askedOfRelay } = page(() => new Response("thanks"));
    await expect(http.put(REQUEST, call())).rejects.toThrow(ASKED);
    expect(askedOfPage).toEqual([]);
    expect(askedOfRelay).toMatchObject([{ method: "PUT" }]);
  });
});
