/**
 * Why a transfer by URL was refused or broke off, as its page hears it: a gRPC status and one sentence.
 * Above: everything in relay/fetch/. Below: proto/tunnel. Specification: docs/tunnel-protocol.md, "Files by URL".
 */

import { GrpcStatus } from "../../proto/tunnel/index.ts";

export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
  /** A gRPC status number. */
  readonly code: number;

  /** @param message One sentence for the person who asked, without the query of a URL. */
  constructor(code: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The request itself is wrong. */
export function badRequest(message: string): FetchFailure {
  return new FetchFailure(GrpcStatus.invalidArgument, message);
}

/** This relay does not go there; the sentence says what would let it. */
export function notAllowed(message: string): FetchFailure {
  return new FetchFailure(GrpcStatus.permissionDenied, message);
}

/** The server, or the way to it, has failed. */
export function broken(message: string, cause?: unknown): FetchFailure {
  return new FetchFailure(GrpcStatus.unknown, message, cause === undefined ? undefined : { cause });
}

export function tooLate(message: string): FetchFailure {
  return new FetchFailure(GrpcStatus.deadlineExceeded, message);
}

export function tooMany(message: string): FetchFailure {
  return new FetchFailure(GrpcStatus.resourceExhausted, message);
}
