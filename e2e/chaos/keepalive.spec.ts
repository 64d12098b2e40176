/**
 * Clients that ask again and again whether the relay is still there.
 * Below: test.ts.
 */

import { expect, test } from "./test.ts";

/** Two minutes: more than any silence that relay or client would end a connection for. */
const WATCHED_MS = 120_000;

/** A PING frame of HTTP/2 is 17 bytes, and so is its answer (RFC 9113, section 6.7). */
const PING_BYTES = 17;

test("a client's keepalive pings every second for two minutes are answered, and nothing ends @slow", async ({
  otherPython,
  linked,
  clientLink,
}) => {
  test.setTimeout(WATCHED_MS + 60_000);
  const watchedSeconds = WATCHED_MS / 1000;
  const client = otherPython.run(
    "raw",
    linked,
    `
    options = [
        ("grpc.keepalive_time_ms", 1000),
        ("grpc.keepalive_timeout_ms", 5000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    uuids = raw.uuids()
    raw.channel.close()
    raw.channel = grpc.insecure_channel(raw.address, options=options)
    raw.exporter = type(raw.exporter)(raw.channel)
    raw.router = type(raw.router)(raw.channel)
    done = threading.Event()
    stream = raw.stream(uuids["con"], iter(done.wait, True))
    stream.initial_metadata()
    lost = []
    raw.channel.subscribe(lambda state: lost.append(state.name) if state.name != "READY" else None)
    # A call that takes half of the time, and then nothing but an idle stream.
    code, details = outcome(lambda: raw.call(uuids["lab"], "sleep", seconds * 500))
    time.sleep(seconds / 2)
    raw.call(uuids["con"], "say", "still here")
    said = next(stream).payload.decode()
    stream.cancel()
    done.set()
    result = {"call": code, "said": said, "lost": [state for state in lost if state != "IDLE"]}
    `,
    { args: { seconds: watchedSeconds }, timeoutMs: WATCHED_MS + 30_000 },
  );
  expect(await client).toEqual({ call: "OK", said: "still here", lost: [] });
  const { accepted, bytesUp, bytesDown } = clientLink.stats;
  // One connection for the report, and one for all the rest.
  expect(accepted).toBe(2);
  const pings = 0.75 * watchedSeconds;
  expect(bytesUp).toBeGreaterThan(pings * PING_BYTES);
  expect(bytesDown).toBeGreaterThan(pings * PING_BYTES);
});
