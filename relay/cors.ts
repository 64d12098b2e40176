/**
 * RPCs from pages of other origins (gRPC-Web, Connect): allowed where a passphrase guards the exporter. Pure.
 * Above: dispatch.ts, gateway.ts. Below: access.ts. Specification: fetch.spec.whatwg.org, "CORS protocol".
 * There are no cookies and no other ambient credentials, so a wildcard gives nothing away but what a passphrase opens.
 */

import type { HeaderList } from "../proto/tunnel/index.ts";
import { isOwnOrigin } from "./access.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { MAX_CORS_HEADERS_BYTES } from "./limits.ts";

/** Whether a browser's call may go on; true for everybody who is no browser. */
export function mayCall(exchange: HttpExchange, noAuth: boolean): boolean {
  return !noAuth || isOwnOrigin(exchange.header("origin"), exchange.authority);
}

/** Headers that let a browser read the answer. */
export function corsHeaders(exchange: HttpExchange): HeaderList {
  if (exchange.header("origin") === undefined) return [];
  return [
    ["access-control-allow-origin", "*"],
    // Some browsers did not know the wildcard here for long.
    ["access-control-expose-headers", "*, grpc-status, grpc-message, grpc-status-details-bin"],
  ];
}

/** Headers of the answer to a preflight. */
export function preflightHeaders(exchange: HttpExchange): HeaderList {
  const asked = exchange.header("access-control-request-headers") ?? "";
  return [
    ["access-control-allow-origin", "*"],
    ["access-control-allow-methods", "POST"],
    ["access-control-allow-headers", asked.length <= MAX_CORS_HEADERS_BYTES ? asked : "*"],
    ["access-control-max-age", "7200"],
  ];
}
