/**
 * The words of the tunnel: what a relay and a page say to each other, as types.
 * Above: relay/ and web/tunnel/. Below: nothing. Specification: docs/tunnel-protocol.md.
 */

import type { Credential } from "../credentials.ts";

/** Header names are lower case; a name may occur more than once. `-bin` values stay base64. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The head of a request: payload of OPEN. */
export interface RequestHead {
  readonly method: string;
  /** Path with query, for example `/jumpstarter.v1.ExporterService/GetReport`. */
  readonly path: string;
  readonly h: HeaderList;
}

/** The head of a response: payload of the first HEADERS. */
export interface ResponseHead {
  /** HTTP status. */
  readonly status: number;
  readonly h: HeaderList;
}

/** Who speaks: the relay opens odd stream ids, the page even ones. */
export type TunnelRole = "relay" | "page";

/** Payload of HELLO, the first message of each side on each connection. */
export interface Hello {
  /** Protocol version; 1. */
  readonly v: 1;
  readonly role: TunnelRole;
  /** Random, made anew by each page load and each relay process: tells a return from a reload. */
  readonly instance: string;
  /** Bytes that this side is ready to hold for one stream, and for the whole connection. */
  readonly windows: { readonly stream: number; readonly connection: number };
  /** From the relay: the name of this tunnel, random. From a page: the tunnel that it would resume, if there is one. */
  readonly tunnel?: string;
  /** The number of the last message of that tunnel received: the peer goes on after it. 0 on a new tunnel. */
  readonly received: number;
  /** From a page only: counts its connections from 1, so that one that arrives late does not pass for the newest. */
  readonly dial?: number;
  /** From a page only. */
  readonly exporter?: ExporterIdentity;
  /** From a page only, where the relay asks for one. */
  readonly attachToken?: string;
  /** From a page only: take the exporter over from another page that holds it. */
  readonly takeOver?: boolean;
  /** From a colleague's page only, which is no exporter: what a client would present. */
  readonly passphrase?: string;
}

/** Which exporter a page is. */
export interface ExporterIdentity {
  readonly uuid: string;
  /** `metadata.name` of its configuration. */
  readonly name: string;
  /** Lower-case hex SHA-256 of the passphrase in UTF-8; absent when clients need none. */
  readonly passphraseHash?: string;
  /** What else opens it. Absent: nothing. */
  readonly credentials?: readonly Credential[];
}

/** gRPC status numbers that the tunnel itself uses; beside them, 0 in a reset says that the rest is not wanted. @see https://grpc.io/docs/guides/status-codes/ */
export const GrpcStatus = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** How a stream ended early, or why it could not be opened. */
export class StreamReset extends Error {
  override readonly name = "StreamReset";
  /** A gRPC status number. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Close codes of the WebSocket; each comes with a sentence. The number is part of the protocol. */
export const CloseCode = {
  /** The person has stopped the exporter: nobody needs to wait for it. */
  stopped: 1000,
  /** The side that closes is leaving: page closed or reloaded, relay stopped. */
  goingAway: 1001,
  /** Never sent: what the platform says of a connection that broke (RFC 6455, section 7.1.5). */
  lost: 1006,
  /** A message was longer than its receiver takes; the WebSocket itself says so (RFC 6455, section 7.4.1). */
  tooBig: 1009,
  /** The peer broke the protocol. */
  protocolError: 4400,
  /** The attach token is missing or wrong. */
  unauthorized: 4401,
  /** This page may not attach: wrong origin, or the relay serves another exporter only. */
  forbidden: 4403,
  /** HELLO did not come in time. */
  helloTimeout: 4408,
  /** Another page holds this exporter. */
  conflict: 4409,
  /** Another exporter has this name or this passphrase. */
  nameTaken: 4411,
  /** A newer connection of the same page has taken this one's place. */
  replaced: 4410,
  /** This connection is given up, the tunnel is not: the page dials again. */
  abandoned: 4412,
  /** A limit was passed. */
  limit: 4429,
  /** The side that closes has failed. */
  internal: 4500,
} as const;

/** One request and its response inside the tunnel. Both sides hold one of these. */
export interface TunnelStream {
  readonly id: number;
  readonly request: RequestHead;

  /** Aborted when the peer resets the stream, or the tunnel is over; the reason is a StreamReset. */
  readonly signal: AbortSignal;

  /** On the side that opened the stream: the peer's HEADERS. Rejects with StreamReset. */
  readonly response: Promise<ResponseHead>;

  /**
   * The peer's body, each chunk at most 64 KiB, once only. The peer gets its window back as chunks are taken.
   * Ends at the peer's END; throws StreamReset when the stream is reset or the tunnel lost.
   */
  readonly body: AsyncIterable<Uint8Array>;

  /** The peer's trailers; known once `body` has ended, undefined when there were none. */
  readonly trailers: HeaderList | undefined;

  /** On the side that answers: the response head, once. With `end`, the whole response (a trailers-only answer). */
  respond(head: ResponseHead, options?: { end?: boolean }): void;

  /**
   * Queue body bytes, without a copy: the bytes must not change afterwards.
   *
   * @returns undefined when there is room for more at once, else a promise that resolves when there is. It never
   * rejects: on a stream that is over, bytes are dropped, and `signal` says so.
   */
  write(bytes: Uint8Array): Promise<void> | undefined;

  /**
   * End this side's body, with trailers if there are any.
   *
   * With `stop`, nothing more of the peer's body is wanted either: unless it has ended by the time that all of this side's is on its
   * way, the stream is reset then, with status 0. The peer has the whole of this side's body by that time.
   */
  end(trailers?: HeaderList, options?: { stop?: boolean }): void;

  /**
   * End both directions at once. The peer sees a StreamReset with this code and text. Later calls do nothing.
   *
   * With `afterFlush`, what was written before is delivered first: a client that leaves right after its last byte still
   * meant that byte. It may take as long as the peer's consumer does; a plain `reset` cuts it short.
   */
  reset(code: number, message: string, options?: { afterFlush?: boolean }): void;

  /** Resolves when both directions are over, however they ended; undefined is an orderly end. Never rejects. */
  readonly closed: Promise<StreamReset | undefined>;
}

/** One connection, a WebSocket, as the tunnel needs it. */
export interface TunnelTransport {
  /** Send one binary message. The bytes do not change until the peer has acknowledged them. */
  send(message: Uint8Array<ArrayBuffer>): void;
  /** Bytes handed to `send` that have not left this machine. */
  readonly bufferedAmount: number;
  close(code: number, reason: string): void;
}

/** Why a tunnel is over. */
export interface TunnelClosed {
  /** A WebSocket close code: one of CloseCode, or the platform's own. */
  readonly code: number;
  readonly reason: string;
  /** Whether this side decided it. */
  readonly byUs: boolean;
}
