/**
 * One transfer by URL, from its page's request to its end: the time that it has, and what its page hears in each outcome.
 * Above: fetches.ts; download.ts and upload.ts do the work. Below: server-request.ts, fetch-policy.ts, lookups.ts. Specification: docs/tunnel-protocol.md, "Files by URL".
 */

import type { IncomingMessage } from "node:http";
import { FETCH_REASON_HEADER } from "../../proto/fetch.ts";
import {
  GrpcStatus,
  type HeaderList,
  type ResponseHead,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";
import { FETCH_CONNECT_MS, FETCH_TOTAL_MS } from "../limits.ts";
import type { FetchOutcome } from "../metrics.ts";
import { broken, FetchFailure, tooLate } from "./fetch-failure.ts";
import type { FetchPolicy } from "./fetch-policy.ts";
import type { FetchRequest } from "./fetch-request.ts";
import type { FetchTarget } from "./fetch-target.ts";
import type { Lookups } from "./lookups.ts";
import { Patience } from "./patience.ts";
import { brokenBy, openServerRequest, type ServerRequest } from "./server-request.ts";

export interface TransferOptions {
  readonly stream: TunnelStream;
  readonly request: FetchRequest;
  readonly policy: FetchPolicy;
  readonly lookups: Lookups;
  /** Authorities beside Node's own; for tests. */
  readonly ca?: string | undefined;
}

/** How it ended, for logs and counters. */
export interface TransferEnd {
  /** `failed`: on the way. `refused`: by the rules of this relay. `cancelled`: by the page. */
  readonly outcome: FetchOutcome;
  /** The server's, where it has said one. */
  readonly status?: number;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly reason?: string;
}

/** What the two directions of a transfer share. */
export class Transfer {
  readonly stream: TunnelStream;
  readonly request: FetchRequest;
  readonly patience = new Patience((failure) => this.#stop.abort(failure));
  /** Bytes of the file that have come so far. */
  bytes = 0;
  readonly #options: TransferOptions;
  readonly #stop = new AbortController();

  constructor(options: TransferOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.request = options.request;
  }

  /** Aborted when the transfer is over, for whatever reason; its requests go with it. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** End it from outside its own course: with a FetchFailure, or a head that is the whole answer. */
  stop(why: FetchFailure | EarlyAnswer): void {
    this.#stop.abort(why);
  }

  /**
   * Never rejects: its page hears what went wrong.
   *
   * @param work download() or upload(): resolves with the head that the page got.
   */
  async run(work: (transfer: Transfer) => Promise<ResponseHead>): Promise<TransferEnd> {
    const { stream } = this;
    const { method, target } = this.request;
    const leave = (): void => this.#stop.abort(stream.signal.reason);
    stream.signal.addEventListener("abort", leave, { once: true });
    if (stream.signal.aborted) leave();
    const text = `Presigned HTTP ${method} request timed out after ${FETCH_TOTAL_MS / 1000}s for ${target.shown}`;
    const total = setTimeout(() => this.#stop.abort(tooLate(text)), FETCH_TOTAL_MS);
    try {
      const { status } = await work(this);
      return { outcome: isSuccess(status) ? "ok" : "http_error", status, bytes: this.bytes };
    } catch (error) {
      return this.#failed(error);
    } finally {
      clearTimeout(total);
      this.patience.rest();
      stream.signal.removeEventListener("abort", leave);
      // Whatever is left of a connection goes with it.
      this.#stop.abort();
    }
  }

  /** Connect to a URL's server, if that is one that the relay goes to. */
  async open(target: FetchTarget, headers: HeaderList): Promise<ServerRequest> {
    const { signal, patience } = this;
    const { policy, lookups, ca } = this.#options;
    const { method } = this.request;
    patience.wait(
      FETCH_CONNECT_MS,
      `${target.shown} could not be connected to within ${FETCH_CONNECT_MS / 1000} s`,
    );
    let found: Awaited<ReturnType<Lookups["addressesOf"]>>;
    try {
      found = await lookups.addressesOf(target.host, { signal });
    } catch (error) {
      throw signal.aborted ? error : brokenBy(error, target, method);
    }
    const addresses = policy.allowed(target, found);
    const server = openServerRequest({ method, target, headers, addresses, ca, signal });
    await server.connected;
    patience.rest();
    return server;
  }

  #failed(error: unknown): TransferEnd {
    const { stream, request, bytes } = this;
    if (stream.signal.aborted) return { outcome: "cancelled", bytes };
    const cause: unknown = this.signal.aborted ? this.signal.reason : error;
    if (cause instanceof EarlyAnswer) {
      const { status } = cause.head;
      stream.respond(cause.head, { end: true });
      stream.reset(GrpcStatus.cancelled, "the server has answered before it had the whole file");
      return { outcome: "http_error", status, bytes };
    }
    const failure = cause instanceof FetchFailure ? cause : brokenBy(cause, request.target, request.method);
    stream.reset(failure.code, failure.message);
    const refused =
      failure.code === GrpcStatus.permissionDenied || failure.code === GrpcStatus.invalidArgument;
    return { outcome: refused ? "refused" : "failed", bytes, reason: failure.message };
  }
}

/** A server's answer to a file that it does not want to hear to its end. */
export class EarlyAnswer {
  readonly head: ResponseHead;

  constructor(head: ResponseHead) {
    this.head = head;
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** Characters of a server's own words that are handed on. */
const MAX_REASON_CHARACTERS = 200;

/** @throws FetchFailure for a status that the tunnel cannot carry, since HTTP has none such. */
export function headOf(response: IncomingMessage, target: FetchTarget): ResponseHead {
  const { statusCode: status = 0, statusMessage = "" } = response;
  if (status < 200 || status > 599)
    throw broken(`${target.shown} answers with the status ${status}, which is none`);
  const reason = statusMessage.slice(0, MAX_REASON_CHARACTERS);
  return { status, h: reason === "" ? [] : [[FETCH_REASON_HEADER, reason]] };
}
