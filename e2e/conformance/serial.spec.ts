/**
 * Conformance S: serial ports and byte streams.
 * Below: test.ts; `serial` and `slow` are PySerial on `loop://`, `con` is page/scripted-serial.ts.
 */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Child, Ended } from "../support/child.ts";
import type { Traits } from "../support/releases.ts";
import { expect, test } from "./test.ts";

const CONSOLE = fileURLToPath(new URL("../python/console_session.py", import.meta.url));

/** Waits until so many streams are open at `con`. */
const OPEN = (count: number): string => `wait_until(lambda: client.con.call("open_count") == ${count})`;

/** The end of a `j … pipe` whose stream ends, by Ctrl-C where the release waits for it. */
async function endOf(pipe: Child, traits: Traits): Promise<Ended> {
  await pipe.saw(/end of stream/, "stderr");
  if (traits.pipeEndsWithStream) return await pipe.ended();
  expect(pipe.running).toBe(true);
  pipe.kill("SIGINT");
  return await pipe.ended();
}

test("S01 what goes into a loopback comes back @both", async ({ py }) => {
  const result = await py(`
    with client.serial.stream() as stream:
        stream.send(b"hello")
        result = stream.receive().decode()
  `);
  expect(result).not.toBe("");
  expect("hello".startsWith(String(result))).toBe(true);
});

test("S02 a stream that the client closes is closed at the page", async ({ py }) => {
  // Closing says no more than "nothing comes from me any more"; the stream ends with the client's connection.
  const result = await py(`
    stream = client.con.open_stream()
    stream.send(b"hello")
    ${OPEN(1)}
    client.con.call("say", "welcome")
    said = stream.receive().decode()
    client.con.close()
    wait_until(lambda: client.con.call("writer_count") == 0)
    result = [said, client.con.call("received")]
  `);
  expect(result).toEqual(["welcome", "hello"]);
  await py(OPEN(0));
});

test("S04 j pipe writes every line to its file and ends with the port @both", async ({
  jumpstarter,
  py,
  folder,
  traits,
}) => {
  await using pipe = jumpstarter.startJ(`con pipe -o ${folder}/lines --no-input`);
  await py(`
    ${OPEN(1)}
    client.con.call("lines", 100)
    client.con.call("eof")
  `);
  const { code, stderr } = await endOf(pipe, traits);
  if (traits.pipeEndsWithStream) expect(code).toBe(0);
  expect(stderr).toContain("closed normally (end of stream)");
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index + 1}\n`).join("");
  expect(await readFile(`${folder}/lines`, "utf8")).toBe(lines);
});

test("S05 j pipe goes on listening after its input has ended, until Ctrl-C @both", async ({
  jumpstarter,
}) => {
  await using pipe = jumpstarter.startJ("serial pipe", { stdin: "a\n" });
  await pipe.saw(/^a$/m, "stdout");
  expect(pipe.running).toBe(true);
  pipe.kill("SIGINT");
  const { code, output } = await pipe.ended();
  expect(code === 2 || output.includes("Stopped.")).toBe(true);
});

test.describe("without a passphrase", () => {
  // With one, jmp 0.9.0 itself can wait for ever for a port that says nothing after it has said all.
  test.use({ passphrase: null, relayArgs: ["--tls-grpc-insecure", "--unsafe-no-auth"] });

  test("S05 j pipe --no-output delivers its input to the port before it lets go", async ({
    jumpstarter,
    py,
  }) => {
    const text = Array.from({ length: 2000 }, (_, line) => `command ${line}\n`).join("");
    expect(await jumpstarter.j("con pipe --no-output", { stdin: text })).toMatchObject({ code: 0 });
    const received = await py(`
      ${OPEN(0)}
      result = client.con.call("received")
    `);
    expect(received).toBe(text);
  });
});

test("S07 a MiB of random bytes comes back identical", async ({ py }) => {
  const result = await py(`
    data = os.urandom(1024 * 1024)
    with client.serial.stream() as stream:
        def send():
            for at in range(0, len(data), 65536):
                stream.send(data[at:at + 65536])
        sender = threading.Thread(target=send)
        sender.start()
        back = b""
        while len(back) < len(data):
            back += stream.receive()
        sender.join()
    result = back == data
  `);
  expect(result).toBe(true);
});

test("S08 a port that is closed under its client is the end of the stream @both", async ({
  jumpstarter,
  py,
  traits,
}) => {
  await using pipe = jumpstarter.startJ("con pipe --no-input");
  await py(`
    ${OPEN(1)}
    client.con.call("say", "until here")
    client.con.call("close")
  `);
  await pipe.saw(/until here/, "stdout");
  const { code } = await endOf(pipe, traits);
  if (traits.pipeEndsWithStream) expect(code).toBe(0);
});

test("S10 two streams on one loopback each get their own bytes back, whole", async ({ py }) => {
  // A `loop://` is made for each stream, as pyserial does. Two streams on one real port share it:
  // stories/demo-board.spec.ts and hardware/serial.spec.ts.
  const result = await py(`
    def talk(letter, into):
        with client.serial.stream() as stream:
            back = b""
            for _ in range(50):
                stream.send(letter * 100)
            while len(back) < 5000:
                back += stream.receive()
            into.append(back == letter * 5000)
    outcomes = []
    threads = [threading.Thread(target=talk, args=(letter, outcomes)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    result = outcomes
  `);
  expect(result).toEqual([true, true]);
});

