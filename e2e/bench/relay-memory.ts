/**
 * How much resident memory the relay needs for one more exporter that does nothing, and for one more stream that stands
 * still with its windows full.
 * Above: solo.ts. Below: systems.ts, collect-garbage.ts, ../../relay/testing/test-page.ts, node:http2.
 *
 * A relay of its own for each run. It gets more and more of one thing, and its memory is read at each step, after its garbage
 * was collected: what one more takes is the slope. The first step is not zero: code that has never run takes memory too.
 */

import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TunnelStream } from "../../proto/tunnel/index.ts";
import { TestPage } from "../../relay/testing/test-page.ts";
import type { Held } from "./collect-garbage.ts";
import type { SampleKey, Samples } from "./solo-measures.ts";
import { slope } from "./statistics.ts";
import { type BareRelay, startRelay } from "./systems.ts";

export interface RelayMemoryOptions {
  /** How often each is measured, with a relay of its own. */
  readonly runs: number;
  /** Exporters in the end. */
  readonly exporters: number;
  /** Stalled streams in the end. */
  readonly streams: number;
  readonly folder: string;
  readonly signal: AbortSignal;
}

const COLLECT = fileURLToPath(new URL("collect-garbage.ts", import.meta.url));

/** All that is measured here comes from one address. */
const UNLIMITED = ["clients", "calls", "exporters"].flatMap((name) => [`--max-${name}-per-address`, "0"]);

/** Readings in one run, evenly spread over the counts. */
const STEPS = 5;
/** 16 streams on each connection: the relay holds 8 MiB of requests for one connection, half of that is in use then. */
const STREAMS_PER_CONNECTION = 16;
/** 300 ms without a byte taken anywhere: the windows are full. */
const STALLED_MS = 300;
/** 30 s for one reading, or for windows to fill. */
const READING_MS = 30_000;
/** 64 KiB in one write, which is one frame of the tunnel. */
const CHUNK = new Uint8Array(64 * 1024);
const KIB = 1024;

const PASSPHRASE = "memory";

export async function measureRelayMemory(options: RelayMemoryOptions): Promise<Samples> {
  const samples: Partial<Record<SampleKey, number[]>> = {};
  const add = (key: SampleKey, value: number): void => {
    samples[key] = [...(samples[key] ?? []), value];
  };
  for (let run = 0; run < options.runs; run += 1) {
    const idle = await idleExporters(options);
    add("idleExporterKiB", idle.residentKiB);
    add("idleExporterLiveKiB", idle.liveKiB);
    const unread = await stalledStreams(options, "unread");
    add("unreadStreamKiB", unread.residentKiB);
    add("unreadStreamLiveKiB", unread.liveKiB);
    add("unreadStreamSentKiB", unread.sentKiB);
    const untaken = await stalledStreams(options, "untaken");
    add("untakenStreamKiB", untaken.residentKiB);
    add("untakenStreamLiveKiB", untaken.liveKiB);
    add("untakenStreamSentKiB", untaken.sentKiB);
  }
  return samples;
}

/** What one more takes. */
interface Each {
  readonly residentKiB: number;
  /** The same as V8 counts it: objects, and the buffers that they hold. Allocators and whole pages are not in it. */
  readonly liveKiB: number;
}

async function idleExporters(options: RelayMemoryOptions): Promise<Each> {
  await using relay = await start(options);
  const pages: TestPage[] = [];
  try {
    return await eachOf(relay, options, options.exporters, async (count) => {
      while (pages.length < count) {
        const name = `idle-${pages.length}`;
        const page = new TestPage({ url: `ws://${relay.address}/tunnel`, name, passphrase: name });
        pages.push(page);
        await page.attached;
      }
    });
  } finally {
    await Promise.all(pages.map((page) => page.close()));
  }
}

