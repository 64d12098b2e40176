import { fromJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../drivers/base/byte-stream.ts";
import type { Driver } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import {
  exportedCall,
  exportedMethods,
  exportedStream,
  exportedStreamingCall,
} from "../../drivers/base/methods.ts";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { ExporterStatus, LogSource } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { FrameType, RouterService, type StreamRequest } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { DRIVER_START_MS } from "./build-tree.ts";
import type { ConfigNode } from "./config.ts";
import { END_SESSION_ANSWER_MS } from "./services.ts";
import { connect, driverNode, testDriver } from "./testing/connected.ts";
import { DRIVER_LIFECYCLE_MS } from "./tree-lifecycle.ts";

const POWER = "test.Power";

function power(log: string[] = []) {
  return () =>
    testDriver({
      methods: exportedMethods({
        on: exportedCall({}, () => {
          log.push("on");
          return undefined;
        }),
        echo: exportedCall({ value: v.any() }, ({ value }) => value as never),
        nan: exportedCall({}, () => ({ a: Number.NaN, b: [Number.POSITIVE_INFINITY] })),
        fail: exportedCall({ code: v.string() }, ({ code }) => {
          if (code === "plain") throw new Error("plain trouble");
          throw new DriverError(code as never, `trouble with é and % and\nmore: ${"x".repeat(100_000)}`);
        }),
        hang: exportedCall({}, (_, { signal }) => {
          log.push("hanging");
          return new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              log.push("cancelled");
              reject(new Error("cancelled"));
            });
          });
        }),
        read: exportedStreamingCall({}, async function* (_, { signal }) {
          try {
            for (let index = 0; ; index += 1) {
              yield { voltage: index, current: 1 };
              await new Promise((resolve) => setImmediate(resolve));
              if (signal.aborted) return;
            }
          } finally {
            log.push("read ended");
          }
        }),
        connect: exportedStream(() => Promise.resolve(echoStream(log))),
      }),
    });
}

/** Gives back what it gets; ends when the client ends. */
function echoStream(log: string[]): ByteStream {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  return {
    writable,
    readable: new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel(reason) {
          log.push("stream cancelled");
          await reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    ),
  };
}

const CHILDREN: ConfigNode[] = [
  driverNode("power", POWER, {
    description: "The board's power",
    methodsDescription: { on: "Switch it on" },
  }),
  driverNode("board", "jumpstarter_driver_composite.driver.Composite", {
    children: [driverNode("inner", POWER, { labels: { site: "lab" }, line: 7 })],
  }),
  { kind: "proxy", name: "alias", target: ["board"], line: 9 },
];

