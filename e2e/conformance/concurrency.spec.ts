/**
 * Conformance X: many things at once.
 * Below: test.ts, ../soak.
 */

import { SOAK_SECONDS } from "../soak/effort.ts";
import { SOAK_MARGIN_MS, soak } from "../soak/soak.ts";
import { COLLECTING } from "../support/relay-process.ts";
import { expect, test } from "./test.ts";

test("X01 twenty j power read at once all succeed", async ({ jumpstarter, traits }) => {
  test.slow(); // 20 processes at once
  const [command, says] = traits.readsPower
    ? ["power read", "voltage=5.0 V  current=2.0 A"]
    : ["power on", ""];
  const runs = await Promise.all(Array.from({ length: 20 }, () => jumpstarter.j(command)));
  for (const run of runs) expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(says) });
});

test("X03 a call that takes 5 s holds up no other", async ({ py }) => {
  const seconds = await py(`
    slow = threading.Thread(target=lambda: client.lab.call("sleep", 5000))
    slow.start()
    began = time.monotonic()
    client.power.on()
    result = time.monotonic() - began
    slow.join()
  `);
  expect(seconds).toBeLessThan(1);
});

test("X04 fifty calls at once on one channel return beside a stream that nobody reads @wire", async ({
  raw,
}) => {
  const result = await raw(`
    uuids = raw.uuids()
    done = threading.Event()

    def nothing_more():
        done.wait()
        return
        yield

    stalled = raw.stream(uuids["con"], nothing_more())
    stalled.initial_metadata()
    raw.call(uuids["con"], "produce", 20 * 1024 * 1024)
    calls = [
        exporter.DriverCall.future(
            pb.DriverCallRequest(uuid=uuids["lab"], method="echo", args=[raw.value(index)]), metadata=key, timeout=20)
        for index in range(50)
    ]
    answers = [call.result().result.number_value for call in calls]
    taken = raw.call(uuids["con"], "produced").result.number_value
    stalled.cancel()
    done.set()
    result = [answers, taken < 20 * 1024 * 1024]
  `);
  expect(result).toEqual([Array.from({ length: 50 }, (_, index) => index), true]);
});

test.describe("for long", () => {
  test.use({ relayNode: COLLECTING });

  test("X06 streams and calls in a loop neither stall nor grow the relay @slow @wire", async ({
    raw,
    relay,
    exporterPage,
  }) => {
    test.setTimeout(SOAK_SECONDS * 1000 + SOAK_MARGIN_MS);
    expect(await soak({ raw, relay, exporterPage, seconds: SOAK_SECONDS })).toBeGreaterThan(SOAK_SECONDS);
  });
});
