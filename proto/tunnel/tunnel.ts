/**
 * One tunnel: many streams over connections that come and go. What a lost connection swallowed is sent again on the next
 * one, so that streams only pause; every message is taken exactly once.
 * Above: relay/ and web/tunnel/ own the WebSockets. Below: stream.ts, sender.ts, replay-buffer.ts, credit.ts, heads.ts.
 * No input or output, no platform, the clock comes in. Specification: docs/tunnel-protocol.md.
 *
 *   new ──connect──▶ connected ◀──connect── away ──graceMs──▶ closed
 *                        └───────lost──────▶┘
 */

import { Credit } from "./credit.ts";
import { decodeMessage, Flag, type Frame, FrameType } from "./frame.ts";
import {
  encodeJson,
  encodeReset,
  type Goaway,
  parseGoaway,
  parseRequestHead,
  parseReset,
  parseResponseHead,
  parseTrailers,
  parseU32,
} from "./heads.ts";
import {
  DEFAULT_TUNNEL_LIMITS,
  MAX_HEAD_BYTES,
  MAX_TRANSPORT_BUFFERED_BYTES,
  type TunnelLimits,
} from "./limits.ts";
import { MessageMemory } from "./message-memory.ts";
import { TunnelProtocolError } from "./protocol-error.ts";
import { ReplayBuffer } from "./replay-buffer.ts";
import { Sender } from "./sender.ts";
import { Stream, type StreamHost, tunnelLost } from "./stream.ts";
import {
  CloseCode,
  GrpcStatus,
  type Hello,
  type RequestHead,
  StreamReset,
  type TunnelClosed,
  type TunnelRole,
  type TunnelStream,
  type TunnelTransport,
} from "./types.ts";

/** Stream ids are u32. */
const HIGHEST_ID = 0xffff_ffff;

export interface TunnelOptions {
  readonly role: TunnelRole;
  /** Runs `flush` once, in a macrotask of its own: `setImmediate`, or a MessageChannel. Never a timer. */
  readonly schedule: (flush: () => void) => void;
  /** Runs a function once after so many milliseconds, unless the function that it returns is called first. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly limits?: Partial<TunnelLimits>;
  /** The peer has opened a stream. */
  onStream(stream: TunnelStream): void;
  /** The peer wants no more streams. */
  onGoaway?(goaway: Goaway): void;
}

/** One connection's end of the tunnel. It does nothing any more once the tunnel has another connection, or is over. */
export interface TunnelLink {
  /** Take one message. A message that breaks the protocol ends the tunnel, nothing else. */
  receive(message: Uint8Array): void;
  /**
   * The connection is gone: the tunnel waits for the next one, `graceMs` at most.
   *
   * @param options `why` is for whoever is told when none comes; a peer that has said that it goes gets less time.
   */
  lost(options?: LostOptions): void;
  /** What was sent again when it began. */
  readonly replayed: { readonly messages: number; readonly bytes: number };
}

export interface LostOptions {
  /** Ends in "lost", "closed" or the like: when and that it did not come back is added. */
  readonly why?: string;
  /** Instead of the limits' grace time. */
  readonly graceMs?: number;
}

/** Counts for whoever watches. Messages are those of the whole tunnel. */
export interface TunnelStats {
  readonly streams: number;
  readonly sentMessages: number;
  readonly receivedMessages: number;
  readonly acknowledgedMessages: number;
  /** Bytes that are kept for the peer: sent and not acknowledged, or waiting to be sent while it is away. */
  readonly keptBytes: number;
}

export class Tunnel {
  readonly #role: TunnelRole;
  readonly #limits: TunnelLimits;
  readonly #options: TunnelOptions;
  readonly #memory = new MessageMemory();
  readonly #replay = new ReplayBuffer(this.#memory);
  readonly #sender: Sender;
  readonly #credit: Credit;
  readonly #host: StreamHost;
  readonly #streams = new Map<number, Stream>();
  readonly #closed = Promise.withResolvers<TunnelClosed>();
  #state: "new" | "connected" | "away" | "closed" = "new";
  #transport: TunnelTransport | undefined;
  #stopGrace: (() => void) | undefined;
  /** Body bytes that the peer is ready to hold for a stream. */
  #peerStreamWindowBytes = 0;
  #replayBytes: number;
  #nextId: number;
  #lastPeerId = 0;
  #peerStreams = 0;
  /** Streams from our side are over: GOAWAY was sent or received. */
  #leaving = false;
  #received = 0;

