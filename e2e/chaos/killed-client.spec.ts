/**
 * Clients that die without a word, and clients that do nothing: what they held is free, and nothing grows.
 * Below: test.ts.
 */

import type { Snippet } from "../fixtures.ts";
import { workerHeapBytes } from "../pages/worker-heap.ts";
import type { RelayProcess } from "../support/relay-process.ts";
import { expect, test } from "./test.ts";

/** The bench's port is free again this long after its client's process has ended: its machine says so. */
const FREE_WITHIN_MS = 5000;

/**
 * And this long after the last was heard of a client whose machine says nothing more: the relay asks it every 5 s, gives
 * up after 30 s without an answer, and delivers what the client had sent for 3 s.
 */
const SILENT_FREE_WITHIN_MS = 50_000;

const MIB = 1024 * 1024;

/** A client with an upload that the port does not take, a download that it does not read, a log stream and a call. */
const BUSY_CLIENT = `
    uuids = raw.uuids()
    done = threading.Event()

    def endless():
        while not done.is_set():
            yield router_pb.StreamRequest(payload=bytes(65536))

    upload = raw.stream(uuids["con"], endless())
    upload.initial_metadata()
    download = raw.stream(uuids["con"], iter(done.wait, True))
    download.initial_metadata()
    logs = exporter.LogStream(empty, metadata=key)
    logs.initial_metadata()
    raw.call(uuids["lab"], "sleep", 120000)
`;
const BUSY_CLIENT_STREAMS = 4;

/** Waits until the client above has all of it open, as the relay and the page see it. */
async function expectBusy(relay: RelayProcess, raw: Snippet): Promise<void> {
  await expect.poll(async () => (await relay.health()).streams).toBe(BUSY_CLIENT_STREAMS);
  expect(await raw("result = raw.call(raw.uuids()['con'], 'open_count').result.number_value")).toBe(2);
  await raw("raw.call(raw.uuids()['con'], 'produce', 64 * 1024 * 1024)");
}

/** How long until nothing of it is left, in milliseconds. */
async function untilFree(relay: RelayProcess, raw: Snippet, timeoutMs: number): Promise<number> {
  const began = performance.now();
  await expect
    .poll(() => raw("result = raw.call(raw.uuids()['con'], 'open_count').result.number_value"), {
      message: "streams that the page still has open for the client that died",
      timeout: timeoutMs,
      intervals: [50],
    })
    .toBe(0);
  await expect
    .poll(async () => (await relay.health()).streams, {
      message: "streams that the relay still has open for it",
      timeout: Math.max(1, timeoutMs - (performance.now() - began)),
      intervals: [50],
    })
    .toBe(0);
  return performance.now() - began;
}

test("a client that is killed in the midst of everything frees its port within 5 s", async ({
  otherPython,
  raw,
  relay,
}) => {
  await raw("raw.call(raw.uuids()['con'], 'hold')");
  const client = otherPython.run("raw", relay.endpoint, BUSY_CLIENT);
  const dead = expect(client).rejects.toThrow("SIGKILL");
  await expectBusy(relay, raw);
  otherPython.kill();
  await dead;
  expect(await untilFree(relay, raw, FREE_WITHIN_MS)).toBeLessThan(FREE_WITHIN_MS);
});

test("a client whose connection goes silent without closing frees its port within 50 s @slow", async ({
  otherPython,
  raw,
  relay,
  linked,
  clientLink,
}) => {
  test.setTimeout(120_000);
  await raw("raw.call(raw.uuids()['con'], 'hold')");
  const client = otherPython.run("raw", linked, BUSY_CLIENT);
  const dead = expect(client).rejects.toThrow("SIGKILL");
  await expectBusy(relay, raw);
  // As when its computer loses power, or its cable is pulled: nothing says that it is gone.
  clientLink.blackhole();
  otherPython.kill();
  await dead;
  expect(await untilFree(relay, raw, SILENT_FREE_WITHIN_MS)).toBeLessThan(SILENT_FREE_WITHIN_MS);
});

