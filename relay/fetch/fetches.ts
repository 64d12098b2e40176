/**
 * The transfers by URL that this relay does for its pages: so many at once, each with a line in the log and in the counters.
 * Above: relay.ts hands in the streams that pages open. Below: transfer.ts, download.ts, upload.ts. Specification: docs/tunnel-protocol.md, "Files by URL".
 */

import type { TunnelStream } from "../../proto/tunnel/index.ts";
import { AddressCount } from "../address-limits.ts";
import { MAX_FETCHES, MAX_FETCHES_PER_EXPORTER } from "../limits.ts";
import type { Logger } from "../logging.ts";
import type { RelayMetrics } from "../metrics.ts";
import { Rarely } from "../rarely.ts";
import { download } from "./download.ts";
import { FetchFailure, notAllowed, tooMany } from "./fetch-failure.ts";
import { FetchPolicy } from "./fetch-policy.ts";
import { type FetchRequest, parseFetchRequest } from "./fetch-request.ts";
import type { FetchRule } from "./fetch-rule.ts";
import { Lookups, type Resolve } from "./lookups.ts";
import { Transfer, type TransferEnd } from "./transfer.ts";
import { upload } from "./upload.ts";

/** What an operator may set. */
export interface FetchOptions {
  /** `--no-fetch`: not at all. */
  readonly off?: boolean;
  /** `--allow-fetch`: beside the public internet. */
  readonly allow?: readonly FetchRule[];
  // For tests, that need no internet.
  readonly resolve?: Resolve;
  readonly ownAddresses?: () => readonly string[];
  readonly ca?: string;
}

export interface FetchesOptions extends FetchOptions {
  readonly log: Logger;
  readonly metrics: Pick<RelayMetrics, "fetchEnded">;
}

/** Whose page asks. */
export interface FetchingExporter {
  /** Its short name in logs. */
  readonly id: string;
  readonly identity: { readonly uuid: string; readonly name: string };
}

export class Fetches {
  readonly #options: FetchesOptions;
  readonly #policy: FetchPolicy;
  readonly #lookups: Lookups;
  readonly #ofExporter = new AddressCount(MAX_FETCHES_PER_EXPORTER);
  readonly #rarely = new Rarely();
  #running = 0;

  constructor(options: FetchesOptions) {
    this.#options = options;
    const { allow = [], ownAddresses, resolve } = options;
    this.#policy = new FetchPolicy({ allow, ...(ownAddresses && { ownAddresses }) });
    this.#lookups = new Lookups(resolve);
  }

  get running(): number {
    return this.#running;
  }

  /** Answer a stream that a page has opened. Never throws. */
  serve(stream: TunnelStream, exporter: FetchingExporter): void {
    let request: FetchRequest;
    let leave: () => void;
    try {
      request = parseFetchRequest(stream.request);
      leave = this.#enter(exporter);
    } catch (error) {
      if (!(error instanceof FetchFailure)) throw error;
      stream.reset(error.code, error.message);
      this.#record(stream.request.method, exporter, { outcome: "refused", bytes: 0, reason: error.message });
      return;
    }
    const { ca } = this.#options;
    const startedAt = performance.now();
    const transfer = new Transfer({ stream, request, policy: this.#policy, lookups: this.#lookups, ca });
    void transfer.run(request.method === "GET" ? download : upload).then((end) => {
      leave();
      this.#record(request.method, exporter, end, {
        // Neither path nor query: either may be what opens the file, and logs are read by others than the page is.
        server: `${request.target.secure ? "https" : "http"}://${request.target.authority}`,
        ms: Math.round(performance.now() - startedAt),
      });
    });
  }

  /** @returns the function that gives the place back. @throws FetchFailure when there is none. */
  #enter({ identity }: FetchingExporter): () => void {
    if (this.#options.off === true) {
      throw notAllowed(
        "this relay fetches no files by URL: start it without --no-fetch, or give the file itself",
      );
    }
    const leave = this.#ofExporter.enter(identity.uuid);
    if (leave === undefined) {
      throw tooMany(
        `this exporter has ${MAX_FETCHES_PER_EXPORTER} transfers by URL already: wait for one of them`,
      );
    }
    if (this.#running >= MAX_FETCHES) {
      leave();
      throw tooMany(`the relay has ${MAX_FETCHES} transfers by URL already: wait for one of them`);
    }
    this.#running += 1;
    return () => {
      this.#running -= 1;
      leave();
    };
  }

  #record(
    method: string,
    { id, identity }: FetchingExporter,
    { outcome, status, bytes, reason }: TransferEnd,
    more: { readonly server?: string; readonly ms?: number } = {},
  ): void {
    const { log, metrics } = this.#options;
    metrics.fetchEnded({ method: method === "PUT" ? "PUT" : "GET", outcome, bytes });
    const why = reason === undefined ? undefined : withoutPaths(reason);
    const fields = {
      exporter: id,
      name: identity.name,
      method,
      outcome,
      status,
      bytes,
      ...more,
      reason: why,
    };
    // The operator may want to let it go there; a client can try as often as it likes.
    if (outcome !== "refused") log.debug("transfer by URL", fields);
    else if (this.#rarely.due(`refused ${identity.uuid}`)) {
      log.warning("a transfer by URL was refused (said once a minute)", fields);
    }
  }
}

/** What is said to a page names whole files; a log does not. */
function withoutPaths(sentence: string): string {
  return sentence.replace(/(https?:\/\/[^\s/?]+)[/?]\S*?(?=:?(?:\s|$))/gi, "$1/…");
}
