/**
 * A bench that a test plays: the services of an exporter, over Connect's own transport in memory.
 * Above: tests of web/guest/model. Below: @connectrpc/connect.
 */

import { create, fromJson, toJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { type ConnectRouter, createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import type { JsonValue } from "../../../drivers/base/json.ts";
import { ExporterService } from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import {
  FrameType,
  RouterService,
  type StreamRequest,
  StreamRequestSchema,
  StreamResponseSchema,
} from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import {
  BenchService,
  ListenResponseSchema,
  RedeemResponseSchema,
  type SeatAction,
  SeatResponseSchema,
  WatchResponseSchema,
} from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import type { DriverSnapshot, SeatSnapshot, SharedBench, TunnelState } from "../../messages.ts";
import { IDLE } from "../../ui/model.ts";
import type { Ways } from "../model/guest-page.ts";
import { Queue } from "../model/queue.ts";
import type { Line } from "../transport/lines.ts";

export const UUID = "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11";

export const CONSOLE: DriverSnapshot = {
  path: ["console"],
  name: "console",
  uuid: UUID,
  type: "jumpstarter_driver_pyserial.driver.PySerial",
  clientClass: "jumpstarter_driver_pyserial.client.PySerialClient",
  category: "serial",
  description: undefined,
  calls: ["set_dtr"],
  streamingCalls: ["read"],
  streams: ["connect"],
  state: {},
  binding: undefined,
  canVerify: false,
  openStreams: 0,
  refOf: undefined,
  children: [],
};

export function shared(change: Partial<SharedBench["you"]> = {}, seat?: SeatSnapshot["holder"]): SharedBench {
  return {
    you: { share: "s1", name: "Ana", role: "control", expiresAt: null, redeem: false, ...change },
    snapshot: {
      ...IDLE,
      phase: "running",
      name: "bench",
      drivers: [CONSOLE],
      seat: { holder: seat ?? { kind: "free" }, requests: [] },
    },
  };
}

/** What it was asked, in order, and what it says. */
export class ScriptedBench {
  readonly asked: string[] = [];
  readonly seats: SeatAction[] = [];
  /** Frames of byte streams, as they came. */
  readonly typed: StreamRequest[] = [];
  readonly calls: { readonly uuid: string; readonly method: string; readonly args: readonly JsonValue[] }[] =
    [];
  /** What each call returns. */
  result: string | null = null;
  /** Of the answers to byte streams: the handle of a file. */
  streamHeaders: Readonly<Record<string, string>> = {};
  /** What each byte stream begins with. */
  gives: readonly Uint8Array[] = [];
  /** Byte streams go on after their client has ended its side. */
  staysOpen = false;
  /** What was typed comes back, as from a shell. */
  echoes = false;
  readonly #streams: Queue<StreamRequest>[] = [];
  /** Thrown by the call of this name, once for each entry. */
  readonly failures = new Map<string, unknown[]>();
  watches: Queue<SharedBench>[] = [];
  listeners: Queue<{ payload: string; skipped?: bigint }>[] = [];
  /** What Watch begins with. */
  first: SharedBench = shared();
  /** Called by each handler before it answers: a test may hold it. */
  hold: (name: string) => Promise<void> = async () => undefined;

  readonly routes = (router: ConnectRouter): void => {
    const bench = this;
    router
      .service(BenchService, {
        async *watch(_, { signal }) {
          await bench.#begin("watch");
          const states = new Queue<SharedBench>();
          bench.watches.push(states);
          signal.addEventListener("abort", () => states.drop());
          yield create(WatchResponseSchema, { benchJson: JSON.stringify(bench.first) });
          for await (const state of states)
            yield create(WatchResponseSchema, { benchJson: JSON.stringify(state) });
        },
        async *listen(_, { signal }) {
          await bench.#begin("listen");
          const said = new Queue<{ payload: string; skipped?: bigint }>();
          bench.listeners.push(said);
          signal.addEventListener("abort", () => said.drop());
          for await (const { payload, skipped = 0n } of said) {
            yield create(ListenResponseSchema, { payload: new TextEncoder().encode(payload), skipped });
          }
        },
        async redeem({ secretHash }) {
          await bench.#begin(`redeem ${secretHash}`);
          bench.first = { ...bench.first, you: { ...bench.first.you, redeem: false } };
          return create(RedeemResponseSchema);
        },
        async seat({ action }) {
          await bench.#begin("seat");
          bench.seats.push(action);
          return create(SeatResponseSchema);
        },
      })
      .service(RouterService, {
        async *stream(requests, { requestHeader, responseHeader }) {
          await bench.#begin(`stream ${requestHeader.get("request")}`);
          for (const [name, text] of Object.entries(bench.streamHeaders)) responseHeader.set(name, text);
          const said = new Queue<StreamRequest>();
          bench.#streams.push(said);
          for (const payload of bench.gives) said.push(frame(payload));
          void (async () => {
            for await (const request of requests) {
              bench.typed.push(request);
              if (bench.echoes) said.push(request);
            }
            if (!bench.staysOpen) said.end();
          })().catch((error: unknown) => said.end(error));
          for await (const { payload, frameType } of said) {
            yield create(StreamResponseSchema, { payload, frameType });
          }
        },
      })
      .service(ExporterService, {
        async driverCall({ uuid, method, args }) {
          bench.calls.push({
            uuid,
            method,
            args: args.map((value) => toJson(ValueSchema, value) as JsonValue),
          });
          await bench.#begin(`call ${method}`);
          return { result: fromJson(ValueSchema, bench.result) };
        },
        async *logStream(_, { signal }) {
          await bench.#begin("log");
          yield { severity: "INFO", message: "hello" };
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        },
      });
  };

  readonly transport: Transport = createRouterTransport(this.routes);

  get clients() {
    return {
      bench: createClient(BenchService, this.transport),
      router: createClient(RouterService, this.transport),
      exporter: createClient(ExporterService, this.transport),
    };
  }

  get text(): string {
    return this.typed.map(({ payload }) => new TextDecoder().decode(payload)).join("");
  }

  /** The byte streams that are open end so, after what they have said. */
  breakStreams(error: unknown): void {
    for (const stream of this.#streams.splice(0)) stream.end(error);
  }

  async #begin(name: string): Promise<void> {
    this.asked.push(name);
    await this.hold(name);
    const [kind = ""] = name.split(" ");
    const failure = this.failures.get(kind)?.shift();
    if (failure !== undefined) throw failure;
  }
}

function frame(payload: Uint8Array): StreamRequest {
  return create(StreamRequestSchema, { payload, frameType: FrameType.DATA });
}

/** Ways to it whose tunnel a test holds. */
export class ScriptedWays implements Ways {
  line: Line = "web";
  closed = false;
  retries = 0;
  readonly transport: Transport;
  readonly secret: string;
  readonly onState: (state: TunnelState) => void;

  constructor(bench: ScriptedBench, secret: string, onState: (state: TunnelState) => void) {
    this.transport = bench.transport;
    this.secret = secret;
    this.onState = onState;
    onState({ kind: "connecting", since: 0 });
  }

  on(): Transport {
    return this.transport;
  }

  attach(): void {
    this.line = "tunnel";
    this.onState({ kind: "attached", since: 0 });
  }

  retry(): void {
    this.retries += 1;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
