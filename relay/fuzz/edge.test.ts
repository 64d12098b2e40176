import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CloseCode } from "../../proto/tunnel/index.ts";
import { fuzzSettings, fuzzTimeoutMs } from "../../proto/tunnel/testing/fuzz.ts";
import type { RelayOptions } from "../relay.ts";
import { bare } from "../testing/bystander.ts";
import { GrpcClient, result } from "../testing/grpc-call.ts";
import { selfSigned } from "../testing/self-signed.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { loadTlsIdentity, type TlsIdentity } from "../tls.ts";
import { readCorpus } from "./corpus.ts";
import { INPUTS, type Input, tlsInputs } from "./inputs.ts";

/** Connections at once, against one relay. */
const BATCH = 25;
/** Batches in the suite, for each protocol. */
const RUNS = 6;
/** So short that a relay is through with a client that holds its connection, whatever that has said. */
const SHORT_MS = 50;
const IMPATIENT = {
  firstBytesTimeoutMs: SHORT_MS,
  headersTimeoutMs: SHORT_MS,
  http1IdleMs: SHORT_MS,
  halfClosedMs: SHORT_MS,
  unreadRequestMs: SHORT_MS,
  http2SilenceMs: SHORT_MS,
  http2PingIntervalMs: SHORT_MS / 5,
  http2DeadMs: SHORT_MS,
  // Longer than the silence: what is over for the session is not yet for its connection.
  http2LingerMs: 2 * SHORT_MS,
  parkMs: SHORT_MS,
};
/** What is left open has to be gone then; the relay's own times are cut short. */
const SETTLE_TIMEOUT_MS = 40_000;

let directory: string;
let tls: TlsIdentity;
let ca: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "jumptab-fuzz-"));
  const { cert, key } = selfSigned(["127.0.0.1"]);
  writeFileSync(join(directory, "cert.pem"), cert);
  writeFileSync(join(directory, "key.pem"), key);
  tls = loadTlsIdentity(join(directory, "cert.pem"), join(directory, "key.pem"));
  ca = cert;
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Target {
  readonly tls?: TlsIdentity;
  readonly plaintextToo?: boolean;
  /** A connection that takes the bytes. */
  connect(test: TestRelay): Socket;
}

const plain: Target = { connect: (test) => bare(test) };
const overTls = (): Target => ({ tls, connect: (test) => bare(test) });
const insideTls = (protocol: string): Target => ({
  tls,
  connect: (test) => {
    const socket = connectTls({ port: test.port, host: "127.0.0.1", ca, ALPNProtocols: [protocol] });
    socket.on("error", () => undefined);
    return socket;
  },
});

/** Whatever is sent, the relay stays well, tells no error, and keeps nothing. */
async function survives(target: Target, inputs: readonly Input[]): Promise<void> {
  await withoutFaults(target, { parkMs: SHORT_MS }, async (test) => {
    await Promise.all(inputs.map((input) => play(test, target, input)));
    await isWell(test);
  });
}

/** And the same with clients that never close their side, whatever the relay does. */
async function outlives(inputs: readonly Input[]): Promise<void> {
  await withoutFaults(plain, IMPATIENT, async (test) => {
    const sockets = await Promise.all(
      inputs.map(async ({ bytes }) => {
        const socket = bare(test, { allowHalfOpen: true });
        socket.resume();
        await once(socket, "connect");
        socket.write(bytes);
        return socket;
      }),
    );
    // A client of HTTP/1.1: the others may be slower than this relay's patience. It came last.
    expect((await fetch(`${test.origin}/healthz`)).status).toBe(200);
    await inTime(test, test.settled({ sockets: 1, http2Sessions: 0, tunnels: 1 }));
    for (const socket of sockets) socket.destroy();
  });
}

async function withoutFaults(
  target: Target,
  timing: NonNullable<RelayOptions["timing"]>,
  work: (test: TestRelay) => Promise<void>,
): Promise<void> {
  const faults: unknown[] = [];
  const onFault = (fault: unknown): void => {
    faults.push(fault);
  };
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
  try {
    const test = await startTestRelay({
      ...(target.tls && { tls: target.tls }),
      tunnelLimits: { graceMs: 1 },
      timing,
    });
    try {
      const page = await test.page({ ca });
      await work(test);
      // Stopped, as by a person: nobody waits for it to come back.
      await page.close(CloseCode.stopped);
      await inTime(test, test.settled(NOTHING_OPEN));
      expect(test.log.filter((line) => line.includes('"level":"ERROR"'))).toEqual([]);
    } finally {
      // What has gone wrong first says more than what hangs because of it.
      expect(faults).toEqual([]);
      await inTime(test, test[Symbol.asyncDispose]());
    }
  } finally {
    process.off("uncaughtException", onFault);
    process.off("unhandledRejection", onFault);
  }
}

