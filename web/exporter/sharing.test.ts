import { create, toBinary } from "@bufbuild/protobuf";
import { Code, type ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { afterEach, describe, expect, it } from "vitest";
import { exportedCall, exportedMethods, exportedStream } from "../../drivers/base/methods.ts";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { CLIENT_HEADER } from "../../proto/client-header.ts";
import { LINK_HEADER } from "../../proto/client-tunnel.ts";
import { CREDENTIAL_HEADER } from "../../proto/credentials.ts";
import { LogSource } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import {
  ExporterService,
  file_jumpstarter_v1_jumpstarter,
} from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import {
  FrameType,
  file_jumpstarter_v1_router,
  RouterService,
  type StreamRequest,
} from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { BenchService, file_jumptab_v1_bench, SeatAction } from "../../proto/gen/jumptab/v1/bench_pb.ts";
import type { Share, SharedBench } from "../messages.ts";
import { MAX_LISTENERS } from "./listener.ts";
import { sha256Hex } from "./sha256-hex.ts";
import type { NewShare } from "./shares.ts";
import { type Connected, connect, driverNode, testDriver, tunnelTransport } from "./testing/connected.ts";

const HOUR_MS = 3_600_000;

const open: Connected[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world[Symbol.asyncDispose]();
});

/** A bench with a switch, a console that says what a test has it say, and a pipe that is no console. */
async function bench({ access = "shared" as "shared" | "exclusive", relayKnows = async () => {} } = {}) {
  const clock = new ManualClock();
  const typed: string[] = [];
  const kept: (readonly Share[])[] = [];
  const readers = new Set<WritableStreamDefaultWriter<Uint8Array>>();
  const device = { busy: Promise.resolve() };
  const con = () =>
    testDriver({
      category: "serial",
      clientClass: "jumpstarter_driver_pyserial.client.PySerialClient",
      methods: exportedMethods({
        connect: exportedStream(async ({ signal }) => {
          const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
          const reader = writable.getWriter();
          readers.add(reader);
          signal.addEventListener("abort", () => readers.delete(reader));
          return {
            readable,
            writable: new WritableStream<Uint8Array>({
              write: (chunk) => {
                typed.push(new TextDecoder().decode(chunk));
                return device.busy;
              },
            }),
          };
        }),
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
  /** The board prints something on its console. */
  const says = (text: string): void => {
    for (const reader of readers) reader.write(new TextEncoder().encode(text)).catch(() => undefined);
  };
  return { ...world, sharing, clock, typed, device, says, readers, kept, make, by, passphrase, uuidOf };
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

/** A console opened as a client opens one; `read` gives the next words, "" at its end. */
function console_(world: World, transport: Transport, driver = "con") {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const end = new AbortController();
  async function* requests(): AsyncGenerator<Pick<StreamRequest, "payload" | "frameType">> {
    for await (const payload of readable) yield { payload, frameType: FrameType.DATA };
  }
  const request = JSON.stringify({ kind: "driver", uuid: world.uuidOf(driver), method: "connect" });
  const responses = createClient(RouterService, transport)
    .stream(requests(), { headers: { request }, signal: end.signal })
    [Symbol.asyncIterator]();
  return {
    type: (text: string) => void writer.write(new TextEncoder().encode(text)).catch(() => undefined),
    read: async (): Promise<string> => {
      const { done, value } = await responses.next();
      return done === true ? "" : new TextDecoder().decode(value.payload);
    },
    /** Resolves when the device has somebody who listens. */
    opened: async (): Promise<void> => {
      while (world.readers.size === 0) await settle();
    },
  };
}

const TURNED_AWAY = [Code.Unauthenticated, Code.PermissionDenied, Code.FailedPrecondition];

/** With what the door turns a method away, as a gRPC status; "in" when it lets it pass, whatever comes of it then. */
async function knock({ relay }: World, path: string, credential: string): Promise<number | "in"> {
  const stream = relay.open({
    method: "POST",
    path,
    h: [
      ["content-type", "application/grpc"],
      [CREDENTIAL_HEADER, credential],
    ],
  });
  stream.end();
  const { h } = await stream.response;
  stream.reset(Code.Canceled, "enough");
  const status = Number(new Headers(h as [string, string][]).get("grpc-status") ?? "0");
  return TURNED_AWAY.includes(status) ? status : "in";
}

/** Every method of every service there is, by its path. */
const METHODS = [file_jumpstarter_v1_jumpstarter, file_jumpstarter_v1_router, file_jumptab_v1_bench].flatMap(
  ({ services }) =>
    services.flatMap(({ typeName, methods }) => methods.map(({ name }) => `/${typeName}/${name}`)),
);
const named = (paths: readonly string[]): string[] =>
  paths.map((path) => path.slice(path.lastIndexOf("/") + 1));

/** The methods that a link may call. */
async function openTo(world: World, credential: string): Promise<string[]> {
  const answers = await Promise.all(METHODS.map((path) => knock(world, path, credential)));
  for (const answer of answers)
    expect(["in", Code.PermissionDenied, Code.FailedPrecondition]).toContain(answer);
  return named(METHODS.filter((_, index) => answers[index] === "in"));
}

describe("what a link allows", () => {
  it("is all there is, with the role control", async () => {
    const world = await bench();
    const { id } = await world.make();
    expect(await openTo(world, id)).toEqual(named(METHODS));
    expect((await powerOn(world, world.by(id))).result).toBeDefined();
  });

  it("is to watch and to listen, and nothing else, with the role view", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    expect(await openTo(world, id)).toEqual([
      "GetReport",
      "LogStream",
      "GetStatus",
      "Stream",
      "Watch",
      "Listen",
      "Redeem",
    ]);
    await expect(powerOn(world, world.by(id))).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining("may watch and listen, and not control"),
    });
  });

  it("is to make it one's own, and to see what it is for, when nobody has opened a link for one use", async () => {
    const world = await bench();
    const { id } = await world.make({ oneTime: true });
    expect(await openTo(world, id)).toEqual(["Watch", "Redeem"]);
    await expect(powerOn(world, world.by(id))).rejects.toMatchObject({
      rawMessage: expect.stringContaining("open it in a browser first"),
    });
    const watcher = watching(world.by(id));
    const { you, snapshot } = await watcher.next();
    expect(you).toMatchObject({ name: "Ana", redeem: true });
    expect(snapshot).toMatchObject({ name: "bench", drivers: [], people: [] });
    await watcher.close();
  });

  it("is asked also of who does not know the method", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    expect(await knock(world, "/jumpstarter.v1.ExporterService/Tomorrow", id)).toBe("in");
    expect(await knock(world, "/jumpstarter.v1.ExporterService/Tomorrow", "nobody")).toBe(
      Code.Unauthenticated,
    );
  });

  it("is not a file for a driver, nor a stream that is no console, with the role view", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    await expect(console_(world, world.by(id), "pipe").read()).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining("serial consoles only, and pipe is none"),
    });
    const request = JSON.stringify({ kind: "resource", uuid: world.uuidOf("power") });
    const file = createClient(RouterService, world.by(id)).stream(empty(), { headers: { request } });
    await expect(file[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: Code.PermissionDenied });
  });
});