test("64 readers that do not read cost the relay a bounded amount, and hold up nobody else", async ({
  otherPython,
  raw,
  relay,
}) => {
  const readers = 64;
  const before = await relay.residentBytes();
  const stalled = otherPython.run(
    "raw",
    relay.endpoint,
    `
    uuids = raw.uuids()
    done = threading.Event()
    # gRPC would give a stream whatever its line can carry, 4 MiB on this machine: what waits then waits in the client.
    channel = grpc.insecure_channel(raw.address, options=[("grpc.http2.bdp_probe", 0)])
    raw.router = type(raw.router)(channel)
    streams = [raw.stream(uuids["con"], iter(done.wait, True)) for _ in range(readers)]
    for stream in streams:
        stream.initial_metadata()
    raw.call(uuids["con"], "produce", bytes_each)
    # Another client says when it is enough.
    wait_until(lambda: raw.call(uuids["lab"], "counted").result.number_value == 1, seconds=60)
    for stream in streams:
        stream.cancel()
    done.set()
    channel.close()
    `,
    { args: { readers, bytes_each: 16 * MIB } },
  );
  const memory = watchMemory(relay, before);
  try {
    const [produced, slowest] = (await raw(`
      uuids = raw.uuids()
      con = uuids["con"]
      number = lambda method: raw.call(con, method).result.number_value
      wait_until(lambda: number("produced") > 0, seconds=30)
      # What page and relay will take ahead of a reader has been taken once nothing more is.
      def settled():
          before = number("produced")
          time.sleep(0.5)
          return number("produced") == before
      wait_until(settled, seconds=45)
      slowest = 0
      for _ in range(50):
          began = time.monotonic()
          raw.call(uuids["power"], "on", timeout=10)
          slowest = max(slowest, time.monotonic() - began)
      produced = number("produced")
      list(raw.streaming_call(uuids["lab"], "count", 1, 0))
      result = [produced, slowest]
    `)) as [number, number];
    await stalled;
    const most = await memory.most();
    console.log(`64 stalled readers: ${inMib(produced)} taken, the relay's memory rose by ${inMib(most)}`);
    expect(slowest).toBeLessThan(5);
    // A reader's share: the tunnel's window, what waits for the client in the relay, and the client's own window.
    expect(produced).toBeLessThan(readers * 1.5 * MIB);
    // The relay has the first two of them, 0.75 MiB. The rest is what a process keeps of the memory that it once used.
    expect(most).toBeLessThan(readers * MIB + 32 * MIB);
  } finally {
    memory.stop();
  }
});

test("a thousand streams opened and cancelled leave nothing behind", async ({ raw, relay, exporterPage }) => {
  test.setTimeout(120_000);
  const rounds = `
    con = raw.uuids()["con"]
    for _ in range(rounds):
        done = threading.Event()
        stream = raw.stream(con, iter(done.wait, True))
        stream.initial_metadata()
        stream.cancel()
        done.set()
    wait_until(lambda: raw.call(con, "open_count").result.number_value == 0)
  `;
  // The first rounds fill caches and compile code.
  await raw(rounds, { args: { rounds: 200 } });
  const before = {
    relay: await relay.residentBytes(),
    page: await workerHeapBytes(exporterPage.page),
  };
  await raw(rounds, { args: { rounds: 1000 } });
  await expect
    .poll(() => relay.health())
    .toMatchObject({ streams: 0, calls: 0, http2Sessions: 0, tunnels: 1, exporters: 1 });
  const page = (await workerHeapBytes(exporterPage.page)) - before.page;
  const resident = (await relay.residentBytes()) - before.relay;
  console.log(`1000 rounds: the page's memory rose by ${inMib(page)}, the relay's by ${inMib(resident)}`);
  // A KiB a round: less than one stream's queue, or the headers of a request, would take.
  expect(page).toBeLessThan(MIB);
  // Resident memory is not collected when one asks; a leak of a window a stream would be 512 MiB.
  expect(resident).toBeLessThan(32 * MIB);
});

/** The most that the relay's resident memory is above `before`, from now until `stop`. */
function watchMemory(relay: RelayProcess, before: number): { most(): Promise<number>; stop(): void } {
  let most = 0;
  const look = async (): Promise<number> => {
    most = Math.max(most, (await relay.residentBytes()) - before);
    return most;
  };
  const timer = setInterval(() => void look(), 100);
  return { most: look, stop: () => clearInterval(timer) };
}

const inMib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
