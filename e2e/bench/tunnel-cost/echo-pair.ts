/**
 * Both ends of a tunnel in one process, over a wire that copies: one byte stream, sent as fast as it goes and echoed.
 * Above: main.ts. Below: proto/tunnel, in the variant that is handed in.
 */

import type { Tunnel, TunnelLink, TunnelStream, TunnelTransport } from "../../../proto/tunnel/index.ts";
import type { TunnelModule } from "./variants.ts";

/** 32 KiB, the frames of the stream measure. */
const CHUNK_BYTES = 32 * 1024;

export interface Echoed {
  /** That came back; all of them did. */
  readonly bytes: number;
  readonly seconds: number;
  /** Of the whole process, with what collects its garbage. */
  readonly cpuSeconds: number;
}

/** Is shown each message. */
export type Look = (message: Uint8Array) => void;

/** Passes messages on in a turn of their own, as copies: like any transport it has the bytes of the moment. */
class Wire implements TunnelTransport {
  readonly bufferedAmount = 0;
  /** The link at the other end. */
  to: TunnelLink | undefined;
  readonly #look: Look | undefined;

  constructor(look: Look | undefined) {
    this.#look = look;
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    const copy = message.slice();
    this.#look?.(copy);
    setImmediate(() => this.to?.receive(copy));
  }

  close(code: number, reason: string): void {
    throw new Error(`the tunnel closed its connection with ${code}: ${reason}`);
  }
}

/**
 * Send for so long, and wait for the rest of the echo.
 *
 * @throws Error when the tunnel breaks, or something is missing.
 */
export async function echoFor(
  seconds: number,
  { Tunnel, DEFAULT_TUNNEL_LIMITS }: TunnelModule,
  { look }: { look?: Look } = {},
): Promise<Echoed> {
  const { streamWindowBytes: stream, connectionWindowBytes: connection } = DEFAULT_TUNNEL_LIMITS;
  const peer = { received: 0, windows: { stream, connection } };
  const create = (role: "page" | "relay", onStream: (stream: TunnelStream) => void): Tunnel =>
    // The grace time is for connections that are lost, and this one is not.
    new Tunnel({ role, schedule: setImmediate, after: () => () => undefined, onStream });
  const page = create("page", (asked) => void echo(asked));
  const relay = create("relay", () => undefined);
  const toPage = new Wire(look);
  const toRelay = new Wire(look);
  toRelay.to = relay.connect(toPage, peer);
  toPage.to = page.connect(toRelay, peer);

  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const opened = relay.open({ method: "POST", path: "/echo", h: [] });
  const [sent, bytes] = await Promise.all([send(opened, seconds), receive(opened)]);
  const { user, system } = process.cpuUsage(cpuBefore);
  if (bytes !== sent) throw new Error(`${bytes} of ${sent} bytes came back`);
  return { bytes, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function echo(stream: TunnelStream): Promise<void> {
  stream.respond({ status: 200, h: [] });
  for await (const chunk of stream.body) await stream.write(chunk);
  stream.end();
}

async function send(stream: TunnelStream, seconds: number): Promise<number> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const end = performance.now() + seconds * 1000;
  let bytes = 0;
  while (performance.now() < end) {
    bytes += chunk.length;
    await stream.write(chunk);
  }
  stream.end();
  return bytes;
}

async function receive(stream: TunnelStream): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream.body) bytes += chunk.length;
  return bytes;
}
