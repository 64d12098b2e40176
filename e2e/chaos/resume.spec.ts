/**
 * The connection between page and relay breaks, again and again, and nobody loses a byte.
 * Below: test.ts. How often the lines break in `npm run soak`: ../soak/effort.ts.
 */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CUTS } from "../soak/effort.ts";
import type { Schedule } from "../support/chaos-link.ts";
import type { RelayProcess } from "../support/relay-process.ts";
import { expect, test } from "./test.ts";

const CONSOLE = fileURLToPath(new URL("../python/console_under_cuts.py", import.meta.url));

const KIB = 1024;

/** 0.5 s and more for a cut: the page's first pause, and a dial that is cut as well now and then. */
const CUT_MS = 1500;

/** A stream that is open on its own, with numbered words: every one comes back once, in order. */
const WORDS = `
    def talk(stream, first, count):
        for number in range(first, first + count):
            stream.send(b"<%d>" % number)
        wanted = b"".join(b"<%d>" % number for number in range(first, first + count))
        back = b""
        while len(back) < len(wanted):
            back += stream.receive()
        assert back == wanted, f"{back!r} is not {wanted!r}"
`;

/** The same tunnel all along: the exporter was attached once, and its page never started anew. */
function expectOneTunnel(relay: RelayProcess): void {
  expect(relay.log.match(/exporter attached/g), "how often the exporter was attached").toHaveLength(1);
}

test(`a MiB goes through a driver's stream and back under ${CUTS} cuts, whole @slow`, async ({
  py,
  pageLink,
  relay,
}) => {
  test.setTimeout(60_000 + CUTS * CUT_MS);
  const bytes = Math.max(1024 * KIB, CUTS * 10 * KIB);
  // Most of the bytes there and back go between one cut and the next; a few cuts meet a dial that has just begun.
  const schedule: Schedule = {
    bytes: [KIB, 16 * KIB],
    cuts: CUTS,
    kinds: ["reset", "reset", "end", "end", "stall", "trickle"],
  };
  const cut = pageLink.disturb(schedule);
  const result = await py(
    `
    import hashlib
    data = os.urandom(bytes)
    back = hashlib.sha256()
    sent = received = 0
    with client.net.stream() as stream:
        while received < len(data):
            # Always something on its way, and never so much that one message is longer than the pause between two cuts.
            while sent < len(data) and sent - received < 12 * 1024:
                stream.send(data[sent:sent + 4096])
                sent = min(len(data), sent + 4096)
            piece = stream.receive()
            received += len(piece)
            back.update(piece)
        # What came twice would come now.
        stream.send(b"the end")
        last = b""
        while len(last) < 7:
            last += stream.receive()
    result = {"received": received, "intact": back.digest() == hashlib.sha256(data).digest(), "last": last.decode()}
    `,
    { args: { bytes }, timeoutMs: CUTS * CUT_MS + 30_000 },
  );
  expect(result).toEqual({ received: bytes, intact: true, last: "the end" });
  expect(pageLink.stats.cuts).toBe(CUTS);
  await cut;
  expectOneTunnel(relay);
});

test(`a serial console goes on under ${CUTS} cuts: each key comes back once @slow`, async ({
  jumpstarter,
  pageLink,
  relay,
}) => {
  test.setTimeout(60_000 + CUTS * CUT_MS);
  await using console = jumpstarter.start("python", [CONSOLE, "serial"], {
    set: jumpstarter.shellVariables(),
    keepStdin: true,
  });
  await expect.poll(async () => (await relay.health()).streams).toBeGreaterThan(0);
  await pageLink.disturb({ bytes: [KIB, 6 * KIB], cuts: CUTS });
  console.process.stdin.end();
  const { code, stdout, stderr } = await console.ended();
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as { words: number; exit_code: number };
  expect(told.exit_code).toBe(0);
  expect(told.words).toBeGreaterThan(CUTS);
  expect(pageLink.stats.cuts).toBe(CUTS);
  expectOneTunnel(relay);
});

