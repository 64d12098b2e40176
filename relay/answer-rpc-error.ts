/**
 * An error of the relay's own, in the words of the call's protocol: the whole answer.
 * Above: gateway.ts, dispatch.ts. Below: rpc-protocol.ts, http-exchange.ts.
 */

import type { HeaderList } from "../proto/tunnel/index.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { type RpcProtocol, rpcErrorResponse } from "./rpc-protocol.ts";

/** @param error `code` is a gRPC status number. */
export function answerRpcError(
  exchange: HttpExchange,
  protocol: RpcProtocol,
  error: { readonly code: number; readonly text: string },
  headers: HeaderList = [],
): void {
  const contentType = exchange.header("content-type") ?? "application/grpc";
  const { status, h, body } = rpcErrorResponse(protocol, contentType, error.code, error.text);
  exchange.respond(status, [...h, ...headers], { end: body.length === 0 });
  if (body.length === 0) return;
  exchange.write(body);
  exchange.end();
}
