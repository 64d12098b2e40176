/**
 * One request to one server, at an address that has been checked: no proxy, no connection of another one, no second lookup.
 * Above: transfer.ts. Below: node:http, node:https.
 */

import type { LookupAddress } from "node:dns";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { HeaderList } from "../../proto/tunnel/index.ts";
import { headerValue, nodeHeaders } from "../headers.ts";
import { MAX_HEADER_BYTES } from "../limits.ts";
import { broken, type FetchFailure } from "./fetch-failure.ts";
import type { FetchTarget } from "./fetch-target.ts";

export interface ServerRequestOptions {
  readonly method: "GET" | "PUT";
  readonly target: FetchTarget;
  readonly headers: HeaderList;
  /** Those that may be connected to; the first that answers is taken. */
  readonly addresses: readonly LookupAddress[];
  /** Authorities beside Node's own; for tests. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

export interface ServerRequest {
  readonly request: ClientRequest;
  /** The way there is open, with TLS where that is asked for. Rejects as `response` does. */
  readonly connected: Promise<void>;
  /** Rejects with a FetchFailure, or with the error of the signal. */
  readonly response: Promise<IncomingMessage>;
}

export function openServerRequest(options: ServerRequestOptions): ServerRequest {
  const { method, target, addresses, ca, signal } = options;
  const request = (target.secure ? httpsRequest : httpRequest)({
    method,
    host: target.host,
    port: target.port,
    path: target.path,
    headers: nodeHeaders(withDefaults(options)),
    // Of its own, so that nothing of one transfer is left for another.
    agent: false,
    lookup: only(addresses),
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
    ...(ca !== undefined && { ca }),
  });
  // Whoever waits for it hears it from `response` or from the body; after that nobody needs to.
  request.on("error", () => undefined);
  const response = answerOf(request, target);
  response.catch(() => undefined); // a PUT looks at it later
  const connected = new Promise<void>((resolve, reject) => {
    request.once("socket", (socket) => socket.once(target.secure ? "secureConnect" : "connect", resolve));
    response.catch(reject);
  });
  return { request, connected, response };
}

function withDefaults({ headers, target }: ServerRequestOptions): HeaderList {
  const has = (name: string): boolean => headerValue(headers, name) !== undefined;
  return [
    ["host", target.authority],
    ...(has("user-agent") ? [] : ([["user-agent", "jumptab"]] as const)),
    ...(has("accept") ? [] : ([["accept", "*/*"]] as const)),
    // What is stored compressed comes so all the same, and is decoded.
    ["accept-encoding", "identity"],
    ...headers,
  ];
}

function answerOf(request: ClientRequest, target: FetchTarget): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(brokenBy(error, target, request.method));
    request.once("error", fail);
    // Without a word: so ends a server that would speak another protocol (101).
    request.once("close", () => fail(new Error("the server has not answered in HTTP")));
    request.once("response", (response) => {
      response.on("error", () => undefined); // told by whoever reads it
      resolve(response);
    });
  });
}

/** The addresses that were checked, whatever the name leads to by now. */
function only(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
}

/** What went wrong on the way, for the person who asked. */
export function brokenBy(error: unknown, { shown }: FetchTarget, method: string): FetchFailure {
  return broken(
    `Presigned HTTP ${method} stream failed (connection/read error) for ${shown}: ${wordsOf(error)}`,
    error,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there (ECONNREFUSED)",
  ECONNRESET: "the server has cut the connection (ECONNRESET)",
  EHOSTUNREACH: "the relay has no way to it (EHOSTUNREACH)",
  ENETUNREACH: "the relay has no way to it (ENETUNREACH)",
  ETIMEDOUT: "it does not answer (ETIMEDOUT)",
  ENOTFOUND: "the relay knows no address of that name (ENOTFOUND)",
  EAI_AGAIN: "the relay cannot look up names now (EAI_AGAIN)",
  SELF_SIGNED_CERT_IN_CHAIN:
    "the relay does not trust its certificate: start the relay with NODE_EXTRA_CA_CERTS=FILE",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the relay does not trust its certificate: start the relay with NODE_EXTRA_CA_CERTS=FILE",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the relay does not trust its certificate: start the relay with NODE_EXTRA_CA_CERTS=FILE",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the relay does not trust its certificate: start the relay with NODE_EXTRA_CA_CERTS=FILE",
};

function wordsOf(error: unknown): string {
  // One for each address that was tried: the first says enough.
  if (error instanceof AggregateError) return wordsOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return WORDS[code ?? ""] ?? (code === undefined ? error.message : `${error.message} (${code})`);
}
