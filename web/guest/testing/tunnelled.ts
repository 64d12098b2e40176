/**
 * A bench at the other end of a real tunnel: Connect's router answers the streams of a client's page.
 * Above: tests of web/guest. Below: two Tunnels back to back over messages, Connect.
 */

import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import { type RequestHead, Tunnel, type TunnelLink, type TunnelStream } from "../../../proto/tunnel/index.ts";

export class TunnelledBench {
  readonly streams: TunnelStream[] = [];
  readonly page: Tunnel;
  readonly relay: Tunnel;
  #pageLink: TunnelLink | undefined;
  #relayLink: TunnelLink | undefined;

  constructor(routes: (router: ConnectRouter) => void) {
    const router = createConnectRouter();
    routes(router);
    const common = {
      schedule: (flush: () => void) => void setImmediate(flush),
      after: () => () => undefined,
    };
    this.page = new Tunnel({ ...common, role: "page", onStream: () => undefined });
    this.relay = new Tunnel({
      ...common,
      role: "relay",
      onStream: (stream) => {
        this.streams.push(stream);
        void answer(stream, router);
      },
    });
    this.connect();
  }

  open(head: RequestHead): TunnelStream {
    return this.page.open(head);
  }

  /** A new connection; messages go over in turns of their own. */
  connect(): void {
    const windows = { stream: 512 * 1024, connection: 512 * 1024 };
    const { received } = this.relay;
    const wire = (to: () => TunnelLink | undefined) => {
      const link = { cut: false };
      return {
        send: (message: Uint8Array) => {
          const copy = message.slice();
          setImmediate(() => to()?.receive(copy));
        },
        bufferedAmount: 0,
        close: () => {
          link.cut = true;
        },
      };
    };
    this.#relayLink = this.relay.connect(
      wire(() => this.#pageLink),
      { received: this.page.received, windows },
    );
    this.#pageLink = this.page.connect(
      wire(() => this.#relayLink),
      { received, windows },
    );
  }

  /** The connection breaks; both sides wait for the next. */
  cut(): void {
    const [page, relay] = [this.#pageLink, this.#relayLink];
    this.#pageLink = undefined;
    this.#relayLink = undefined;
    page?.lost();
    relay?.lost();
  }

  close(): void {
    this.page.close(1000, "the test is over");
    this.relay.close(1000, "the test is over");
  }
}

/** As web/exporter/serve.ts does, without its short cuts. */
async function answer(stream: TunnelStream, router: ConnectRouter): Promise<void> {
  const handler = router.handlers.find(({ requestPath }) => requestPath === stream.request.path);
  if (handler === undefined) {
    stream.reset(12, `no method ${stream.request.path}`);
    return;
  }
  const response = await handler({
    httpVersion: "2.0",
    url: `https://bench${stream.request.path}`,
    method: stream.request.method,
    header: new Headers(stream.request.h as [string, string][]),
    body: stream.body,
    signal: stream.signal,
  });
  stream.respond({ status: response.status, h: [...(response.header ?? [])] });
  for await (const chunk of response.body ?? []) {
    await stream.write(chunk);
    if (stream.signal.aborted) break;
  }
  stream.end([...(response.trailer ?? [])]);
}
