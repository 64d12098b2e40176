/**
 * How long a client gives its call, as it says in the head. Pure.
 * Above: gateway.ts. Below: nothing.
 * Specification: gRPC over HTTP/2 (github.com/grpc/grpc doc/PROTOCOL-HTTP2.md, "Timeout"), Connect (connectrpc.com/docs/protocol,
 * "Connect-Timeout-Ms").
 */

import type { RpcProtocol } from "./rpc-protocol.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * @returns Milliseconds, perhaps a fraction; undefined when the call has no limit, or one that is not well-formed: to complain of
 * that is for the exporter, which the head goes to unchanged.
 */
export function callTimeoutMs(
  protocol: RpcProtocol,
  header: (name: string) => string | undefined,
): number | undefined {
  switch (protocol) {
    case "grpc":
    case "grpc-web":
    case "grpc-web-text":
      return grpcTimeoutMs(header("grpc-timeout"));
    case "connect-unary":
    case "connect-stream":
      return connectTimeoutMs(header("connect-timeout-ms"));
  }
}

function grpcTimeoutMs(value: string | undefined): number | undefined {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(value ?? "") ?? [];
  const unitMs = UNIT_MS[unit ?? ""];
  return unitMs === undefined ? undefined : Number(digits) * unitMs;
}

function connectTimeoutMs(value: string | undefined): number | undefined {
  return /^\d{1,10}$/.test(value ?? "") ? Number(value) : undefined;
}
