import { Code, createClient, type Transport } from "@connectrpc/connect";
import { afterEach, describe, expect, it } from "vitest";
import { exportedCall, exportedMethods, exportedStream } from "../../drivers/base/methods.ts";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { CLIENT_HEADER } from "../../proto/client-header.ts";
import { CREDENTIAL_HEADER } from "../../proto/credentials.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { FrameType, RouterService } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { BenchService, SeatAction } from "../../proto/gen/jumptab/v1/bench_pb.ts";
import type { Share, SharedBench } from "../messages.ts";
import { sha256Hex } from "./sha256-hex.ts";
import type { NewShare } from "./shares.ts";
import { type Connected, connect, driverNode, testDriver, tunnelTransport } from "./testing/connected.ts";

const HOUR_MS = 3_600_000;

const open: Connected[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world[Symbol.asyncDispose]();
});

/** A bench with a switch and a console, which says what a test has it say. */
async function bench({ access = "shared" as "shared" | "exclusive", relayKnows = async () => {} } = {}) {
  const clock = new ManualClock();
  const typed: string[] = [];
  const console = new TransformStream<Uint8Array, Uint8Array>();
  const says = console.writable.getWriter();
  const kept: (readonly Share[])[] = [];
  const con = () =>
    testDriver({
      category: "serial",
      clientClass: "jumpstarter_driver_pyserial.client.PySerialClient",
      methods: exportedMethods({
        connect: exportedStream(async () => ({
          readable: console.readable,
          writable: new WritableStream<Uint8Array>({
            write: (chunk) => void typed.push(new TextDecoder().decode(chunk)),
          }),
        })),
      }),
    });
  const pipe = () =>
    testDriver({
      category: "network",
      methods: exportedMethods({
        connect: exportedStream(async () => new TransformStream<Uint8Array, Uint8Array>()),
      }),
    });
  const power = () => testDriver({ methods: exportedMethods({ on: exportedCall({}, () => "on") }) });
  const world = await connect({
    children: [driverNode("power", "t.Power"), driverNode("con", "t.Con"), driverNode("pipe", "t.Pipe")],
    drivers: { "t.Power": power, "t.Con": con, "t.Pipe": pipe },
    clock,
    access,
    relayKnows,
    onShares: (shares) => kept.push(shares),
  });
  open.push(world);
  const { sharing } = world.exporter;
  const make = (parts: Partial<NewShare> = {}): Promise<Share> =>
    sharing.create({ name: "Ana", role: "control", lifetimeMs: HOUR_MS, oneTime: false, ...parts });
  /** As the relay hands calls on that came with this credential. */
  const by = (credential: string, client = "10.0.0.7 c1"): Transport =>
    tunnelTransport(world.relay, [
      [CREDENTIAL_HEADER, credential],
      [CLIENT_HEADER, client],
    ]);
  const passphrase = tunnelTransport(world.relay, [[CLIENT_HEADER, "10.0.0.1 p1"]]);
  const { reports } = await createClient(ExporterService, passphrase).getReport({});
  const uuidOf = (name: string): string =>
    reports.find(({ labels }) => labels["jumpstarter.dev/name"] === name)?.uuid ?? "";
  return { ...world, sharing, clock, typed, says, kept, make, by, passphrase, uuidOf };
}

type World = Awaited<ReturnType<typeof bench>>;

const powerOn = ({ uuidOf }: World, transport: Transport) =>
  createClient(ExporterService, transport).driverCall({ uuid: uuidOf("power"), method: "on" });

/** Messages of a watcher, parsed. */
function watching(transport: Transport) {
  const end = new AbortController();
  const stream = createClient(BenchService, transport).watch({}, { signal: end.signal });
  const messages = stream[Symbol.asyncIterator]();
  return {
    next: async (): Promise<SharedBench> => {
      const { value } = await messages.next();
      return JSON.parse(value.benchJson);
    },
    close: async () => {
      end.abort();
      await messages.next().catch(() => undefined);
    },
  };
}

describe("a bench with links", () => {
  it("is driven by who has a link with the role control", async () => {
    const world = await bench();
    const { id } = await world.make();
    expect((await powerOn(world, world.by(id))).result).toBeDefined();
  });

  it("is watched by who may only watch: at once, and when something changes", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    const watcher = watching(world.by(id));
    const { you, snapshot } = await watcher.next();
    expect(you).toEqual({
      share: id,
      name: "Ana",
      role: "view",
      expiresAt: expect.any(Number),
      redeem: false,
    });
    expect(snapshot).toMatchObject({ name: "bench", shares: [], problems: [] });
    expect(snapshot.people).toMatchObject([
      { role: "control", via: "client", address: "" },
      { share: id, via: "page", address: "" },
    ]);
    const next = watcher.next();
    world.sharing.seat.take("board");
    await world.clock.advance(100);
    expect((await next).snapshot.seat.holder.kind).toBe("board");
    await watcher.close();
  });

  it("lets who may only watch hear a console", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    const heard = createClient(BenchService, world.by(id)).listen({
      uuid: world.uuidOf("con"),
      method: "connect",
    });
    void world.says.write(new TextEncoder().encode("U-Boot"));
    const { value } = await heard[Symbol.asyncIterator]().next();
    expect(new TextDecoder().decode(value.payload)).toBe("U-Boot");
    expect(value.skipped).toBe(0n);
  });

  it("tells who comes with a link that has ended what became of it", async () => {
    const world = await bench();
    const [revoked, timely] = [await world.make(), await world.make({ name: "Ben" })];
    world.sharing.revoke(revoked.id);
    await expect(powerOn(world, world.by(revoked.id))).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: "this link (Ana) was taken back: ask the person at the board for a new one",
    });
    await world.clock.advance(HOUR_MS);
    await expect(powerOn(world, world.by(timely.id))).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: "the time of this link (Ben) has run out: ask the person at the board for a new one",
    });
    await expect(powerOn(world, world.by("nobody"))).rejects.toMatchObject({ code: Code.Unauthenticated });
  });
});