async function* empty(): AsyncGenerator<Pick<StreamRequest, "payload" | "frameType">> {}

describe("a console with the role view", () => {
  it("is heard, and its first byte the other way ends it before the device has it", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    const console = console_(world, world.by(id));
    const first = console.read();
    await console.opened();
    world.says("U-Boot");
    expect(await first).toBe("U-Boot");
    console.type("r");
    await expect(console.read()).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining("may watch and listen"),
    });
    expect(world.typed).toEqual([]);
  });

  it("is heard by so many, whichever way they came, and by one more when one has left", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    const end = new AbortController();
    const listening = () =>
      createClient(BenchService, world.by(id))
        .listen({ uuid: world.uuidOf("con"), method: "connect" }, { signal: end.signal })
        [Symbol.asyncIterator]();
    void listening()
      .next()
      .catch(() => undefined);
    for (let count = 1; count < MAX_LISTENERS; count += 1)
      void console_(world, world.by(id))
        .read()
        .catch(() => undefined);
    while (world.readers.size < MAX_LISTENERS) await settle();
    const full = { code: Code.ResourceExhausted, rawMessage: expect.stringContaining("close one") };
    await expect(console_(world, world.by(id)).read()).rejects.toMatchObject(full);
    await expect(listening().next()).rejects.toMatchObject(full);
    end.abort();
    while (world.readers.size === MAX_LISTENERS) await settle();
    const heard = console_(world, world.by(id)).read();
    while (world.readers.size < MAX_LISTENERS) await settle();
    world.says("U-Boot");
    expect(await heard).toBe("U-Boot");
  });

  it("is heard by BenchService too, whatever driver it is, if it is a console", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    const client = createClient(BenchService, world.by(id));
    const heard = client.listen({ uuid: world.uuidOf("con"), method: "connect" })[Symbol.asyncIterator]();
    const first = heard.next();
    while (world.readers.size === 0) await settle();
    world.says("U-Boot");
    expect(new TextDecoder().decode((await first).value.payload)).toBe("U-Boot");
    for (const [driver, method, code] of [
      ["pipe", "connect", Code.PermissionDenied],
      ["con", "nothing", Code.NotFound],
    ] as const) {
      const other = client.listen({ uuid: world.uuidOf(driver), method })[Symbol.asyncIterator]();
      await expect(other.next()).rejects.toMatchObject({ code });
    }
  });
});

