/**
 * `GET /api/end`, for the page of `run`: it asks, and is answered when the relay ends, so that it can stop its exporter in order,
 * hook and all, before its browser is taken away.
 * Above: dispatch.ts hands in requests, relay.ts tells. Below: http-exchange.ts. Specification: proto/boot.ts, which the page
 * reads too, and docs/unattended.md. Not a GOAWAY in the tunnel: that one takes no calls any more, and people could not watch.
 */

import { BENCH_KEY_HEADER, type RelayEnd } from "../proto/boot.ts";
import { answerText, type HttpExchange } from "./http-exchange.ts";
import { MAX_END_WAITERS } from "./limits.ts";
import { sameSecret } from "./secret.ts";

export class PageEnd {
  readonly #key: () => string | undefined;
  readonly #waiting = new Set<HttpExchange>();

  /** @param key Who shows it is told; undefined: there is nobody to tell, since the relay has no page of its own. */
  constructor(key: () => string | undefined) {
    this.#key = key;
  }

  /** The head of the answer goes out at once: the page knows then that it will be told. */
  serve(exchange: HttpExchange): void {
    const key = this.#key();
    if (key === undefined) {
      answerText(exchange, 404, "This relay ends without its pages, and leaves them as they are.");
    } else if (!sameSecret(key, exchange.header(BENCH_KEY_HEADER) ?? "")) {
      answerText(
        exchange,
        403,
        "The bench's key is missing or wrong: open the address that the relay printed.",
      );
    } else if (this.#waiting.size >= MAX_END_WAITERS) {
      answerText(exchange, 429, `${MAX_END_WAITERS} pages wait for the relay's end already: close some.`, [
        ["retry-after", "1"],
      ]);
    } else {
      this.#waiting.add(exchange);
      exchange.onGone(() => this.#waiting.delete(exchange));
      exchange.respond(200, [
        ["content-type", "application/json"],
        ["cache-control", "no-store"],
      ]);
    }
  }

  /** The relay ends. @returns how many pages have been told. */
  tell(end: RelayEnd): number {
    const told = this.#waiting.size;
    const body = Buffer.from(`${JSON.stringify(end)}\n`);
    for (const exchange of this.#waiting) {
      exchange.write(body);
      exchange.end();
    }
    this.#waiting.clear();
    return told;
  }

  /** Nobody is told any more: those that wait are cut. */
  close(): void {
    for (const exchange of this.#waiting) exchange.abort();
    this.#waiting.clear();
  }
}