test("S11 j start-console echoes, leaves on Ctrl-B three times, and restores the terminal @both", async ({
  jumpstarter,
}) => {
  await using session = jumpstarter.start("python", [CONSOLE, "serial"], {
    set: jumpstarter.shellVariables(),
  });
  const { code, stdout, stderr } = await session.ended();
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ echoed: true, exit_code: 0, terminal_restored: true });
});

test("S13 a client that is killed frees the port within 5 s", async ({ jumpstarter, py }) => {
  await using pipe = jumpstarter.startJ("con pipe --no-input");
  await py(OPEN(1));
  pipe.kill("SIGKILL");
  const seconds = await py(`
    began = time.monotonic()
    while client.con.call("open_count"):
        assert time.monotonic() - began < 5, "the port is still open"
        time.sleep(0.01)
    result = time.monotonic() - began
  `);
  expect(seconds).toBeLessThan(5);
});

test("S13 a client that is gone frees a port that takes nothing more, too @wire", async ({ raw }) => {
  // More than page and relay hold of it, so that some of it waits on every part of the way.
  const result = await raw(`
    con = raw.uuids()["con"]
    raw.call(con, "hold")
    count = lambda: raw.call(con, "open_count").result.number_value
    sent = []

    def frames():
        for number in range(64):
            sent.append(number)
            yield router_pb.StreamRequest(payload=bytes(65536))

    stream = raw.stream(con, frames())
    stream.initial_metadata()
    wait_until(lambda: count() == 1 and len(sent) > 6)
    stream.cancel()
    wait_until(lambda: count() == 0, seconds=20)
    result = count()
  `);
  expect(result).toBe(0);
});

test("S14 five bytes at five characters a second arrive in at least five pieces", async ({ py }) => {
  const result = (await py(`
    with client.slow.stream() as stream:
        began = time.monotonic()
        stream.send(b"12345")
        pieces = [stream.receive().decode() for _ in range(5)]
        result = [pieces, time.monotonic() - began]
  `)) as [string[], number];
  expect(result[0]).toEqual(["1", "2", "3", "4", "5"]);
  expect(result[1]).toBeGreaterThan(0.7);
});

test("S16 a client that stalls for 10 s costs the relay little, and loses nothing of 50 MiB @slow @wire", async ({
  raw,
  relay,
}) => {
  test.setTimeout(120_000);
  const bytes = 50 * 1024 * 1024;
  const before = await relay.residentBytes();
  const running = raw(
    `
    import array, hashlib
    uuids = raw.uuids()
    done = threading.Event()

    def nothing_more():
        done.wait()
        return
        yield

    stream = raw.stream(uuids["con"], nothing_more())
    stream.initial_metadata()
    raw.call(uuids["con"], "produce", bytes)
    raw.call(uuids["con"], "eof")
    time.sleep(10)
    taken = raw.call(uuids["con"], "produced").result.number_value
    digest, count = hashlib.sha256(), 0
    for frame in stream:
        if frame.frame_type == 7:
            break
        digest.update(frame.payload)
        count += len(frame.payload)
    done.set()
    expected = hashlib.sha256(array.array("I", range(bytes // 4)).tobytes())
    result = {"taken while stalled": taken, "bytes": count, "intact": digest.digest() == expected.digest()}
    `,
    { args: { bytes }, timeoutMs: 100_000 },
  );
  let most = 0;
  const watching = setInterval(async () => {
    most = Math.max(most, (await relay.residentBytes()) - before);
  }, 250);
  try {
    const result = (await running) as Record<string, number | boolean>;
    expect(result).toMatchObject({ bytes, intact: true });
    expect(result["taken while stalled"]).toBeLessThan(16 * 1024 * 1024);
  } finally {
    clearInterval(watching);
  }
  // Resident memory has the garbage of 50 MiB passing through in it, beside the 16 MiB that a stream may hold.
  expect(most).toBeLessThan(64 * 1024 * 1024);
});

test("S17 initial metadata comes before any frame, within 1 s @wire", async ({ raw }) => {
  const seconds = await raw(`
    done = threading.Event()

    def nothing():
        done.wait()
        return
        yield

    uuids = raw.uuids()
    began = time.monotonic()
    stream = raw.stream(uuids["con"], nothing())
    stream.initial_metadata()
    result = time.monotonic() - began
    stream.cancel()
    done.set()
  `);
  expect(seconds).toBeLessThan(1);
});
