/**
 * EchoNetwork: a network service that answers with what it was sent.
 * Above: the registry. Below: drivers/base.
 * Specification: jumpstarter_driver_network.driver.EchoNetwork.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import { ChunkQueue } from "../base/chunk-queue.ts";
import { configObject } from "../base/config-object.ts";
import { defineDriver } from "../base/driver.ts";
import { exportedMethods, exportedStream } from "../base/methods.ts";
import { Waiters } from "../base/waiters.ts";

/** Chunks between writer and reader; the writer waits beyond. Upstream's number. */
const MAX_CHUNKS = 32;

export const definition = defineDriver({
  type: "jumpstarter_driver_network.driver.EchoNetwork",
  summary: "A stream that echoes what it is sent. Needs nothing.",
  about: { title: "Echo service", category: "network" },
  config: configObject({}),
  create: () => ({
    clientClass: "jumpstarter_driver_network.client.NetworkClient",
    category: "network",
    methods: exportedMethods({ connect: exportedStream(async () => createEcho()) }),
    async [Symbol.asyncDispose]() {},
  }),
});

/** Every connection is an echo of its own. Chunks come back as they went in; half-close comes back as the end. */
function createEcho(): ByteStream {
  const room = new Waiters();
  const queue = new ChunkQueue({ onRoom: () => room.wake() });
  return {
    readable: queue.readable,
    writable: new WritableStream<Uint8Array>({
      async write(chunk) {
        queue.push(chunk);
        while (queue.length >= MAX_CHUNKS) await room.wait();
      },
      close: () => queue.end(),
      abort: (reason) => queue.fail(reason),
    }),
  };
}
