/**
 * Streams and calls in a loop while relay and page are watched: nothing stalls, nothing grows.
 * Above: soak.spec.ts, ../conformance/concurrency.spec.ts (X06). Below: growth.ts, the fixtures.
 */

import { expect, type Snippet } from "../fixtures.ts";
import type { ExporterPage } from "../pages/exporter-page.ts";
import { workerHeapBytes } from "../pages/worker-heap.ts";
import type { RelayProcess } from "../support/relay-process.ts";
import { growth } from "./growth.ts";

const MIB = 1024 * 1024;

/** 3 s before the first sample: connections are made, and code is compiled. */
const WARM_UP_SECONDS = 3;

/** Log lines before the first sample: more than a page keeps, so that its memory of them is full. */
const LOG_LINES = 100_000;

/** Samples of one soak, at most one a second: forced collections of the page would slow it down. */
const SAMPLES = 120;

/** 5 s for sockets to be closed: a few more than at the beginning may be open for a moment. */
const SPARE_HANDLES = 8;

/** What the relay may hold more, after a collection: a hundred bytes a round would pass it in half an hour. */
const RELAY_BYTES = 4 * MIB;

/** What the page's worker may hold more, after a collection: half of that. */
const PAGE_BYTES = 2 * MIB;

export interface SoakOptions {
  readonly raw: Snippet;
  readonly relay: RelayProcess;
  readonly exporterPage: ExporterPage;
  readonly seconds: number;
}

/** How much longer a soak's test takes than the soak. */
export const SOAK_MARGIN_MS = 90_000;

/** 64 KiB there and back, a call, and a call that streams, again and again. */
const ROUNDS = `
    uuids = raw.uuids()
    end = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < end:
        data = os.urandom(65536)
        frames = iter([router_pb.StreamRequest(payload=data), router_pb.StreamRequest(frame_type=7)])
        back = b"".join(answer.payload for answer in raw.stream(uuids["net"], frames) if answer.frame_type == 0)
        assert back == data, f"{len(back)} bytes of {len(data)} came back in round {rounds}"
        raw.call(uuids["power"], "on")
        list(raw.streaming_call(uuids["power"], "read"))
        rounds += 1
    result = rounds
`;

/** One look at everything. */
interface Sample {
  /** What the relay holds. */
  readonly relayBytes: number;
  /** Its resident memory: what the system has given it. Only told, since allocators keep what they like. */
  readonly residentBytes: number;
  /** What the page's worker holds. */
  readonly pageBytes: number;
  /** Open files and sockets of the relay's process. */
  readonly handles: number;
}

/** Run it; what grows fails the test. @returns How many rounds were made. */
export async function soak({ raw, relay, exporterPage, seconds }: SoakOptions): Promise<number> {
  const run = (forSeconds: number) =>
    raw(ROUNDS, { args: { seconds: forSeconds }, timeoutMs: forSeconds * 1000 + SOAK_MARGIN_MS / 2 });
  await raw("raw.call(raw.uuids()['lab'], 'log', 'info', 'before the soak', lines)", {
    args: { lines: LOG_LINES },
  });
  await run(WARM_UP_SECONDS);
  const samples: Sample[] = [];
  const watching = new AbortController();
  const watched = watch(samples, { relay, exporterPage, seconds }, watching.signal);
  try {
    const rounds = Number(await run(seconds));
    watching.abort();
    await watched;
    expectFlat(samples, seconds);
    return rounds;
  } finally {
    watching.abort();
  }
}

/** Sample until told to stop. */
async function watch(
  samples: Sample[],
  { relay, exporterPage, seconds }: Omit<SoakOptions, "raw">,
  signal: AbortSignal,
): Promise<void> {
  const pauseMs = Math.max(1000, (seconds * 1000) / SAMPLES);
  while (!signal.aborted) {
    samples.push({
      relayBytes: await relay.heldBytes(),
      residentBytes: await relay.residentBytes(),
      pageBytes: await workerHeapBytes(exporterPage.page),
      handles: await relay.openHandles(),
    });
    await pause(pauseMs, signal);
  }
}

function expectFlat(samples: readonly Sample[], seconds: number): void {
  const of = (kind: keyof Sample): number[] => samples.map((sample) => sample[kind]);
  const relay = growth(of("relayBytes"));
  const page = growth(of("pageBytes"));
  const handles = growth(of("handles"));
  const resident = of("residentBytes");
  console.log(
    `soak of ${seconds} s, ${samples.length} samples: relay ${inMib(relay)} MiB, page ${inMib(page)} MiB, ` +
      `handles ${handles}; the relay's resident memory ${inMib(growth(resident))} MiB, at most ${inMib(Math.max(...resident))} MiB`,
  );
  expect(relay, "bytes that the relay's memory grew by").toBeLessThan(RELAY_BYTES);
  expect(page, "bytes that the page's worker grew by").toBeLessThan(PAGE_BYTES);
  expect(handles, "handles that the relay did not close").toBeLessThan(SPARE_HANDLES);
}

const inMib = (bytes: number): string => `${bytes < 0 ? "" : "+"}${(bytes / MIB).toFixed(1)}`;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