describe("the exporter behind a tunnel", () => {
  it("reports parents before children, one root, and an alias as its target again", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const { reports, labels, motd } = await createClient(ExporterService, world.transport).getReport({});
    expect(labels).toEqual({ "jumpstarter.dev/name": "bench" });
    expect(motd).toBe("hello");
    expect(reports.map((report) => report.labels["jumpstarter.dev/name"])).toEqual([
      undefined,
      "power",
      "board",
      "inner",
      "alias",
      "inner",
    ]);
    const [root, first, board, inner, alias, again] = reports;
    expect(root?.parentUuid).toBeUndefined();
    expect(root?.description).toBe("A bench");
    expect(first?.parentUuid).toBe(root?.uuid);
    expect(first?.methodsDescription).toEqual({ on: "Switch it on" });
    expect(alias?.uuid).toBe(board?.uuid);
    expect(again?.uuid).toBe(inner?.uuid);
    expect(again?.parentUuid).toBe(board?.uuid);
    expect(inner?.labels).toMatchObject({ site: "lab" });
    expect(reports.every((report) => report.labels["jumpstarter.dev/client"]?.includes("."))).toBe(true);
  });

  it("keeps driver uuids when it is built again", async () => {
    await using first = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    await using second = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const uuids = async (world: typeof first) =>
      (await createClient(ExporterService, world.transport).getReport({})).reports.map(
        (report) => report.uuid,
      );
    expect(await uuids(second)).toEqual(await uuids(first));
  });

  it("calls a driver, and answers nothing with null", async () => {
    const log: string[] = [];
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power(log) } });
    const { call } = await caller(world, "power");
    expect(await call("on")).toEqual({ case: "nullValue", value: 0 });
    expect(log).toEqual(["on"]);
  });

  it("never sends NaN or Infinity", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const { call } = await caller(world, "power");
    const result = await call("nan");
    expect(
      JSON.stringify(result, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toContain("NaN");
    expect(result.case).toBe("structValue");
  });

  const failures: [string, unknown[], Code, RegExp][] = [
    ["fail", ["not-implemented"], Code.Unimplemented, /trouble with é and %/],
    ["fail", ["invalid-argument"], Code.InvalidArgument, /trouble/],
    ["fail", ["timeout"], Code.DeadlineExceeded, /trouble/],
    ["fail", ["connection"], Code.Unavailable, /trouble/],
    ["fail", ["device-missing"], Code.Internal, /trouble/],
    ["fail", ["other"], Code.Unknown, /trouble/],
    ["fail", ["plain"], Code.Unknown, /plain trouble/],
    ["nothing", [], Code.NotFound, /method nothing not found on driver/],
    [
      "read",
      [],
      Code.NotFound,
      /method read missing marker marker_drivercall: call it with StreamingDriverCall/,
    ],
    ["connect", [], Code.NotFound, /RouterService.Stream/],
    ["constructor", [], Code.NotFound, /not found/],
    ["on", [1], Code.InvalidArgument, /too many arguments/],
    ["fail", [], Code.InvalidArgument, /argument 1 \(code\) is missing/],
    ["fail", [1], Code.InvalidArgument, /argument 1 \(code\)/],
  ];
  for (const [method, args, code, text] of failures) {
    it(`answers ${method}(${args.join()}) with ${Code[code]} and a text that says why`, async () => {
      await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
      const { call } = await caller(world, "power");
      const error = await call(method, ...args).then(
        () => undefined,
        (reason: unknown) => ConnectError.from(reason),
      );
      expect(error?.code).toBe(code);
      expect(error?.rawMessage).toMatch(text);
      expect(encodeURIComponent(error?.rawMessage ?? "").length).toBeLessThan(8 * 1024);
    });
  }

  it("says which uuid is no uuid, and which nobody has", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const client = createClient(ExporterService, world.transport);
    await expect(client.driverCall({ uuid: "nonsense", method: "on" })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
    await expect(
      client.driverCall({ uuid: "00000000-0000-4000-8000-000000000000", method: "on" }),
    ).rejects.toMatchObject({ code: Code.NotFound });
  });

  it("refuses a message above 4 MiB and answers the next call", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const { call } = await caller(world, "power");
    await expect(call("echo", "x".repeat(5 * 1024 * 1024))).rejects.toMatchObject({
      code: Code.ResourceExhausted,
    });
    expect(await call("echo", "short")).toEqual({ case: "stringValue", value: "short" });
  });

  it("stops a driver when its client cancels the call", async () => {
    const log: string[] = [];
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power(log) } });
    const { client, uuid } = await caller(world, "power");
    const cancel = new AbortController();
    const call = client.driverCall({ uuid, method: "hang" }, { signal: cancel.signal });
    const failed = expect(call).rejects.toMatchObject({ code: Code.Canceled });
    await until(() => log.includes("hanging"));
    expect(world.exporter.activity.calls).toBe(1);
    cancel.abort();
    await failed;
    await until(() => log.includes("cancelled"));
    await until(() => world.page.stats.streams === 0);
    expect(world.exporter.activity.calls).toBe(0);
  });

  it("stops a streaming call when its client leaves after three items", async () => {
    const log: string[] = [];
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power(log) } });
    const { client, uuid } = await caller(world, "power");
    const cancel = new AbortController();
    const items: unknown[] = [];
    await expect(async () => {
      for await (const { result } of client.streamingDriverCall(
        { uuid, method: "read" },
        { signal: cancel.signal },
      )) {
        items.push(result);
        if (items.length === 3) cancel.abort();
      }
    }).rejects.toMatchObject({ code: Code.Canceled });
    expect(items).toHaveLength(3);
    await until(() => log.includes("read ended"));
    await until(() => world.page.stats.streams === 0);
  });

  it("ends a streaming call with its session, also one whose driver ignores its signal", async () => {
    const deaf = exportedStreamingCall({}, async function* () {
      yield 1;
      await new Promise(() => undefined);
    });
    const drivers = { [POWER]: () => testDriver({ methods: exportedMethods({ read: deaf }) }) };
    await using world = await connect({ children: CHILDREN, drivers });
    const { client, uuid } = await caller(world, "power");
    const items = client.streamingDriverCall({ uuid, method: "read" })[Symbol.asyncIterator]();
    await items.next();
    const next = items.next();
    void world.exporter.endSession();
    await expect(next).rejects.toMatchObject({ code: Code.Unavailable });
    await until(() => world.exporter.activity.calls === 0);
  });

  it("carries a byte stream both ways, with an end of its own each way", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const { uuid } = await caller(world, "power");
    const client = createClient(RouterService, world.transport);
    const received: number[] = [];
    let goaway = false;
    const requests = frames([[1, 2], [3]]);
    const metadata = JSON.stringify({ kind: "driver", uuid, method: "connect" });
    for await (const { frameType, payload } of client.stream(requests, { headers: { request: metadata } })) {
      if (frameType === FrameType.GOAWAY) goaway = true;
      else received.push(...payload);
    }
    expect(received).toEqual([1, 2, 3]);
    expect(goaway).toBe(true);
    await until(() => world.exporter.activity.streams === 0);
  });

  it("sends the headers of a stream before the client has said anything", async () => {
    const log: string[] = [];
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power(log) } });
    const { uuid } = await caller(world, "power");
    const stream = world.relay.open({
      method: "POST",
      path: "/jumpstarter.v1.RouterService/Stream",
      h: [
        ["content-type", "application/grpc"],
        ["request", JSON.stringify({ kind: "driver", uuid, method: "connect" })],
      ],
    });
    expect((await stream.response).status).toBe(200);
    stream.reset(Code.Canceled, "the client has gone");
    await until(() => log.includes("stream cancelled"));
    await until(() => world.exporter.activity.streams === 0);
  });

  for (const [request, code] of [
    [undefined, Code.InvalidArgument],
    ["nonsense", Code.InvalidArgument],
    ['{"kind":"resource","uuid":"x"}', Code.InvalidArgument],
    ['{"kind":"driver","uuid":"x","method":"connect"}', Code.InvalidArgument],
    ['{"kind":"driver","uuid":"00000000-0000-4000-8000-000000000000","method":"connect"}', Code.NotFound],
  ] as const) {
    it(`refuses a stream with request metadata ${request}`, async () => {
      await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
      const client = createClient(RouterService, world.transport);
      const headers = request === undefined ? {} : { request };
      await expect(async () => {
        for await (const _ of client.stream(frames([]), { headers })) {
          // no frame is expected
        }
      }).rejects.toMatchObject({ code });
    });
  }

  it("answers an unknown method with UNIMPLEMENTED", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const stream = world.relay.open(
      { method: "POST", path: "/jumpstarter.v1.Nothing/At", h: [] },
      { end: true },
    );
    expect((await stream.response).h).toContainEqual(["grpc-status", "12"]);
    expect(await stream.closed).toBeUndefined();
  });

  it("shows the log to two readers at once, each line to both", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const client = createClient(ExporterService, world.transport);
    const cancel = new AbortController();
    const read = async (): Promise<string[]> => {
      const lines: string[] = [];
      for await (const { message, source, severity } of client.logStream({}, { signal: cancel.signal })) {
        lines.push(`${severity} ${source} ${message}`);
        if (message === "last") return lines;
      }
      return lines;
    };
    const readers = [read(), read()];
    await until(() => world.log.readers === 2);
    for (const message of ["first", "last"]) {
      world.log.append({
        severity: "INFO",
        source: "driver",
        message,
        driver: "power",
        driverType: "power",
      });
    }
    const [one, two] = await Promise.all(readers);
    expect(one).toEqual(two);
    expect(one).toContain(`INFO ${LogSource.DRIVER} first`);
    expect(one?.[0]).toBe(`INFO ${LogSource.SYSTEM} exporter bench is ready`);
    cancel.abort();
    await until(() => world.log.readers === 0);
  });

  it("goes from ready to ready when a session ends, each change counted once", async () => {
    const log: string[] = [];
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power(log) } });
    const client = createClient(ExporterService, world.transport);
    const before = await client.getStatus({});
    expect(before).toMatchObject({ status: ExporterStatus.LEASE_READY, message: "Ready for commands" });
    expect((await client.endSession({})).success).toBe(true);
    const after = await client.getStatus({});
    expect(after).toMatchObject({
      status: ExporterStatus.LEASE_READY,
      statusVersion: before.statusVersion + 2n,
      previousStatus: ExporterStatus.AVAILABLE,
    });
  });

  it("answers EndSession in time when a driver takes long to reset, and is ready when it has", async () => {
    const clock = new ManualClock();
    const reset = Promise.withResolvers<void>();
    let resets = 0;
    await using world = await connect({
      children: [driverNode("slow", "test.Slow")],
      drivers: {
        "test.Slow": () =>
          testDriver({
            reset: () => {
              resets += 1;
              return resets === 1 ? Promise.resolve() : reset.promise;
            },
          }),
      },
      clock,
    });
    const answered = createClient(ExporterService, world.transport).endSession({});
    await until(() => resets === 2);
    await clock.advance(END_SESSION_ANSWER_MS);
    expect(await answered).toMatchObject({
      success: true,
      message: expect.stringContaining("still being reset"),
    });
    expect(world.exporter.status.name).toBe("AVAILABLE");
    reset.resolve();
    await until(() => world.exporter.status.name === "LEASE_READY");
  });

  it("refuses driver calls once it is stopped", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const { call } = await caller(world, "power");
    await world.exporter[Symbol.asyncDispose]();
    await expect(call("on")).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: expect.stringContaining("Exporter not ready for driver calls (status: OFFLINE)"),
    });
  });

  it("leaves out a driver that does not start and runs the rest", async () => {
    await using world = await connect({
      children: [
        driverNode("broken", "test.Broken", { line: 4 }),
        ...CHILDREN,
        { kind: "proxy", name: "to-broken", target: ["broken"], line: 5 },
      ],
      drivers: {
        [POWER]: power(),
        "test.Broken": () => {
          throw new DriverError("device-io", "the device is on fire");
        },
      },
    });
    expect(world.exporter.failures.map(({ line }) => line)).toEqual([4, 5]);
    expect(world.exporter.failures[0]?.message).toMatch(/on fire/);
    const { reports } = await createClient(ExporterService, world.transport).getReport({});
    expect(reports.map((report) => report.labels["jumpstarter.dev/name"])).not.toContain("broken");
  });

  it("answers a byte stream with a frame above 4 MiB with RESOURCE_EXHAUSTED", async () => {
    await using world = await connect({ children: CHILDREN, drivers: { [POWER]: power() } });
    const { uuid } = await caller(world, "power");
    const client = createClient(RouterService, world.transport);
    const headers = { request: JSON.stringify({ kind: "driver", uuid, method: "connect" }) };
    const large = [new Array<number>(5 * 1024 * 1024).fill(0)];
    await expect(async () => {
      for await (const _ of client.stream(frames(large), { headers })) {
        // no frame is expected
      }
    }).rejects.toMatchObject({ code: Code.ResourceExhausted });
    await until(() => world.exporter.activity.streams === 0);
  });

  it("stops the children of a driver that does not start, and what leads to them", async () => {
    const log: string[] = [];
    const child = driverNode("child", "test.Child", { line: 3 });
    await using world = await connect({
      children: [
        { kind: "proxy", name: "to-child", target: ["broken", "child"], line: 5 },
        driverNode("broken", "test.Broken", { children: [child], line: 2 }),
        driverNode("power", POWER),
      ],
      drivers: {
        [POWER]: power(),
        "test.Child": () =>
          testDriver({
            [Symbol.asyncDispose]: async () => {
              log.push("child stopped");
            },
          }),
        "test.Broken": () => {
          throw new Error("no");
        },
      },
    });
    expect(log).toEqual(["child stopped"]);
    const { reports } = await createClient(ExporterService, world.transport).getReport({});
    expect(reports.map((report) => report.labels["jumpstarter.dev/name"])).toEqual([undefined, "power"]);
    expect(world.exporter.failures.map(({ line }) => line)).toEqual([2, 5]);
  });

  it("goes on without a driver that does not stop, and stops the others", async () => {
    const clock = new ManualClock();
    const log: string[] = [];
    const world = await connect({
      children: [driverNode("good", "test.Good"), driverNode("bad", "test.Bad")],
      drivers: {
        "test.Good": () =>
          testDriver({
            [Symbol.asyncDispose]: async () => {
              log.push("good stopped");
            },
          }),
        "test.Bad": () => testDriver({ [Symbol.asyncDispose]: () => new Promise(() => undefined) }),
      },
      clock,
    });
    const stopped = world.exporter[Symbol.asyncDispose]();
    await until(() => clock.sleeping > 0);
    await clock.advance(DRIVER_LIFECYCLE_MS);
    await stopped;
    expect(log).toEqual(["good stopped"]);
    expect(world.log.since(0).lines.at(-1)?.message).toMatch(/bad did not stop: it takes more than 10 s/);
  });

  it("goes on without a driver that does not start, and stops it when it comes after all", async () => {
    const clock = new ManualClock();
    const started = Promise.withResolvers<Driver>();
    let stopped = false;
    const connecting = connect({
      children: [driverNode("slow", "test.Slow"), driverNode("power", POWER)],
      drivers: { [POWER]: power(), "test.Slow": () => started.promise },
      clock,
    });
    await until(() => clock.sleeping > 0);
    await clock.advance(DRIVER_START_MS);
    await using world = await connecting;
    expect(world.exporter.failures[0]?.message).toMatch(/test.Slow did not start: it takes more than 10 s/);
    started.resolve(
      testDriver({
        [Symbol.asyncDispose]: async () => {
          stopped = true;
        },
      }),
    );
    await until(() => stopped);
  });

  it("stays stopped when it is stopped while a session ends", async () => {
    const reset = Promise.withResolvers<void>();
    let resets = 0;
    const world = await connect({
      children: [driverNode("slow", "test.Slow")],
      drivers: {
        "test.Slow": () =>
          testDriver({
            reset: () => {
              resets += 1;
              return resets === 1 ? Promise.resolve() : reset.promise;
            },
          }),
      },
    });
    const ending = world.exporter.endSession();
    await until(() => resets === 2);
    await world[Symbol.asyncDispose]();
    reset.resolve();
    await ending;
    expect(world.exporter.status.name).toBe("OFFLINE");
  });

  it("does not start with nothing, and says why", async () => {
    await expect(connect({ children: [], drivers: {} })).rejects.toThrow(/add one/);
  });

  it("does not hang on an alias that leads to itself", async () => {
    await expect(
      connect({ children: [{ kind: "proxy", name: "a", target: ["a"], line: 1 }], drivers: {} }),
    ).rejects.toThrow(/leads to nothing/);
  });
});

async function caller(world: Awaited<ReturnType<typeof connect>>, name: string) {
  const client = createClient(ExporterService, world.transport);
  const { reports } = await client.getReport({});
  const uuid = reports.find((report) => report.labels["jumpstarter.dev/name"] === name)?.uuid ?? "";
  return {
    client,
    uuid,
    call: async (method: string, ...args: unknown[]) => {
      const { result } = await client.driverCall({
        uuid,
        method,
        args: args.map((value) => fromJson(ValueSchema, value as never)),
      });
      if (result === undefined) throw new Error("the response has no result");
      return result.kind;
    },
  };
}

async function* frames(payloads: number[][]): AsyncGenerator<Omit<StreamRequest, "$typeName">> {
  for (const payload of payloads) yield { payload: Uint8Array.from(payload), frameType: FrameType.DATA };
  yield { payload: new Uint8Array(0), frameType: FrameType.GOAWAY };
}

/** Let macrotasks run until the condition holds; the test's own time limit is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
