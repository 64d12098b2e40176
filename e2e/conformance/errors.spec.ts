/**
 * Conformance E: errors and odd values.
 * Below: test.ts, the test driver page/lab.ts.
 */

import { expect, test } from "./test.ts";

/** What each code of a driver becomes at the client: status, and the exception's class. */
const CODES = [
  ["E01", "not-implemented", "UNIMPLEMENTED", "DriverMethodNotImplemented"],
  ["E02", "invalid-argument", "INVALID_ARGUMENT", "DriverInvalidArgument"],
  ["E03", "timeout", "DEADLINE_EXCEEDED", "DriverError"],
  ["E04", "connection", "UNAVAILABLE", "DriverError"],
  ["E05", "device-not-bound", "INTERNAL", "DriverError"],
  ["E05", "device-missing", "INTERNAL", "DriverError"],
  ["E05", "device-in-use", "INTERNAL", "DriverError"],
  ["E05", "device-disconnected", "INTERNAL", "DriverError"],
  ["E05", "device-io", "INTERNAL", "DriverError"],
  ["E06", "other", "UNKNOWN", "DriverError"],
  ["E06", "plain", "UNKNOWN", "DriverError"],
] as const;

for (const [id, code, status, exception] of CODES) {
  test(`${id} a driver's error "${code}" reaches the client as ${status}`, async ({ py }) => {
    const text = "the cat sat on the switch";
    await expect(py(`client.lab.call("fail", code, text)`, { args: { code, text } })).rejects.toMatchObject({
      classes: expect.arrayContaining([exception]),
      message: expect.stringContaining(`DriverCall 'fail' failed with gRPC ${status}: ${text}`),
    });
  });
}

test("E02 wrong arguments are named", async ({ py }) => {
  const refused = { classes: expect.arrayContaining(["DriverInvalidArgument", "ValueError"]) };
  await expect(py(`client.lab.call("sleep", "soon")`)).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(/INVALID_ARGUMENT: argument 1 \(milliseconds\)/),
  });
  await expect(py(`client.lab.call("sleep")`)).rejects.toMatchObject(refused);
  await expect(py(`client.lab.call("sleep", 1, 2)`)).rejects.toMatchObject(refused);
});

test("E07 a method that does not exist is not found, for each kind of call", async ({ py, raw }) => {
  await expect(py(`client.lab.call("no_such_method")`)).rejects.toMatchObject({
    classes: expect.arrayContaining(["DriverMethodNotImplemented"]),
    message: expect.stringContaining("NOT_FOUND: method no_such_method not found on driver"),
  });
  const result = await raw(`
    lab = raw.uuids()["lab"]
    result = {
        "unary called as streaming": outcome(lambda: list(raw.streaming_call(lab, "echo", 1)))[0],
        "streaming called as unary": outcome(lambda: raw.call(lab, "read"))[0],
        "lifecycle": outcome(lambda: raw.call(lab, "constructor"))[0],
        "stream": outcome(lambda: list(raw.stream(lab, iter([]), method="echo")))[0],
    }
  `);
  expect(result).toEqual({
    "unary called as streaming": "NOT_FOUND",
    "streaming called as unary": "NOT_FOUND",
    lifecycle: "NOT_FOUND",
    stream: "NOT_FOUND",
  });
});

test("E09 an unknown or malformed uuid is refused, and the next call works @wire", async ({ raw }) => {
  const result = await raw(`
    result = {
        "unknown": outcome(lambda: raw.call("0c0ffee0-0000-4000-8000-000000000000", "on"))[0],
        "malformed": outcome(lambda: raw.call("not a uuid", "on"))[0],
        "empty": outcome(lambda: raw.call("", "on"))[0],
        "malformed, streaming": outcome(lambda: list(raw.streaming_call("not a uuid", "read")))[0],
        "malformed, stream": outcome(lambda: list(raw.stream("not a uuid", iter([]))))[0],
        "no request at all": outcome(lambda: list(router.Stream(iter([]), metadata=key)))[0],
        "request that is no JSON": outcome(lambda: list(router.Stream(iter([]), metadata=[*key, ("request", "{")])))[0],
        "next": outcome(lambda: raw.call(raw.uuids()["power"], "on"))[0],
    }
  `);
  expect(result).toEqual({
    unknown: "NOT_FOUND",
    malformed: "INVALID_ARGUMENT",
    empty: "INVALID_ARGUMENT",
    "malformed, streaming": "INVALID_ARGUMENT",
    "malformed, stream": "INVALID_ARGUMENT",
    "no request at all": "INVALID_ARGUMENT",
    "request that is no JSON": "INVALID_ARGUMENT",
    next: "OK",
  });
});

