/**
 * What a client may ask for in its tunnel: calls of gRPC, with headers as HTTP allows them. Pure.
 * Above: dispatch.ts. Below: nothing. Specification: docs/tunnel-protocol.md, "Clients".
 */

import type { HeaderList } from "../proto/tunnel/index.ts";
import { FIELD_VALUE, TOKEN } from "./headers.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { MAX_HEADER_BYTES, MAX_HEADERS } from "./limits.ts";
import { isRpcPath, rpcProtocolOf } from "./rpc-protocol.ts";

export interface Problem {
  /** An HTTP status. */
  readonly status: number;
  readonly sentence: string;
  readonly headers?: HeaderList;
}

/** Why a stream is no call; undefined when it is one. */
export function clientRequestProblem(exchange: HttpExchange): Problem | undefined {
  const { method, path, headers } = exchange;
  if (!isRpcPath(path)) {
    return {
      status: 404,
      sentence: "In this tunnel there are methods of services only, as /package.Service/Method.",
    };
  }
  if (method !== "POST") {
    return {
      status: 405,
      sentence: "Methods of services are called with POST.",
      headers: [["allow", "POST"]],
    };
  }
  let bytes = 0;
  for (const [name, value] of headers) {
    bytes += name.length + value.length;
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
      const shown = JSON.stringify(name.slice(0, MAX_NAME_SHOWN));
      return { status: 400, sentence: `The header ${shown} is not one that HTTP allows.` };
    }
  }
  if (headers.length > MAX_HEADERS || bytes > MAX_HEADER_BYTES) {
    const allowed = `${MAX_HEADER_BYTES / 1024} KiB of headers, or more than ${MAX_HEADERS} of them`;
    return { status: 431, sentence: `The request has more than ${allowed}: send less.` };
  }
  if (rpcProtocolOf(exchange.header("content-type")) !== "grpc") {
    return { status: 415, sentence: "In this tunnel, calls are application/grpc." };
  }
  return undefined;
}

/** Characters of a header's name in a sentence: enough to find it by. */
const MAX_NAME_SHOWN = 64;
