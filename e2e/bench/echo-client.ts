/**
 * A client with one open byte stream that echoes, and calls beside it: for what has to be timed by the same clock as a cut.
 * Above: recovery.ts. Below: @connectrpc/connect-node, proto/gen. It knows nothing of connections that are lost and come
 * back: its own one, to the relay, is never cut.
 */

import { create } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import {
  FrameType,
  RouterService,
  type StreamRequest,
  StreamRequestSchema,
  type StreamResponse,
} from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { Endpoint } from "./systems.ts";

const PASSPHRASE_KEY = "x-jumpstarter-passphrase";

/** 60 s for one answer: a connection that does not come back within its grace time of 35 s has failed by then. */
const ANSWER_MS = 60_000;

export class EchoClient implements Disposable {
  readonly #sessions: Http2SessionManager;
  readonly #exporter: Client<typeof ExporterService>;
  readonly #headers: Record<string, string>;
  readonly #power: string;
  readonly #requests = new Requests();
  readonly #responses: AsyncIterator<StreamResponse>;
  #echoes = 0;

  private constructor(options: {
    sessions: Http2SessionManager;
    exporter: Client<typeof ExporterService>;
    router: Client<typeof RouterService>;
    headers: Record<string, string>;
    drivers: Drivers;
    signal: AbortSignal;
  }) {
    const { sessions, exporter, router, headers, drivers, signal } = options;
    this.#sessions = sessions;
    this.#exporter = exporter;
    this.#headers = headers;
    this.#power = drivers.power;
    const request = JSON.stringify({ kind: "driver", uuid: drivers.network, method: "connect" });
    const responses = router.stream(this.#requests, { headers: { ...headers, request }, signal });
    this.#responses = responses[Symbol.asyncIterator]();
  }

  /** Connect, and open the stream; it resolves when the exporter has answered on both ways. */
  static async open(
    { address, passphrase }: Endpoint,
    { signal }: { signal: AbortSignal },
  ): Promise<EchoClient> {
    const baseUrl = `http://${address}`;
    const sessions = new Http2SessionManager(baseUrl);
    try {
      const transport = createGrpcTransport({ baseUrl, sessionManager: sessions });
      const exporter = createClient(ExporterService, transport);
      const router = createClient(RouterService, transport);
      const headers = { [PASSPHRASE_KEY]: passphrase };
      const { reports } = await exporter.getReport({}, { headers, signal, timeoutMs: ANSWER_MS });
      const uuidOf = (name: string): string => {
        const found = reports.find(({ labels }) => labels["jumpstarter.dev/name"] === name);
        if (found === undefined) throw new Error(`the exporter has no driver "${name}"`);
        return found.uuid;
      };
      const drivers = { power: uuidOf("power"), network: uuidOf("network") };
      const client = new EchoClient({ sessions, exporter, router, headers, drivers, signal });
      await Promise.all([client.call(), client.echo()]);
      return client;
    } catch (error) {
      sessions.abort();
      throw error;
    }
  }

  /** One call, `power.on`. @returns When it was answered. */
  async call(): Promise<number> {
    const request = { uuid: this.#power, method: "on" };
    await this.#exporter.driverCall(request, { headers: this.#headers, timeoutMs: ANSWER_MS });
    return performance.now();
  }

  /**
   * One byte to the driver and back.
   *
   * @returns When it came back.
   * @throws Error when something else came, or the stream has ended.
   */
  async echo(): Promise<number> {
    const byte = this.#echoes % 256;
    this.#echoes += 1;
    this.#requests.push(
      create(StreamRequestSchema, { payload: Uint8Array.of(byte), frameType: FrameType.DATA }),
    );
    for (;;) {
      const { value, done } = await this.#responses.next();
      if (done === true) throw new Error("the byte stream has ended, and nobody had asked it to");
      if (value.frameType !== FrameType.DATA || value.payload.length === 0) continue;
      if (value.payload.length !== 1 || value.payload[0] !== byte) {
        throw new Error(`the echo of ${byte} was ${value.payload.join(", ")}: a byte is lost or doubled`);
      }
      return performance.now();
    }
  }

  [Symbol.dispose](): void {
    this.#requests.end();
    this.#sessions.abort();
  }
}

interface Drivers {
  readonly power: string;
  readonly network: string;
}

/** What is sent on the stream: one message waits at most, since each is answered before the next. */
class Requests implements AsyncIterable<StreamRequest> {
  #next = Promise.withResolvers<StreamRequest | undefined>();
  #later = this.#next;

  push(request: StreamRequest): void {
    const next = this.#next;
    this.#next = Promise.withResolvers();
    next.resolve(request);
  }

  end(): void {
    this.#next.resolve(undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamRequest> {
    for (;;) {
      const request = await this.#later.promise;
      if (request === undefined) return;
      this.#later = this.#next;
      yield request;
    }
  }
}