test("E10 a streaming call gives its items, then its error", async ({ py }) => {
  const result = await py(`
    items, raised = [], None
    try:
        for item in client.lab.streamingcall("fail_after", 2, "the third one broke"):
            items.append(item)
    except Exception as error:
        raised = [type(error).__name__, str(error)]
    result = [items, raised]
  `);
  expect(result).toEqual([
    [0, 1],
    ["DriverError", expect.stringContaining("the third one broke")],
  ]);
});

test("E12 Reset answers success or UNIMPLEMENTED, and the exporter works on @wire", async ({ raw }) => {
  const result = await raw(`
    result = [
        outcome(lambda: exporter.Reset(pb.ResetRequest(), metadata=key))[0],
        outcome(lambda: raw.call(raw.uuids()["power"], "on"))[0],
    ]
  `);
  expect(result).toEqual([expect.stringMatching(/^(OK|UNIMPLEMENTED)$/), "OK"]);
});

test("E13 NaN and the infinities arrive as None", async ({ py }) => {
  const result = await py(`
    result = [client.lab.call("not_finite"), list(client.lab.streamingcall("stream_not_finite"))]
  `);
  expect(result).toEqual([[null, null, null, 1], [{ voltage: null, current: null }]]);
});

test("E14 values come back as they went @both", async ({ py }) => {
  const value = {
    text: "héllo\n",
    number: 1.5,
    flag: true,
    nothing: null,
    list: [1, [2, {}]],
    "": "no name",
  };
  expect(await py(`result = client.lab.call("echo", value)`, { args: { value } })).toEqual(value);
});

test("E15 an argument of 5 MiB is refused, and the channel works on", async ({ py }) => {
  const result = (await py(`
    try:
        client.lab.call("measure", "x" * (5 * 1024 * 1024))
        refused = None
    except Exception as error:
        refused = str(error)
    result = [refused, client.lab.call("measure", "x" * (3 * 1024 * 1024))]
  `)) as [string, number];
  expect(result[0]).toContain("RESOURCE_EXHAUSTED");
  expect(result[1]).toBe(3 * 1024 * 1024);
});

test("E16 a cancelled streaming call stops its generator within 1 s @wire", async ({ raw }) => {
  const result = await raw(`
    lab = raw.uuids()["lab"]
    calls = raw.streaming_call(lab, "count", 1000, 20)
    items = [next(calls).result.number_value for _ in range(3)]
    calls.cancel()
    end = time.monotonic() + 1
    stopped = 0
    while not stopped and time.monotonic() < end:
        stopped = raw.call(lab, "stopped_generators").result.number_value
    result = [items, stopped, raw.call(lab, "counted").result.number_value < 100]
  `);
  expect(result).toEqual([[1, 2, 3], 1, true]);
});

test("E16 a cancelled call reaches the driver @wire", async ({ raw }) => {
  const result = await raw(`
    lab = raw.uuids()["lab"]
    code, _ = outcome(lambda: raw.call(lab, "sleep", 60000, timeout=0.3))
    end = time.monotonic() + 2
    cancelled = 0
    while not cancelled and time.monotonic() < end:
        cancelled = raw.call(lab, "cancelled_sleeps").result.number_value
    result = [code, cancelled]
  `);
  expect(result).toEqual(["DEADLINE_EXCEEDED", 1]);
});

test("E18 an error of 100 KiB with line feeds, accents and percent signs is shown, cut @both", async ({
  py,
  raw,
}) => {
  await expect(py(`client.lab.call("fail_long", 100 * 1024)`)).rejects.toMatchObject({
    classes: expect.arrayContaining(["DriverError"]),
    message: expect.stringContaining("a line with é and 100%\nand another; "),
  });
  const result = await raw(`
    lab = raw.uuids()["lab"]
    result = [outcome(lambda: raw.call(lab, "fail_long", 100 * 1024))[0], outcome(lambda: raw.call(lab, "on"))[0]]
  `);
  expect(result).toEqual(["UNKNOWN", "OK"]);
});
