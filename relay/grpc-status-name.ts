/**
 * gRPC status numbers in words, for logs and counters.
 * Above: gateway.ts, metrics.ts. Below: nothing. Specification: https://grpc.io/docs/guides/status-codes/
 */

const NAMES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** `IN_BODY`: gRPC-Web and Connect say it where the relay does not look. */
export type StatusName = (typeof NAMES)[number] | "IN_BODY";

/** @param code Undefined: not known. A number that gRPC has no name for counts as UNKNOWN, as it does for clients. */
export function statusName(code: number | undefined): StatusName {
  return code === undefined ? "IN_BODY" : (NAMES[code] ?? "UNKNOWN");
}