/** Streams that one side fills and the other does not empty: `unread` by the client, `untaken` by the page. */
async function stalledStreams(
  options: RelayMemoryOptions,
  kind: "unread" | "untaken",
): Promise<Each & { readonly sentKiB: number }> {
  await using relay = await start(options);
  const sent = { bytes: 0, at: performance.now() };
  const count = (bytes: number): void => {
    sent.bytes += bytes;
    sent.at = performance.now();
  };
  const answer = (stream: TunnelStream): void => {
    stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
    if (kind === "unread") void fill(stream, count);
  };
  const page = new TestPage({ url: `ws://${relay.address}/tunnel`, passphrase: PASSPHRASE, answer });
  const sessions: ClientHttp2Session[] = [];
  const streams: ClientHttp2Stream[] = [];
  try {
    await page.attached;
    const each = await eachOf(relay, options, options.streams, async (wanted) => {
      while (streams.length < wanted) {
        if (streams.length % STREAMS_PER_CONNECTION === 0) sessions.push(openSession(relay));
        const stream = await openStream(sessions.at(-1));
        streams.push(stream);
        if (kind === "untaken") pour(stream, count);
      }
      await untilStalled(sent, options.signal);
    });
    return { ...each, sentKiB: sent.bytes / KIB / streams.length };
  } finally {
    for (const session of sessions) session.destroy();
    await page.close();
  }
}

/** Write to the client until nobody takes it. */
async function fill(stream: TunnelStream, count: (bytes: number) => void): Promise<void> {
  while (!stream.signal.aborted) {
    count(CHUNK.length);
    await stream.write(CHUNK);
  }
}

/** Write to the page until nobody takes it. */
function pour(stream: ClientHttp2Stream, count: (bytes: number) => void): void {
  const next = (): void => {
    if (stream.destroyed) return;
    stream.write(CHUNK, () => {
      count(CHUNK.length);
      next();
    });
  };
  next();
}

function openSession({ address }: BareRelay): ClientHttp2Session {
  const session = connect(`http://${address}`);
  // What goes wrong shows at the streams.
  session.on("error", () => undefined);
  return session;
}

/** A call that the page has answered. Its body is not read. */
async function openStream(session: ClientHttp2Session | undefined): Promise<ClientHttp2Stream> {
  if (session === undefined) throw new Error("there is no connection for the stream");
  const stream = session.request({
    ":method": "POST",
    ":path": "/jumpstarter.v1.RouterService/Stream",
    "content-type": "application/grpc",
    te: "trailers",
    "x-jumpstarter-passphrase": PASSPHRASE,
  });
  stream.pause();
  const answered = Promise.withResolvers<void>();
  stream.on("error", answered.reject);
  stream.once("response", (headers) => {
    const status = headers["grpc-status"];
    if (status === undefined) answered.resolve();
    else answered.reject(new Error(`the relay answered ${status}: ${headers["grpc-message"]}`));
  });
  await answered.promise;
  return stream;
}

async function untilStalled(sent: { readonly at: number }, signal: AbortSignal): Promise<void> {
  const before = performance.now();
  while (performance.now() - sent.at < STALLED_MS) {
    if (performance.now() - before > READING_MS) throw new Error("the streams never stood still");
    await sleep(STALLED_MS / 4, undefined, { signal });
  }
}

/** Have more and more of something, and say what each takes. */
async function eachOf(
  relay: BareRelay,
  { signal }: RelayMemoryOptions,
  most: number,
  have: (count: number) => Promise<void>,
): Promise<Each> {
  const resident: [number, number][] = [];
  const live: [number, number][] = [];
  for (let step = 1; step <= STEPS; step += 1) {
    const count = Math.round((most * step) / STEPS);
    await have(count);
    const { rss, heapUsed, external } = await held(relay, signal);
    resident.push([count, rss]);
    live.push([count, heapUsed + external]);
  }
  return { residentKiB: slope(resident) / KIB, liveKiB: slope(live) / KIB };
}

async function held({ program, lines }: BareRelay, signal: AbortSignal): Promise<Held> {
  process.kill(program.pid, "SIGUSR2");
  const { value } = await program.during(lines.next(), {
    signal,
    timeoutMs: READING_MS,
    what: "told its memory",
  });
  return JSON.parse(value) as Held;
}

async function start({ folder, signal }: RelayMemoryOptions): Promise<BareRelay> {
  return await startRelay({ node: ["--expose-gc", "--import", COLLECT], flags: UNLIMITED, folder, signal });
}
