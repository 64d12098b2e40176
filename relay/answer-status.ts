/**
 * The one answer of Jumpstarter's that the relay gives itself: how the exporter of a page that is away stands (GetStatus), so
 * that a client that asks over and over hears what has happened instead of running into its own deadline.
 * Above: gateway.ts. Below: rpc-protocol.ts, proto/gen. Specification: proto/jumpstarter/v1/jumpstarter.proto, and
 * docs/decisions/0003-what-the-relay-knows.md for why it is the only one.
 */

import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { ExporterStatus } from "../proto/gen/jumpstarter/v1/common_pb.ts";
import { GetStatusResponseSchema } from "../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { HeaderList } from "../proto/tunnel/index.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { isJson, type RpcProtocol, rpcMessageResponse } from "./rpc-protocol.ts";

export interface AwayStatus {
  /** The page may be back in a moment: clients go on waiting. */
  readonly expectedBack: boolean;
  /** One sentence. Not with the word "expired": clients would try to log in again. */
  readonly message: string;
}

/**
 * Two of Jumpstarter's statuses say it. OFFLINE is for "nobody is there": clients that wait may give up. What is only away for a
 * moment is UNSPECIFIED, which every client waits through; AVAILABLE would tell one that has ended its session that afterLease is
 * done. Neither has a version: from none, a client takes the page's next one, whatever it is, without missing any.
 *
 * @returns how many bytes the answer's body has; undefined when this protocol carries no unary calls, and nothing was sent.
 */
export function answerAwayStatus(
  exchange: HttpExchange,
  protocol: RpcProtocol,
  { expectedBack, message }: AwayStatus,
  headers: HeaderList,
): number | undefined {
  const status = expectedBack ? ExporterStatus.UNSPECIFIED : ExporterStatus.OFFLINE;
  const response = create(GetStatusResponseSchema, { status, message });
  const contentType = exchange.header("content-type") ?? "application/grpc";
  const bytes = isJson(contentType)
    ? Buffer.from(toJsonString(GetStatusResponseSchema, response))
    : toBinary(GetStatusResponseSchema, response);
  const whole = rpcMessageResponse(protocol, contentType, bytes);
  if (whole === undefined) return undefined;
  exchange.respond(200, [...whole.h, ...headers], { trailers: whole.trailers.length > 0 });
  exchange.write(whole.body);
  exchange.end(whole.trailers);
  return whole.body.length;
}