describe("who drives", () => {
  const seat = (transport: Transport, action: SeatAction, share = "") =>
    createClient(BenchService, transport).seat({ action, share });

  it("keeps others with links from acting, and never who has the passphrase", async () => {
    const world = await bench();
    const [ana, ben] = [await world.make(), await world.make({ name: "Ben" })];
    const [byAna, byBen] = [world.by(ana.id), world.by(ben.id, "10.0.0.8 c2")];
    expect((await powerOn(world, byBen)).result).toBeDefined();
    await seat(byAna, SeatAction.TAKE);
    const refusal = { code: Code.FailedPrecondition, rawMessage: expect.stringMatching(/^Ana drives now/) };
    await expect(powerOn(world, byBen)).rejects.toMatchObject(refusal);
    await expect(seat(byBen, SeatAction.TAKE)).rejects.toMatchObject(refusal);
    await expect(console_(world, byBen, "pipe").read()).rejects.toMatchObject(refusal);
    expect(await openTo(world, ben.id)).toEqual([
      "GetReport",
      "LogStream",
      "GetStatus",
      "Stream",
      "Watch",
      "Listen",
      "Redeem",
      "Seat",
    ]);
    for (const transport of [byAna, world.passphrase]) await powerOn(world, transport);
    await seat(byBen, SeatAction.ASK);
    await seat(byAna, SeatAction.GRANT, ben.id);
    await powerOn(world, byBen);
    await expect(powerOn(world, byAna)).rejects.toMatchObject({
      rawMessage: expect.stringMatching(/^Ben drives now/),
    });
  });

  it("may type into a console that another only hears, until they drive", async () => {
    const world = await bench();
    const [ana, ben] = [await world.make(), await world.make({ name: "Ben" })];
    await seat(world.by(ana.id), SeatAction.TAKE);
    const console = console_(world, world.by(ben.id));
    const first = console.read();
    await console.opened();
    world.says("login:");
    expect(await first).toBe("login:");
    await seat(world.by(ana.id), SeatAction.LEAVE);
    await seat(world.by(ben.id), SeatAction.TAKE);
    console.type("root");
    while (world.typed.length === 0) await settle();
    expect(world.typed).toEqual(["root"]);
    world.sharing.seat.take("board");
    world.says("#");
    expect(await console.read()).toBe("#");
    console.type("reboot");
    await expect(console.read()).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: expect.stringMatching(/^the person at the board drives now/),
    });
    expect(world.typed).toEqual(["root"]);
  });

  it("is asked of a call when all of it is there, however long ago it was begun", async () => {
    const world = await bench();
    const [ana, ben] = [await world.make(), await world.make({ name: "Ben" })];
    const on = { uuid: world.uuidOf("power"), method: "on" };
    const { driverCall, streamingDriverCall, reset, endSession } = ExporterService.method;
    for (const [method, body] of [
      [driverCall, toBinary(driverCall.input, create(driverCall.input, on))],
      [streamingDriverCall, toBinary(streamingDriverCall.input, create(streamingDriverCall.input, on))],
      [reset, new Uint8Array(0)],
      [endSession, new Uint8Array(0)],
    ] as const) {
      const path = `/${method.parent.typeName}/${method.name}`;
      const stream = world.relay.open({
        method: "POST",
        path,
        h: [
          ["content-type", "application/grpc"],
          [CREDENTIAL_HEADER, ben.id],
        ],
      });
      await settle();
      await seat(world.by(ana.id), SeatAction.TAKE);
      void stream.write(envelope(body));
      stream.end();
      const { h } = await stream.response;
      for await (const _ of stream.body);
      const status = new Headers([...h, ...(stream.trailers ?? [])] as [string, string][]);
      expect([path, status.get("grpc-status")]).toEqual([path, String(Code.FailedPrecondition)]);
      await seat(world.by(ana.id), SeatAction.LEAVE);
    }
  });

  it("is nobody's business with the role view", async () => {
    const world = await bench();
    const { id } = await world.make({ role: "view" });
    await expect(seat(world.by(id), SeatAction.ASK)).rejects.toMatchObject({ code: Code.PermissionDenied });
  });

  it("is settled with the passphrase as at the board", async () => {
    const world = await bench();
    const { id } = await world.make();
    await seat(world.passphrase, SeatAction.ASK);
    expect(world.sharing.seatSnapshot.holder.kind).toBe("board");
    await seat(world.by(id), SeatAction.ASK);
    await seat(world.passphrase, SeatAction.REFUSE, id);
    await seat(world.passphrase, SeatAction.WITHDRAW);
    await seat(world.passphrase, SeatAction.LEAVE);
    expect(world.sharing.seatSnapshot).toEqual({ holder: { kind: "free" }, requests: [] });
  });

  it("says what a request lacks", async () => {
    const world = await bench();
    const { id } = await world.make();
    await expect(seat(world.by(id), SeatAction.UNSPECIFIED)).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  it("has left when their page has been closed for 10 s", async () => {
    const world = await bench();
    const { id } = await world.make();
    const watcher = watching(world.by(id));
    await watcher.next();
    await seat(world.by(id), SeatAction.TAKE);
    await watcher.close();
    while (world.sharing.people.some(({ via }) => via === "page")) await settle();
    await world.clock.advance(9_999);
    expect(world.sharing.seatSnapshot.holder.kind).toBe("share");
    await world.clock.advance(1);
    expect(world.sharing.seatSnapshot.holder.kind).toBe("free");
  });
});