test("a line that is down for seconds: a stream, a call and a shell wait, and go on", async ({
  py,
  jumpstarter,
  pageLink,
  relay,
  exporterPage,
  otherPython,
}) => {
  test.slow(); // Python starts five times
  await using shell = jumpstarter.startShell(["bash", "--norc"], {
    options: ["--exporter-logs"],
    keepStdin: true,
  });
  shell.process.stdin.write("j power on\n");
  await shell.saw(/power on/, "stdout");
  const stream = otherPython.run(
    "client",
    relay.endpoint,
    `${WORDS}
    with client.net.stream() as stream:
        talk(stream, 0, 100)
        client.power.off()
        # The line is down when the test has heard that; what is sent now waits for it.
        time.sleep(1)
        talk(stream, 100, 100)
        result = "gone on"
    `,
  );
  await exporterPage.expectPower("power", "off");
  pageLink.down();
  await expect(exporterPage.page.getByText(/Connection to the relay lost/).first()).toBeVisible();
  shell.process.stdin.write('j power on; echo "exit code $?"\n');
  const call = py("client.lab.call('echo', 'late'); result = client.lab.call('echo', 'late')");
  await expect(exporterPage.page.getByText(/Connection to the relay lost, [3-9] s/).first()).toBeVisible();
  pageLink.up();
  expect(await call).toBe("late");
  expect(await stream).toBe("gone on");
  await shell.saw(/exit code 0/, "stdout");
  // Everybody who reads the log hears it once, when it is over.
  await shell.saw(/the connection to the relay was\s+lost for \d+\.\d s and is back: nothing was lost/);
  shell.process.stdin.write("exit\n");
  expect(await shell.ended()).toMatchObject({ code: 0 });
  await exporterPage.expectAttached();
  expectOneTunnel(relay);
});

test("a line that is down for nearly half a minute loses nothing, and the page is back soon after @slow", async ({
  py,
  pageLink,
  relay,
  exporterPage,
}) => {
  test.setTimeout(120_000);
  const stream = py(`${WORDS}
    with client.net.stream() as stream:
        talk(stream, 0, 100)
        client.power.on()
        time.sleep(1)
        talk(stream, 100, 100)
        result = "gone on"
  `);
  await exporterPage.expectPower("power", "on");
  pageLink.down();
  const lost = exporterPage.page.getByText(/Connection to the relay lost, 28 s/).first();
  await expect(lost).toBeVisible({ timeout: 60_000 });
  pageLink.up();
  expect(await stream).toBe("gone on");
  await exporterPage.expectAttached();
  expectOneTunnel(relay);
});

test("a line that goes silent without closing is noticed, and everything goes on @slow", async ({
  py,
  pageLink,
  relay,
}) => {
  const stream = py(`${WORDS}
    with client.net.stream() as stream:
        talk(stream, 0, 10)
        client.power.on()
        # 5 s of talking, and however long the silence is.
        for round in range(1, 51):
            talk(stream, 10 * round, 10)
            time.sleep(0.1)
        result = "gone on"
  `);
  await expect.poll(async () => (await relay.health()).streams).toBeGreaterThan(0);
  const { accepted } = pageLink.stats;
  expect(pageLink.halfOpen()).toBeGreaterThan(0);
  await expect.poll(() => pageLink.stats.accepted, { timeout: 30_000 }).toBeGreaterThan(accepted);
  expect(await stream).toBe("gone on");
  expectOneTunnel(relay);
});

test("a line that is down for longer than the grace time ends what waited with the reason, and a later call works @slow", async ({
  raw,
  py,
  pageLink,
  exporterPage,
  relay,
}) => {
  test.setTimeout(120_000);
  const before = await raw("result = raw.uuids()");
  const waiting = raw(
    `
    uuids = raw.uuids()
    stream = raw.stream(uuids["net"], iter(threading.Event().wait, True))
    stream.initial_metadata()
    result = [outcome(lambda: raw.call(uuids["lab"], "sleep", 80000)), outcome(lambda: next(stream))]
    `,
    { timeoutMs: 90_000 },
  );
  await expect.poll(async () => (await relay.health()).streams).toBe(2);
  pageLink.down();
  const ended = (await waiting) as [string, string][];
  for (const [code, details] of ended) {
    expect(code).toBe("UNAVAILABLE");
    expect(details).toMatch(/\w+ \w+/);
  }
  pageLink.up();
  await exporterPage.expectAttached();
  expect(await raw("result = raw.uuids()")).toEqual(before);
  expect(await py("result = client.lab.call('echo', 'again')")).toBe("again");
});

