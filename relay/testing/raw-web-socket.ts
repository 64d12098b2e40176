/**
 * WebSocket frames by hand, for what no client library would send.
 * Above: tests of relay/. Below: node:net. Specification: RFC 6455 sections 4.1 and 5.2.
 */

import { once } from "node:events";
import type { Socket } from "node:net";

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export function upgradeRequest(port: number, path = "/tunnel"): string {
  return (
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
    `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
    "sec-websocket-protocol: jumptab-tunnel.v1\r\n\r\n"
  );
}

/** Upgrade a bare connection; resolves when the relay has agreed. */
export async function upgrade(socket: Socket, port: number): Promise<void> {
  socket.write(upgradeRequest(port));
  const [answer] = await once(socket, "data");
  if (!String(answer).startsWith("HTTP/1.1 101 ")) throw new Error(`not upgraded: ${answer}`);
}

export interface WebSocketFrameOptions {
  readonly final?: boolean;
  readonly masked?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  /** What the header says, when it is not the truth. */
  readonly length?: bigint;
}

export function webSocketFrame(
  opcode: number,
  payload: Uint8Array | string = "",
  { final = true, masked = true, reserved = 0, length }: WebSocketFrameOptions = {},
): Buffer {
  const body = Buffer.from(payload);
  const size = length ?? BigInt(body.length);
  const mask = masked ? 0x80 : 0;
  const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode];
  if (size < 126n) head.push(mask | Number(size));
  else if (size < 65_536n) head.push(mask | 126, Number(size >> 8n), Number(size & 255n));
  else {
    head.push(mask | 127);
    for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((size >> shift) & 255n));
  }
  // A mask of zeros changes nothing.
  return Buffer.concat([Buffer.from(head), masked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
}

/** The close code in what the relay said, which may hold other frames before it; undefined when there is none. */
export function closeCode(said: Buffer): { code: number; reason: string } | undefined {
  let at = 0;
  while (at + 2 <= said.length) {
    const opcode = (said[at] ?? 0) & 0xf;
    const short = said[at + 1] ?? 0;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + head > said.length) return undefined;
    const length =
      short === 126
        ? said.readUInt16BE(at + 2)
        : short === 127
          ? Number(said.readBigUInt64BE(at + 2))
          : short;
    const payload = said.subarray(at + head, at + head + length);
    if (opcode === Opcode.close && payload.length >= 2) {
      return { code: payload.readUInt16BE(), reason: payload.subarray(2).toString() };
    }
    at += head + length;
  }
  return undefined;
}
