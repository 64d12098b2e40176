/**
 * Somebody else, at another address, whose calls have to go on while a test attacks the relay; and sockets of an attacker.
 * Above: tests of relay/. Below: grpc-call.ts, node:net. Linux answers on all of 127.0.0.0/8.
 */

import { connect, type Socket } from "node:net";
import { GrpcClient } from "./grpc-call.ts";
import type { TestRelay } from "./start-test-relay.ts";

export const OTHER_ADDRESS = "127.0.0.2";

/** A plaintext gRPC client at `OTHER_ADDRESS`. */
export function bystander({ port, origin }: TestRelay): GrpcClient {
  return new GrpcClient(origin, {
    createConnection: () => connect({ port, host: "127.0.0.1", localAddress: OTHER_ADDRESS }),
  });
}

/** A bare connection whose errors are nobody's news. */
export function bare(
  { port }: TestRelay,
  options: { localAddress?: string; allowHalfOpen?: boolean } = {},
): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, ...options });
  socket.on("error", () => undefined);
  return socket;
}

/**
 * Resolves when a connection is gone, in whatever way: who still sends when the other side cuts it sees a reset instead of an
 * end, or fails to write. `once(socket, "close")` rejects then.
 */
export async function closed(socket: Pick<Socket, "closed" | "once">): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}

/** Everything that the relay says until the connection is gone. */
export async function said(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await closed(socket);
  return Buffer.concat(chunks).toString("latin1");
}

/** Send something again and again, as fast as the relay takes it, until it is all sent or the relay closes. Never rejects. */
export async function pour(socket: Socket, chunk: Uint8Array, times: number): Promise<void> {
  for (let turn = 0; turn < times && socket.writable; turn += 1) {
    const room = socket.write(chunk);
    // The relay runs in this process, too.
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (room || !socket.writable) continue;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off("drain", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    });
  }
}