describe("watching a bench", () => {
  it("begins with the bench as it is, and goes on when it changes, without what is not a colleague's business", async () => {
    const world = await bench();
    const { id, expiresAt } = await world.make({ role: "view" });
    const watcher = watching(world.by(id));
    const { you, snapshot } = await watcher.next();
    expect(you).toEqual({ share: id, name: "Ana", role: "view", expiresAt, redeem: false });
    expect(snapshot).toMatchObject({ name: "bench", shares: [], problems: [], tunnel: { kind: "attached" } });
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

  it("gets the newest state only, and nothing while nothing changes", async () => {
    const world = await bench();
    const { id } = await world.make();
    const watcher = watching(world.by(id));
    await watcher.next();
    await world.clock.advance(1000);
    for (const action of [1, 2, 3]) {
      if (action % 2 === 1) world.sharing.seat.take("board");
      else world.sharing.seat.leave("board");
    }
    await world.clock.advance(100);
    expect((await watcher.next()).snapshot.seat.holder.kind).toBe("board");
    world.sharing.seat.leave("board");
    world.log.append({ severity: "INFO", source: "system", message: "a line, which is no part of it" });
    await world.clock.advance(100);
    expect((await watcher.next()).snapshot.seat.holder.kind).toBe("free");
    await watcher.close();
  });
});

describe("a link that ends", () => {
  it("ends what runs by it at once, whatever that is, and nothing else", async () => {
    const world = await bench();
    const [ana, ben] = [await world.make(), await world.make({ name: "Ben" })];
    const console = console_(world, world.by(ana.id));
    const log = createClient(ExporterService, world.by(ana.id)).logStream({})[Symbol.asyncIterator]();
    const watchers = [watching(world.by(ana.id)), watching(world.by(ben.id, "10.0.0.8 c2"))] as const;
    await Promise.all([...watchers.map(({ next }) => next()), log.next(), console.opened()]);
    const ends = [console.read(), watchers[0].next(), readAll(log)];
    world.sharing.revoke(ana.id);
    for (const end of ends) {
      await expect(end).rejects.toMatchObject({
        code: Code.Unauthenticated,
        rawMessage: "this link (Ana) was taken back: ask the person at the board for a new one",
      });
    }
    expect(world.readers.size).toBe(0);
    await world.clock.advance(100);
    const { snapshot } = await watchers[1].next();
    expect(snapshot.people.map(({ name }) => name)).toEqual([undefined, "Ben"]);
    await watchers[1].close();
  });

  it("types nothing more, not even what is here already and waits for the device", async () => {
    const world = await bench();
    const { id } = await world.make();
    const console = console_(world, world.by(id));
    const end = console.read();
    await console.opened();
    const taken = Promise.withResolvers<void>();
    world.device.busy = taken.promise;
    console.type("run ");
    while (world.typed.length === 0) await settle();
    for (const word of ["erase ", "all", "\r"]) console.type(word);
    await settle();
    // What is sent later comes later.
    await createClient(ExporterService, world.by(id)).getStatus({});
    world.sharing.revoke(id);
    await expect(end).rejects.toMatchObject({ code: Code.Unauthenticated });
    world.device.busy = Promise.resolve();
    taken.resolve();
    while (world.exporter.activity.streams > 0) await settle();
    expect(world.typed).toEqual(["run "]);
  });

  it("ends it also when its time has come", async () => {
    const world = await bench();
    const { id } = await world.make();
    const console = console_(world, world.by(id));
    const end = console.read();
    await console.opened();
    await Promise.all([
      expect(end).rejects.toMatchObject({ code: Code.Unauthenticated }),
      world.clock.advance(HOUR_MS),
    ]);
  });

  it("is answered with what became of it", async () => {
    const world = await bench();
    const [revoked, timely] = [await world.make(), await world.make({ name: "Ben" })];
    world.sharing.revoke(revoked.id);
    await world.clock.advance(HOUR_MS);
    for (const [credential, trouble, text] of [
      [revoked.id, "revoked", "this link (Ana) was taken back: ask the person at the board for a new one"],
      [
        timely.id,
        "expired",
        "the time of this link (Ben) has run out: ask the person at the board for a new one",
      ],
      [
        "nobody",
        "unknown",
        "this link is not known here any more: ask the person at the board for a new one",
      ],
    ] as const) {
      const answer = await powerOn(world, world.by(credential)).catch((error: unknown) => error);
      expect(answer).toMatchObject({ code: Code.Unauthenticated, rawMessage: text });
      expect((answer as ConnectError).metadata.get(LINK_HEADER)).toBe(trouble);
    }
  });

  it("frees the seat", async () => {
    const world = await bench();
    const { id } = await world.make();
    await createClient(BenchService, world.by(id)).seat({ action: SeatAction.TAKE });
    world.sharing.revoke(id);
    expect(world.sharing.seatSnapshot.holder.kind).toBe("free");
  });

  it("is kept, with every change of the list", async () => {
    const world = await bench();
    const { id } = await world.make();
    world.sharing.revoke(id);
    world.sharing.revoke(id, { forget: true });
    expect(world.kept.map((shares) => shares.map(({ ended }) => ended?.why))).toEqual([
      [undefined],
      ["revoked"],
      [],
    ]);
  });
});

describe("a link for one use", () => {
  const redeem = (transport: Transport, secretHash: string) =>
    createClient(BenchService, transport).redeem({ secretHash });

  it("becomes the browser's own when the relay knows it, and others with the link are put out", async () => {
    const told = Promise.withResolvers<void>();
    const world = await bench({ relayKnows: () => told.promise });
    const { id } = await world.make({ oneTime: true });
    const own = world.by(id, "10.0.0.7 c1");
    const watchers = [watching(own), watching(world.by(id, "10.0.0.9 c9"))] as const;
    for (const { next } of watchers) await next();
    const other = watchers[1].next();
    let answered = false;
    const opened = redeem(own, await sha256Hex("own secret")).then(() => {
      answered = true;
    });
    await expect(other).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: expect.stringContaining("was for one use, and has been opened already"),
    });
    expect(answered).toBe(false);
    // The relay still says of the link's secret what it said before.
    await expect(powerOn(world, world.by(id))).rejects.toMatchObject({ code: Code.Unauthenticated });
    told.resolve();
    await opened;
    await expect(powerOn(world, world.by(id))).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect((await powerOn(world, world.by(`${id}-own`))).result).toBeDefined();
    // The answer was lost, and the browser asks again.
    await redeem(world.by(id), await sha256Hex("own secret"));
    await expect(redeem(world.by(id), await sha256Hex("another"))).rejects.toMatchObject({
      code: Code.Unauthenticated,
    });
    await watchers[0].close();
  });

  it("says so when the relay cannot be told in time", async () => {
    const world = await bench({ relayKnows: () => new Promise(() => undefined) });
    const { id } = await world.make({ oneTime: true });
    const opened = redeem(world.by(id), await sha256Hex("own secret"));
    const failed = expect(opened).rejects.toMatchObject({
      code: Code.Unavailable,
      rawMessage: expect.stringContaining("try again"),
    });
    while (world.sharing.shares[0]?.spentHash === undefined) await settle();
    await world.clock.advance(5000);
    await failed;
  });

  it("is opened by one of two who come at once", async () => {
    const world = await bench();
    const { id } = await world.make({ oneTime: true });
    const results = await Promise.allSettled(
      ["one", "two"].map(async (who) => redeem(world.by(id, `10.0.0.7 ${who}`), await sha256Hex(who))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: Code.Unauthenticated },
    });
  });

  it("is another thing than a link for many, and than the passphrase", async () => {
    const world = await bench();
    const { id } = await world.make();
    for (const transport of [world.by(id), world.passphrase]) {
      await expect(redeem(transport, await sha256Hex("own"))).rejects.toMatchObject({
        code: Code.FailedPrecondition,
      });
    }
  });
});