test("cuts between one client and the relay end that client's calls, and nobody else's", async ({
  otherPython,
  raw,
  relay,
  linked,
  clientLink,
  exporterPage,
}) => {
  // A client on a clear line, which goes on until the other one has said all, or for half a minute.
  const bystander = otherPython.run(
    "client",
    relay.endpoint,
    `${WORDS}
    with client.net.stream() as stream:
        talk(stream, 0, 10)
        client.power.on()
        end = time.monotonic() + 30
        round = 1
        told = False
        while not told and time.monotonic() < end:
            # Asked before it talks: once more after the other one has said all.
            told = client.lab.call("counted") == 7
            talk(stream, 10 * round, 10)
            round += 1
    result = "not disturbed"
    `,
  );
  await exporterPage.expectPower("power", "on");
  const lab = await raw("result = raw.uuids()['lab']");
  void clientLink.disturb({ bytes: [KIB, 32 * KIB], cuts: CUTS });
  // A gRPC client waits for a second after each cut.
  const result = (await raw(
    `
    endings = []
    answered = 0
    while len(endings) < 5:
        code, details = outcome(lambda: raw.call(lab, "echo", "x" * 1024, wait_for_ready=True, timeout=20))
        if code == "OK":
            answered += 1
        else:
            endings.append(code)
    result = [answered, endings]
    `,
    { args: { lab }, endpoint: linked },
  )) as [number, string[]];
  clientLink.calm();
  const [answered, endings] = result;
  expect(answered).toBeGreaterThan(endings.length);
  expect(new Set(endings)).toEqual(new Set(["UNAVAILABLE"]));
  await raw("list(raw.streaming_call(raw.uuids()['lab'], 'count', 7, 0))");
  expect(await bystander).toBe("not disturbed");
  expectOneTunnel(relay);
});

test("calls, streams that are cancelled and streams that are half-closed, under cuts: each call is made once, nothing stays open", async ({
  raw,
  relay,
  pageLink,
}) => {
  test.slow(); // some fifty times the page has to come back
  const cuts = 50;
  const over = pageLink.disturb({
    bytes: [KIB / 2, 8 * KIB],
    cuts,
    kinds: ["reset", "end", "end", "stall", "trickle"],
  });
  const running = raw(
    `
    uuids = raw.uuids()
    stop = threading.Event()
    made = []

    def calls():
        while not stop.is_set():
            flag = len(made) % 3 == 0
            raw.call(uuids["vm"], "off", flag)
            made.append(flag)

    def cancelled():
        while not stop.is_set():
            done = threading.Event()
            stream = raw.stream(uuids["con"], iter(done.wait, True))
            stream.initial_metadata()
            stream.cancel()
            done.set()

    def half_closed():
        while not stop.is_set():
            data = os.urandom(3000)
            frames = iter([router_pb.StreamRequest(payload=data), router_pb.StreamRequest(frame_type=7)])
            back = b"".join(answer.payload for answer in raw.stream(uuids["net"], frames) if answer.frame_type == 0)
            assert back == data, f"{len(back)} bytes of {len(data)} came back"

    def streaming():
        while not stop.is_set():
            answers = [answer.result.number_value for answer in raw.streaming_call(uuids["lab"], "count", 20, 1)]
            assert answers == list(range(1, 21)), answers

    failures = []

    def run(work):
        try:
            work()
        except BaseException as error:
            failures.append(f"{work.__name__}: {error}")
            stop.set()

    threads = [threading.Thread(target=run, args=(work,)) for work in (calls, cancelled, half_closed, streaming)]
    for thread in threads:
        thread.start()
    # The test writes this file when it has cut often enough.
    while not os.path.exists(enough) and not stop.is_set():
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join(60)
    wait_until(lambda: raw.call(uuids["con"], "open_count").result.number_value == 0)
    offs = [value.bool_value for value in raw.call(uuids["vm"], "offs").result.list_value.values]
    result = {"failures": failures, "made": len(made), "once": offs == made}
    `,
    { args: { enough: `${relay.folder}/enough` }, timeoutMs: 120_000 },
  );
  await Promise.race([over, running]);
  await writeFile(`${relay.folder}/enough`, "");
  const result = (await running) as { made: number };
  expect(result).toMatchObject({ failures: [], once: true });
  expect(result.made).toBeGreaterThan(10);
  expect(pageLink.stats.cuts).toBe(cuts);
  expectOneTunnel(relay);
});
