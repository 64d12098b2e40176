import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { afterEach, describe, expect, it } from "vitest";
import {
  ExporterService,
  GetStatusResponseSchema,
} from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import {
  FrameType,
  RouterService,
  type StreamRequest,
  StreamResponseSchema,
} from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import { TunnelledBench } from "../testing/tunnelled.ts";
import { tunnelClient } from "./tunnel-client.ts";

const benches: TunnelledBench[] = [];

afterEach(() => {
  for (const bench of benches.splice(0)) bench.close();
});

function connect(routes: ConstructorParameters<typeof TunnelledBench>[0]) {
  const bench = new TunnelledBench(routes);
  benches.push(bench);
  const transport = createTransport({
    baseUrl: "https://bench/",
    httpClient: tunnelClient((head) => bench.open(head)),
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 1024,
    readMaxBytes: 1 << 22,
    writeMaxBytes: 1 << 22,
  });
  return {
    bench,
    exporter: createClient(ExporterService, transport),
    router: createClient(RouterService, transport),
  };
}

/** Requests that a test hands over one by one. */
class Requests {
  readonly #waiting: Pick<StreamRequest, "payload" | "frameType">[] = [];
  #wake = Promise.withResolvers<void>();
  #ended = false;

  push(text: string): void {
    this.#waiting.push({ payload: new TextEncoder().encode(text), frameType: FrameType.DATA });
    this.#wake.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) return;
      else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
      }
    }
  }
}

describe("tunnelClient()", () => {
  it("carries a call and its answer", async () => {
    const { exporter } = connect((router) =>
      router.rpc(ExporterService.method.getStatus, () =>
        create(GetStatusResponseSchema, { message: "ready", statusVersion: 7n }),
      ),
    );
    expect(await exporter.getStatus({})).toMatchObject({ message: "ready", statusVersion: 7n });
  });

  it("hands on the status and the sentence of a call that is refused", async () => {
    const { exporter } = connect((router) =>
      router.rpc(ExporterService.method.getStatus, () => {
        throw new ConnectError("Ana drives: 100 %", Code.FailedPrecondition);
      }),
    );
    await expect(exporter.getStatus({})).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: "Ana drives: 100 %",
    });
  });

  it("goes both ways at once: an answer comes before the request has ended", async () => {
    const { router, bench } = connect((routes) =>
      routes.rpc(RouterService.method.stream, async function* (requests) {
        for await (const { payload } of requests) yield create(StreamResponseSchema, { payload });
      }),
    );
    const requests = new Requests();
    const answers = router.stream(requests)[Symbol.asyncIterator]();
    for (const text of ["one", "two"]) {
      requests.push(text);
      const { value } = await answers.next();
      expect(new TextDecoder().decode(value?.payload)).toBe(text);
    }
    requests.end();
    expect(await answers.next()).toMatchObject({ done: true });
    expect(await bench.streams[0]?.closed).toBeUndefined();
  });

  it("sends no faster than the other side takes", async () => {
    const take = Promise.withResolvers<void>();
    const { router, bench } = connect((routes) =>
      routes.rpc(RouterService.method.stream, async function* (requests) {
        for await (const _ of requests) {
          await take.promise;
          yield create(StreamResponseSchema, {});
        }
      }),
    );
    let asked = 0;
    const chunk = new Uint8Array(64 * 1024);
    const frames = async function* () {
      for (; asked < 64; asked += 1) yield { payload: chunk, frameType: FrameType.DATA };
    };
    const answers = router.stream(frames())[Symbol.asyncIterator]();
    const first = answers.next();
    // Until it has to wait for a window: then nothing of it moves any more.
    for (let before = -1; before !== asked || asked === 0; ) {
      before = asked;
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    // A stream's window, with what waits before it and behind it.
    expect(asked).toBeLessThan(16);
    take.resolve();
    await first;
    let answered = 1;
    for (; !(await answers.next()).done; ) answered += 1;
    expect(answered).toBe(64);
    expect(bench.streams).toHaveLength(1);
  });

  it("tells the other side when its caller leaves", async () => {
    const { exporter, bench } = connect((router) =>
      router.rpc(ExporterService.method.logStream, async function* (_, { signal }) {
        yield { message: "first" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      }),
    );
    const leave = new AbortController();
    const lines = exporter.logStream({}, { signal: leave.signal })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatchObject({ message: "first" });
    leave.abort();
    await expect(lines.next()).rejects.toMatchObject({ code: Code.Canceled });
    expect(await bench.streams[0]?.closed).toMatchObject({ code: 1 });
  });

  it("goes on over the next connection, and nothing comes twice", async () => {
    const { router, bench } = connect((routes) =>
      routes.rpc(RouterService.method.stream, async function* (requests) {
        for await (const { payload } of requests) yield create(StreamResponseSchema, { payload });
      }),
    );
    const requests = new Requests();
    const answers = router.stream(requests)[Symbol.asyncIterator]();
    const heard = async (): Promise<string> =>
      new TextDecoder().decode((await answers.next()).value?.payload);
    requests.push("before");
    expect(await heard()).toBe("before");
    bench.cut();
    requests.push("while it is away");
    bench.connect();
    expect(await heard()).toBe("while it is away");
    requests.end();
    expect(await answers.next()).toMatchObject({ done: true });
  });

  it("fails with UNAVAILABLE when there is no connection", async () => {
    const { exporter, bench } = connect(() => undefined);
    bench.cut();
    await expect(exporter.getStatus({})).rejects.toMatchObject({ code: Code.Unavailable });
  });
});