describe("exclusive access", () => {
  it("is not taken by who watches, and does not keep them from watching", async () => {
    const world = await bench({ access: "exclusive" });
    const [ana, eva] = [await world.make(), await world.make({ name: "Eva", role: "view" })];
    const page = world.by(ana.id, "10.0.0.7 page");
    const watcher = watching(page);
    await watcher.next();
    const logs = [page, world.by(eva.id, "10.0.0.8 eva")].map((transport) =>
      createClient(ExporterService, transport).logStream({})[Symbol.asyncIterator](),
    );
    for (const log of logs) await log.next();
    expect(world.exporter.inUseBy).toBeUndefined();

    // Somebody opens a shell.
    const shell = tunnelTransport(world.relay, [[CLIENT_HEADER, "10.0.0.1 shell"]]);
    await createClient(ExporterService, shell).getStatus({});
    await createClient(ExporterService, shell).logStream({})[Symbol.asyncIterator]().next();
    expect(world.exporter.inUseBy).toMatchObject({ client: "10.0.0.1" });
    for (const transport of [page, world.by(eva.id, "10.0.0.8 eva")]) {
      await createClient(ExporterService, transport).getReport({});
      await createClient(ExporterService, transport).getStatus({});
    }
    const heard = createClient(BenchService, page).listen({ uuid: world.uuidOf("con"), method: "connect" });
    void heard[Symbol.asyncIterator]()
      .next()
      .catch(() => undefined);
    while (world.readers.size === 0) await settle();
    await expect(powerOn(world, page)).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: expect.stringContaining("in use by 10.0.0.1"),
    });
    await world.clock.advance(100);
    expect((await watcher.next()).snapshot.inUseBy).toMatchObject({ client: "another client" });
    await watcher.close();
  });
});

