import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../drivers/testing/manual-clock.ts";
import {
  ExporterService,
  GetStatusResponseSchema,
} from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { RouterService } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import { BenchService, WatchResponseSchema } from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import type { TunnelState } from "../../messages.ts";
import { happened } from "../testing/happened.ts";
import { Lines, MAX_WEB_STREAMS, NO_WEB_SOCKET } from "./lines.ts";

const opened: Lines[] = [];

afterEach(async () => {
  for (const lines of opened.splice(0)) await lines.close("the test is over");
});

/** A WebSocket that a test opens, or closes. */
class HeldSocket extends EventTarget {
  binaryType = "blob";
  readonly bufferedAmount = 0;
  send(): void {}
  close(): void {}
  /** As when a proxy lets none through. */
  fail(): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "" }));
  }
}

/** A relay that answers gRPC-Web, with a bench behind it. */
function open({ baseUrl = "http://relay.example/" }: { baseUrl?: string } = {}) {
  const secrets: (string | null)[] = [];
  const router = createConnectRouter()
    .service(ExporterService, {
      getStatus: (_, { requestHeader }) => {
        secrets.push(requestHeader.get("x-jumpstarter-passphrase"));
        return create(GetStatusResponseSchema, { message: "ready" });
      },
    })
    .service(BenchService, {
      async *watch(_, { signal }) {
        yield create(WatchResponseSchema, { benchJson: "{}" });
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      },
    });
  const sockets: HeldSocket[] = [];
  const states: TunnelState[] = [];
  const lines = new Lines({
    baseUrl,
    tunnelUrl: "ws://relay.example/client",
    secret: "LINK",
    clock: new ManualClock(),
    schedule: (run) => void setImmediate(run),
    random: () => 1,
    instance: "this page",
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const path = new URL(request.url).pathname;
      const handler = router.handlers.find(({ requestPath }) => requestPath === path);
      return handler === undefined ? new Response("", { status: 204 }) : createFetchHandler(handler)(request);
    },
    createSocket: () => {
      const socket = new HeldSocket();
      sockets.push(socket);
      return socket as EventTarget as WebSocket;
    },
    onState: (state) => states.push(state),
  });
  opened.push(lines);
  const { transport } = lines;
  return {
    lines,
    states,
    secrets,
    /** No WebSocket comes through. */
    async fail() {
      await happened(() => sockets.length > 0);
      sockets[0]?.fail();
      await happened(() => states.some(({ kind }) => kind === "waiting"));
    },
    exporter: createClient(ExporterService, transport),
    router: createClient(RouterService, transport),
    bench: createClient(BenchService, transport),
  };
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

describe("Lines", () => {
  it("calls over gRPC-Web before the tunnel is there, with the link's secret", async () => {
    const { lines, exporter, secrets } = open();
    expect(await exporter.getStatus({})).toMatchObject({ message: "ready" });
    expect(secrets).toEqual(["LINK"]);
    expect(lines.line).toBe("web");
  });

  it("says what is in the way of bytes in both directions once the first dial has failed, and calls all the same", async () => {
    const { router, exporter, fail } = open();
    const stream = expect(first(router.stream(nothing()))).rejects.toThrow(NO_WEB_SOCKET);
    await fail();
    await stream;
    expect(await exporter.getStatus({})).toMatchObject({ message: "ready" });
  });

  it("lets nobody wait for a dial of a page that is closed", async () => {
    const { router, lines } = open();
    const stream = expect(first(router.stream(nothing()))).rejects.toBeInstanceOf(ConnectError);
    await lines.close("left");
    await stream;
  });

  it("keeps connections free for calls where the page came without TLS, and says so", async () => {
    const { bench, fail } = open();
    await fail();
    const following = Array.from({ length: MAX_WEB_STREAMS }, () => new AbortController());
    for (const { signal } of following) await first(bench.watch({}, { signal }));
    await expect(first(bench.watch({}))).rejects.toMatchObject({ code: Code.ResourceExhausted });
    // One that is ended makes room for another, also when nobody looks at it any more.
    following[0]?.abort();
    const { signal } = new AbortController();
    expect(await first(bench.watch({}, { signal }))).toMatchObject({ benchJson: "{}" });
    for (const leave of following) leave.abort();
  });

  it("follows as much as it likes over TLS, where all goes through one connection", async () => {
    const { bench, fail } = open({ baseUrl: "https://relay.example/" });
    await fail();
    const leave = new AbortController();
    for (let opened = 0; opened <= MAX_WEB_STREAMS; opened += 1) {
      const watch = bench.watch({}, { signal: leave.signal })[Symbol.asyncIterator]();
      await watch.next();
    }
    leave.abort();
  });
});