  constructor(options: TunnelOptions) {
    this.#role = options.role;
    this.#options = options;
    this.#limits = { ...DEFAULT_TUNNEL_LIMITS, ...options.limits };
    this.#replayBytes = this.#limits.replayBytes;
    this.#nextId = options.role === "relay" ? 1 : 2;
    this.#sender = new Sender(options.schedule, {
      allocate: (bytes) => this.#memory.take(bytes),
      sent: (message) => {
        this.#replay.push(message);
        this.#checkKept();
      },
      held: () => this.#checkKept(),
    });
    this.#credit = new Credit(this.#sender, this.#limits);
    this.#host = {
      sender: this.#sender,
      credit: (stream, bytes) => this.#credit.taken(stream, bytes),
      done: (stream) => this.#done(stream),
    };
  }

  /** Resolves when the tunnel is over, however that came. Never rejects. */
  get closed(): Promise<TunnelClosed> {
    return this.#closed.promise;
  }

  /** Whether the peer is there, as far as anybody knows. */
  get isOpen(): boolean {
    return this.#state === "connected";
  }

  get isOver(): boolean {
    return this.#state === "closed";
  }

  /** The number of the last message received: for HELLO. */
  get received(): number {
    return this.#received;
  }

  get stats(): TunnelStats {
    return {
      streams: this.#streams.size,
      sentMessages: this.#replay.sent,
      receivedMessages: this.#received,
      acknowledgedMessages: this.#replay.acknowledged,
      keptBytes: this.#replay.bytes + this.#sender.controlBytes,
    };
  }

  /** Whether a peer that has received so many messages can go on with this tunnel. */
  canResume(received: number): boolean {
    return this.#state !== "closed" && this.#replay.covers(received);
  }

  /**
   * Go on over a new connection, on which both sides have said HELLO. An older connection is closed.
   *
   * @param peer What the peer's HELLO says; `canResume(peer.received)` has to hold.
   */
  connect(transport: TunnelTransport, peer: Pick<Hello, "received" | "windows">): TunnelLink {
    if (!this.canResume(peer.received)) throw new Error("the tunnel cannot go on from there");
    this.#transport?.close(CloseCode.replaced, "a newer connection of this page has taken its place");
    this.#stopGrace?.();
    if (this.#state === "new") {
      this.#peerStreamWindowBytes = peer.windows.stream;
      this.#sender.grantConnection(peer.windows.connection);
      this.#replayBytes = Math.max(this.#limits.replayBytes, 2 * peer.windows.connection);
    }
    this.#state = "connected";
    this.#transport = transport;
    this.#replay.acknowledge(peer.received);
    this.#credit.acknowledged();
    const pending = this.#replay.pending();
    for (const message of pending) transport.send(message);
    this.#sender.connect(transport);
    return {
      replayed: {
        messages: pending.length,
        bytes: pending.reduce((bytes, message) => bytes + message.length, 0),
      },
      receive: (message) => {
        if (this.#transport === transport) this.#receive(message);
      },
      lost: (options) => {
        if (this.#transport === transport) this.#lost(options);
      },
    };
  }

  /**
   * Open a stream.
   *
   * @throws StreamReset UNAVAILABLE when the peer is not there, RESOURCE_EXHAUSTED when too many streams are.
   */
  open(request: RequestHead, { end = false }: { end?: boolean } = {}): TunnelStream {
    const transport = this.#transport;
    if (transport === undefined || this.#leaving) {
      throw new StreamReset(GrpcStatus.unavailable, "the tunnel is not open");
    }
    if (this.#streams.size - this.#peerStreams >= this.#limits.maxStreams) {
      throw new StreamReset(
        GrpcStatus.resourceExhausted,
        `${this.#limits.maxStreams} streams are open already: end some first`,
      );
    }
    // A peer takes larger heads for a broken protocol, and everybody would pay for one request.
    const payload = encodeJson(request);
    if (payload.length > MAX_HEAD_BYTES) {
      const text = `the request's headers take ${payload.length} bytes of the ${MAX_HEAD_BYTES} there are: send less`;
      throw new StreamReset(GrpcStatus.resourceExhausted, text);
    }
    if (transport.bufferedAmount > MAX_TRANSPORT_BUFFERED_BYTES) {
      throw new StreamReset(
        GrpcStatus.unavailable,
        "the other side of the tunnel does not keep up: try again",
      );
    }
    const id = this.#nextId;
    if (id > HIGHEST_ID) {
      const text = "this tunnel has had all the streams that it can number: it begins anew, try again";
      this.close(CloseCode.goingAway, text);
      throw new StreamReset(GrpcStatus.unavailable, text);
    }
    this.#nextId += 2;
    const stream = this.#createStream(id, request, { opener: true });
    this.#sender.control({ type: FrameType.open, flags: end ? Flag.end : 0, stream: id, payload });
    if (end) stream.endWithoutBody();
    return stream;
  }

  /** Ask the peer for a sign of life; any message from it counts as one (`received` grows). */
  ping(): void {
    if (this.#state !== "connected") return;
    this.#sender.control({ type: FrameType.ping, flags: 0, stream: 0, payload: new Uint8Array(8) });
  }

  /** Tell the peer that no more streams are wanted; those that are open go on. */
  goAway(code: number, text: string): void {
    if (this.#state === "closed" || this.#leaving) return;
    this.#leaving = true;
    const payload = encodeJson({ last: this.#lastPeerId, code, text });
    this.#sender.control({ type: FrameType.goaway, flags: 0, stream: 0, payload });
  }

  /** End the tunnel from this side. Streams end with UNAVAILABLE and the reason. */
  close(code: number, reason: string): void {
    if (this.#state === "closed") return;
    const transport = this.#transport;
    this.#sender.flush();
    this.#finish({ code, reason, byUs: true });
    transport?.close(code, reason);
  }

  /** The peer has ended the tunnel. Streams end with UNAVAILABLE and the reason. */
  closedByPeer(code: number, reason: string): void {
    this.#finish({ code, reason, byUs: false });
  }

  #finish(closed: TunnelClosed): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#transport = undefined;
    this.#stopGrace?.();
    this.#sender.stop();
    this.#replay.clear();
    const reason = tunnelLost(closed.reason);
    for (const stream of [...this.#streams.values()]) stream.dispose(reason);
    this.#closed.resolve(closed);
  }

  #lost({ why, graceMs = this.#limits.graceMs }: LostOptions = {}): void {
    this.#state = "away";
    this.#transport = undefined;
    this.#sender.disconnect();
    this.#checkKept();
    if (this.#isClosed()) return;
    const lost = why ?? `the connection to the ${this.#role === "relay" ? "page" : "relay"} was lost`;
    this.#stopGrace = this.#options.after(graceMs, () => {
      const reason = `${lost}, and it did not come back within ${graceMs / 1000} s`;
      this.#finish({ code: CloseCode.lost, reason, byUs: true });
    });
  }

  /** What is held for the peer has a bound. */
  #checkKept(): void {
    if (this.#replay.bytes + this.#sender.controlBytes <= this.#replayBytes) return;
    const transport = this.#transport;
    const reason = `more than ${this.#replayBytes} bytes wait for the other side, which does not take them`;
    this.#finish({ code: CloseCode.limit, reason, byUs: true });
    transport?.close(CloseCode.limit, reason);
  }

  #receive(message: Uint8Array): void {
    this.#received += 1;
    // A peer that talks and does not listen: what we owe it (answers to pings, windows) has no window of its own.
    this.#checkKept();
    if (this.#isClosed()) return;
    try {
      for (const frame of decodeMessage(message)) {
        this.#receiveFrame(frame);
        if (this.#isClosed()) return;
      }
      this.#credit.message(this.#received, message.length);
      this.#sender.poke();
    } catch (error) {
      if (!(error instanceof TunnelProtocolError)) throw error;
      this.close(CloseCode.protocolError, error.message);
    }
  }

  /** A method, so that the compiler does not take the state of before a callback for the state of after it. */
  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #receiveFrame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.data:
        this.#receiveData(frame);
        return;
      case FrameType.open:
        this.#receiveOpen(frame);
        return;
      case FrameType.headers:
        this.#receiveHeaders(frame);
        return;
      case FrameType.rst: {
        const reset = parseReset(frame.payload);
        this.#streams.get(frame.stream)?.dispose(reset);
        return;
      }
      case FrameType.hello:
        throw new TunnelProtocolError("a second HELLO");
      case FrameType.ack:
        this.#receiveAck(parseU32(frame.payload, "ACK"));
        return;
      case FrameType.ping:
        this.#receivePing(frame);
        return;
      case FrameType.goaway:
        this.#leaving = true;
        this.#options.onGoaway?.(parseGoaway(frame.payload));
        return;
      case FrameType.window: {
        const bytes = parseU32(frame.payload, "WINDOW");
        if (bytes === 0) throw new TunnelProtocolError("WINDOW grants nothing");
        if (frame.stream === 0) this.#sender.grantConnection(bytes);
        else this.#streams.get(frame.stream)?.receiveWindow(bytes);
        return;
      }
    }
  }

  #receivePing({ payload, flags }: Frame): void {
    if (payload.length !== 8) throw new TunnelProtocolError("PING is not 8 bytes long");
    if ((flags & Flag.ack) !== 0) return;
    this.#sender.control({ type: FrameType.ping, flags: Flag.ack, stream: 0, payload: payload.slice() });
  }

  #receiveOpen(frame: Frame): void {
    const id = frame.stream;
    const ours = this.#role === "relay" ? 1 : 0;
    if (id === 0 || id % 2 === ours || id <= this.#lastPeerId) {
      throw new TunnelProtocolError(`OPEN uses stream id ${id}, which is not the sender's next`);
    }
    this.#lastPeerId = id;
    const request = parseRequestHead(frame.payload);
    if (this.#peerStreams >= this.#limits.maxStreams) {
      const text = `more than ${this.#limits.maxStreams} streams are open at once: end some first`;
      const payload = encodeReset(GrpcStatus.resourceExhausted, text);
      this.#sender.control({ type: FrameType.rst, flags: 0, stream: id, payload });
      return;
    }
    const stream = this.#createStream(id, request, { opener: false });
    this.#peerStreams += 1;
    if ((frame.flags & Flag.end) !== 0) stream.receiveEnd();
    this.#options.onStream(stream);
  }

  #createStream(id: number, request: RequestHead, { opener }: { opener: boolean }): Stream {
    const stream = new Stream(this.#host, id, request, {
      opener,
      sendWindowBytes: this.#peerStreamWindowBytes,
      receiveWindowBytes: this.#limits.streamWindowBytes,
    });
    this.#streams.set(id, stream);
    return stream;
  }

  #receiveData(frame: Frame): void {
    if (frame.stream === 0) throw new TunnelProtocolError("DATA belongs to no stream");
    // Credited on receipt, also for streams that are over: a stalled stream must not stall the others.
    this.#credit.body(frame.payload.length);
    this.#streams.get(frame.stream)?.receiveData(frame);
  }

  #receiveHeaders(frame: Frame): void {
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return; // late answer to a stream that was reset
    if ((frame.flags & Flag.trailers) !== 0) {
      if ((frame.flags & Flag.end) === 0) throw new TunnelProtocolError("trailers do not end their stream");
      stream.receiveTrailers(parseTrailers(frame.payload));
    } else {
      stream.receiveResponse(parseResponseHead(frame.payload), (frame.flags & Flag.end) !== 0);
    }
  }

  #receiveAck(low: number): void {
    const number = this.#replay.numberOf(low);
    const { sent } = this.#replay;
    if (number > sent) throw new TunnelProtocolError(`ACK ${low} is beyond ${sent}, the last message sent`);
    // An older one is in a message that was sent again: HELLO has said more since.
    this.#replay.acknowledge(number);
  }

  #done(id: number): void {
    this.#streams.delete(id);
    this.#credit.forget(id);
    if (id % 2 === (this.#role === "relay" ? 0 : 1)) this.#peerStreams -= 1;
  }
}