describe("the log", () => {
  it("tells the person at the board of links, and clients only who drives", async () => {
    const world = await bench();
    const { id } = await world.make();
    await powerOn(world, world.by(id));
    await powerOn(world, world.by(id));
    world.sharing.seat.take({ id, name: "Ana" });
    world.sharing.revoke(id);
    const { lines } = world.log.since(0);
    const own = lines.filter(({ source }) => source === "system").map(({ message }) => message);
    expect(own).toEqual([
      "exporter bench is ready",
      "a link was made for Ana: control, for 60 min",
      "Ana is there with a client, at 10.0.0.7",
      "Ana drives",
      "the link for Ana was revoked",
      "nobody drives: whoever may control can",
    ]);
    const end = new AbortController();
    const told: string[] = [];
    const log = createClient(ExporterService, world.passphrase).logStream({}, { signal: end.signal });
    for await (const { message, source } of log) {
      if (source === LogSource.SYSTEM) told.push(message);
      if (message.startsWith("nobody drives")) break;
    }
    expect(told).toEqual(["exporter bench is ready", "Ana drives", "nobody drives: whoever may control can"]);
  });
});

/** A message as gRPC frames it. */
function envelope(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, 5);
  return bytes;
}

async function readAll(messages: AsyncIterator<unknown>): Promise<void> {
  while (!(await messages.next()).done);
}
