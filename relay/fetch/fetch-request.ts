/**
 * What a page asks for, from the head of its stream: a method, a URL, and the headers that its server gets. Pure.
 * Above: fetches.ts. Below: fetch-target.ts. Specification: docs/tunnel-protocol.md, "Files by URL".
 */

import { FETCH_OWN_PREFIX, FETCH_PATH, FETCH_URL_HEADER } from "../../proto/fetch.ts";
import { GrpcStatus, type HeaderList, type RequestHead } from "../../proto/tunnel/index.ts";
import { FIELD_VALUE, HOP_BY_HOP, headerValue, TOKEN } from "../headers.ts";
import { MAX_HEADER_BYTES, MAX_HEADERS } from "../limits.ts";
import { badRequest, FetchFailure } from "./fetch-failure.ts";
import { type FetchTarget, parseTarget } from "./fetch-target.ts";

export interface FetchRequest {
  readonly method: "GET" | "PUT";
  readonly target: FetchTarget;
  /** For the server; without those that are the relay's own to write. */
  readonly headers: HeaderList;
  /** Of a PUT whose page knows it. */
  readonly length: number | undefined;
}

/** Between two neighbours, or of the relay's own writing: what it asks for has to be what it can hand on. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([...HOP_BY_HOP, "accept-encoding", "content-length"]);

/** @throws FetchFailure with the cure. */
export function parseFetchRequest({ method, path, h }: RequestHead): FetchRequest {
  if (path !== FETCH_PATH) {
    throw new FetchFailure(
      GrpcStatus.unimplemented,
      `this relay answers no streams of pages to ${path.slice(0, 64)}`,
    );
  }
  if (method !== "GET" && method !== "PUT") {
    throw badRequest("a transfer's method is GET or PUT");
  }
  const url = headerValue(h, FETCH_URL_HEADER);
  if (url === undefined) throw badRequest(`the header ${FETCH_URL_HEADER} is missing`);
  const target = parseTarget(url);
  const headers = h.filter(([name]) => !name.startsWith(FETCH_OWN_PREFIX));
  checkHeaders(headers);
  const host = headerValue(headers, "host");
  if (host !== undefined && host.toLowerCase() !== target.authority) {
    throw badRequest(`the request's Host header is not the host of ${target.shown}: leave it out`);
  }
  return {
    method,
    target,
    headers: headers.filter(([name]) => !NOT_FORWARDED.has(name)),
    length: method === "PUT" ? lengthOf(headers) : undefined,
  };
}

function checkHeaders(headers: HeaderList): void {
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
      throw badRequest(
        `the request's header ${JSON.stringify(name.slice(0, 64))} is not one that HTTP allows`,
      );
    }
    bytes += name.length + value.length;
  }
  if (headers.length > MAX_HEADERS || bytes > MAX_HEADER_BYTES) {
    throw badRequest(
      `the request has ${headers.length} headers of ${bytes} bytes, ${MAX_HEADERS} of ${MAX_HEADER_BYTES} bytes are allowed`,
    );
  }
}

function lengthOf(headers: HeaderList): number | undefined {
  const text = headerValue(headers, "content-length");
  if (text === undefined) return undefined;
  const length = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(length)) {
    throw badRequest("the request's Content-Length is no number of bytes");
  }
  return length;
}

/** What a server of another origin must not see of a request that was for the first one; the names as Jumpstarter's own exporter has them. */
const SENSITIVE = ["authorization", "cookie", "proxy-authorization", "x-amz-", "x-ms-", "x-goog-"];

export function withoutSensitive(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !SENSITIVE.some((prefix) => name.startsWith(prefix)));
}
