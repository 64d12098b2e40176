/**
 * HTTP/2 frames by hand, for what no client library would send.
 * Above: tests of relay/. Below: node:net. Specification: RFC 9113 section 4.1, RFC 7541 section 6.2.
 */

import type { Socket } from "node:net";

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export const Http2Frame = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;

export function http2Frame(
  type: number,
  {
    flags = 0,
    stream = 0,
    payload = Buffer.alloc(0),
  }: { flags?: number; stream?: number; payload?: Uint8Array } = {},
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

/** A header block of literals without Huffman code; `indexed` puts them into the dynamic table as well. */
export function headerBlock(
  pairs: Iterable<readonly [string, string]>,
  { indexed = false }: { indexed?: boolean } = {},
): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of pairs) parts.push(Buffer.of(indexed ? 0x40 : 0x00), text(name), text(value));
  return Buffer.concat(parts);
}

/** What every call to the relay begins with. */
export function callHeaders(port: number, more: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries({
    ":method": "POST",
    ":scheme": "http",
    ":path": "/jumpstarter.v1.ExporterService/GetReport",
    ":authority": `127.0.0.1:${port}`,
    "content-type": "application/grpc",
    te: "trailers",
    "x-jumpstarter-passphrase": "secret",
    ...more,
  });
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** RFC 7541 section 5.1, with a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let left = value - 127;
  for (; left >= 128; left >>>= 7) bytes.push((left & 127) | 128);
  bytes.push(left);
  return Buffer.from(bytes);
}

export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Takes the relay's frames apart as they come, and lets a test wait for one. */
export class FrameReader {
  readonly frames: ReceivedFrame[] = [];
  /** The connection is closed; resolves `next()`s with undefined. */
  closed = false;
  readonly #wakers = new Set<() => void>();
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.once("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** The first frame that fits, of those that came and those that come; undefined when the connection ends before. */
  async find(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame | undefined> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined || this.closed) return found;
      await new Promise<void>((resolve) => this.#wakers.add(resolve));
    }
  }

  /** GOAWAY as `code text`; undefined when the connection ends without one. */
  async goaway(): Promise<string | undefined> {
    const frame = await this.find(({ type }) => type === Http2Frame.goaway);
    return frame && `${frame.payload.readUInt32BE(4)} ${frame.payload.subarray(8)}`;
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) break;
      this.frames.push({
        type: this.#rest[3] ?? 0,
        flags: this.#rest[4] ?? 0,
        stream: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(9, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
    this.#wake();
  }

  #wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const waker of wakers) waker();
  }
}
