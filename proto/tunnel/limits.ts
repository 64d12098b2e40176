/**
 * What a peer may do to us, and how much we hold for it: every bound of the tunnel in one place.
 * Above: every other file of proto/tunnel. Below: nothing. Specification: docs/tunnel-protocol.md, "Limits".
 */

/** Bytes of a frame's header: u24 length, u8 type, u8 flags, u32 stream. */
export const FRAME_HEADER_BYTES = 9;

/** 64 KiB: the quantum of fairness between streams, and small enough that one frame delays no call by a millisecond. */
export const MAX_DATA_BYTES = 64 * 1024;

/** 64 KiB: heads are JSON of HTTP headers, and HTTP servers allow 8 to 16 KiB of those. */
export const MAX_HEAD_BYTES = 64 * 1024;

/** 2 KiB: status text ends in an HTTP header, and Python clients allow 8 KiB for all of them. */
export const MAX_RESET_TEXT_BYTES = 2 * 1024;

/** 256 KiB: frames are packed into messages up to this size. Half of it costs a tenth of the throughput, more gains nothing. */
export const BATCH_BYTES = 256 * 1024;

/** 1 MiB: the longest WebSocket message a side has to accept. Four times the batch leaves room for another relay's habits. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** 4 KiB: a body this small passes an exhausted connection window, so that a call is never stuck behind a bulk upload. */
export const SMALL_BODY_BYTES = 4 * 1024;

/** 4 MiB: above this the transport is not keeping up; body bytes wait with us, where windows bound them. */
export const MAX_TRANSPORT_BUFFERED_BYTES = 4 * 1024 * 1024;

/** 64 characters for the names of page loads, relay processes and tunnels: a uuid has 36. */
export const MAX_INSTANCE_CHARACTERS = 64;

/** 253 characters: what Kubernetes, and so a Jumpstarter controller, allows for the name of an exporter. */
export const MAX_NAME_CHARACTERS = 253;

/**
 * 16 MiB sent, or waiting to be, and not acknowledged: what is held for a peer that is away or does not read. Windows keep
 * bodies far below it; control frames have no window, and a peer that lets them pile up to this loses its tunnel.
 */
export const MAX_REPLAY_BYTES = 4 * MAX_TRANSPORT_BUFFERED_BYTES;

/** 256 bytes that a kept message counts beside its own: a million empty ones would take hundreds of MiB otherwise. */
export const KEPT_MESSAGE_OVERHEAD_BYTES = 256;

/** 35 s: a connection may be gone for 30 s (a Wi-Fi change, a train's tunnel), and 5 s are for dialling after that. */
export const GRACE_MS = 35_000;

/** 16 KiB: messages up to this are not worth keeping their memory for. */
export const SMALL_MESSAGE_BYTES = 16 * 1024;

/** 66 KiB: one full DATA frame with some small ones; memory for larger messages is a multiple of it. */
export const MESSAGE_BLOCK_BYTES = MAX_DATA_BYTES + 2 * 1024;

/** 2 MiB of memory kept for the next messages: four connection windows. */
export const POOLED_MESSAGE_BYTES = 2 * 1024 * 1024;

/** 128 KiB: a writer is asked to wait while more than this waits for a window. Two quanta keep the pipe full. */
export const WRITE_HIGH_WATER_BYTES = 2 * MAX_DATA_BYTES;

/** Messages between two ACK frames, at most: rare enough to cost nothing, often enough to keep replays short. */
export const ACK_EVERY_MESSAGES = 64;

/** 128 KiB between two ACK frames, at most: a quarter of the usual window, so that a replay is hardly longer than the window. */
export const ACK_EVERY_BYTES = 128 * 1024;

/** Bounds that an owner of a tunnel may want to set. */
export interface TunnelLimits {
  /**
   * Bytes of body held for one stream until its consumer takes them. Throughput is at most window / round-trip time:
   * 512 KiB fills a LAN also where a busy machine makes 5 ms of it; 2 to 4 MiB suit a long line.
   */
  readonly streamWindowBytes: number;
  /** Bytes of body on their way for all streams together: bounds how long a control frame waits behind bulk. */
  readonly connectionWindowBytes: number;
  /** Streams that the peer may have open at once; one more is answered RESOURCE_EXHAUSTED. 1000 is what HTTP/2 clients get. */
  readonly maxStreams: number;
  /** How long a tunnel without a connection is kept. */
  readonly graceMs: number;
  /** What may be held for a peer that does not take it. */
  readonly replayBytes: number;
  /** Messages between two ACK frames, at most. */
  readonly ackEveryMessages: number;
}

export const DEFAULT_TUNNEL_LIMITS: TunnelLimits = {
  streamWindowBytes: 512 * 1024,
  connectionWindowBytes: 512 * 1024,
  maxStreams: 1000,
  graceMs: GRACE_MS,
  replayBytes: MAX_REPLAY_BYTES,
  ackEveryMessages: ACK_EVERY_MESSAGES,
};

/** The smallest and largest window a HELLO may announce: one quantum, so that a frame always fits, and 16 MiB. */
export const MIN_WINDOW_BYTES = MAX_DATA_BYTES;
export const MAX_WINDOW_BYTES = 16 * 1024 * 1024;