async function play(test: TestRelay, target: Target, { bytes, cuts, end }: Input): Promise<void> {
  const socket = target.connect(test);
  socket.resume();
  let from = 0;
  for (const cut of [...cuts].sort()) {
    const to = Math.floor(cut * bytes.length);
    if (to > from && socket.writable) socket.write(bytes.subarray(from, to));
    from = Math.max(from, to);
    // A turn of the event loop, in which the relay may take the piece.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (socket.writable) socket.write(bytes.subarray(from));
  if (end === "half-close") socket.end();
  // As long as it takes to ask for something else: the relay has seen the bytes then.
  if (end !== "cut") await health(test);
  socket.destroy();
  if (!socket.closed) await once(socket, "close");
}

async function health(test: TestRelay): Promise<void> {
  const client = new GrpcClient(test.origin, { ca });
  const { head } = await result(client.session.request({ ":path": "/healthz" }));
  expect(head[":status"]).toBe(200);
  await client.close();
}

async function isWell(test: TestRelay): Promise<void> {
  const client = new GrpcClient(test.origin, { ca });
  expect((await client.call({ body: Buffer.from("hello") })).body.toString()).toBe("hello");
  await client.close();
}

async function inTime(test: TestRelay, work: PromiseLike<void>): Promise<void> {
  const late = AbortSignal.timeout(SETTLE_TIMEOUT_MS);
  const tooLate = once(late, "abort").then(() => {
    throw new Error(`still open: ${JSON.stringify(test.relay.stats())}`);
  });
  await Promise.race([work, tooLate]);
}

/** The first bytes of a TLS client. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const client = connectTls({ port: address.port, host: "127.0.0.1", ALPNProtocols: ["h2", "http/1.1"] });
  client.on("error", () => undefined);
  const [socket]: Socket[] = await once(server, "connection");
  const [bytes] = await once(socket ?? client, "data");
  client.destroy();
  socket?.destroy();
  server.close();
  return bytes;
}

type Play = (inputs: readonly Input[]) => Promise<void>;

const against =
  (target: Target): Play =>
  (inputs) =>
    survives(target, inputs);

async function fuzz(holds: Play, inputs: fc.Arbitrary<Input>): Promise<void> {
  const batch = fc.array(inputs, { minLength: 1, maxLength: BATCH, size: "max" });
  await fc.assert(fc.asyncProperty(batch, holds), fuzzSettings(RUNS));
}

describe("the relay's port", { timeout: fuzzTimeoutMs() }, () => {
  const kept = readCorpus();

  it("has a corpus", () => {
    expect(kept.length).toBeGreaterThan(30);
    for (const { name, why } of kept) expect([name, why === ""]).toEqual([name, false]);
  });

  for (const end of ["wait", "half-close", "cut"] as const) {
    it(`survives what has been kept, with clients that ${end} in the end`, async () => {
      const inputs = kept.flatMap(({ bytes }) => [
        { bytes, cuts: [], end },
        { bytes, cuts: [0.3, 0.5, 0.9], end },
      ]);
      await survives(plain, inputs);
      await survives(overTls(), inputs);
      await survives(insideTls("h2"), inputs);
      await survives(insideTls("http/1.1"), inputs);
    });
  }

  it("lets go of HTTP/2 clients that hold their connection, whatever has been kept of them", () =>
    outlives(
      kept
        .filter(({ name }) => name.startsWith("http2-"))
        .map(({ bytes }) => ({ bytes, cuts: [], end: "wait" })),
    ));

  it("lets go of HTTP/2 clients that hold their connection", () => fuzz(outlives, INPUTS["HTTP/2"]));

  for (const [what, inputs] of Object.entries(INPUTS)) {
    it(`survives ${what}`, () => fuzz(against(plain), inputs));
  }

  it("survives TLS handshakes that go wrong", async () => {
    await fuzz(against(overTls()), tlsInputs(await clientHello()));
  });

  it("survives HTTP/1 inside TLS", () => fuzz(against(insideTls("http/1.1")), INPUTS["HTTP/1"]));

  it("survives HTTP/2 inside TLS", () => fuzz(against(insideTls("h2")), INPUTS["HTTP/2"]));
});
