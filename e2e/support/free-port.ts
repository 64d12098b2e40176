/**
 * A port for a program that has to be told one and cannot say which it took. Where a program can take port 0 and print
 * what it got, that is better: nobody can come between.
 * Above: hardware/lab.ts. Below: node:net.
 */

import { once } from "node:events";
import { createServer } from "node:net";

/** A TCP port of the loopback address on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address");
  server.close();
  await once(server, "close");
  return address.port;
}
