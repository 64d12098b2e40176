/**
 * Conformance L: the exporter's log at its clients.
 * Below: test.ts, the test driver page/lab.ts.
 */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { WireClient } from "../support/wire-client.ts";
import { expect, test } from "./test.ts";

/** Reads log streams in threads: `read(n)` gives the messages that have come until one of them is `last`. */
const READERS = `
    def read(last, into, channel_key=key):
        stream = exporter.LogStream(empty, metadata=channel_key)
        for record in stream:
            into.append([record.severity, record.message, record.source])
            if record.message == last:
                break
        stream.cancel()

    def reader(last):
        into = []
        thread = threading.Thread(target=read, args=(last, into))
        thread.start()
        return thread, into

    def log(severity, message, count=1):
        raw.call(raw.uuids()["lab"], "log", severity, message, count)
`;
const SOURCE_DRIVER = 1;

test("L02 what a driver logs while it works reaches the client's own log within 1 s", async ({ py }) => {
  const result = await py(`
    import logging

    class Lines(logging.Handler):
        def __init__(self):
            super().__init__()
            self.lines = []
        def emit(self, record):
            self.lines.append(record.getMessage())

    lines = Lines()
    logging.getLogger().addHandler(lines)
    logging.getLogger("exporter:driver").setLevel(logging.INFO)
    try:
        with client.log_stream():
            client.power.on()
            client.power.off()
            end = time.monotonic() + 1
            wanted = {"power on", "power off"}
            while not wanted <= set(lines.lines) and time.monotonic() < end:
                time.sleep(0.02)
    finally:
        logging.getLogger().removeHandler(lines)
    result = sorted(wanted & set(lines.lines))
  `);
  expect(result).toEqual(["power off", "power on"]);
});

test("L02 jmp shell --exporter-logs prints what the drivers log @both", async ({ jumpstarter }) => {
  await using shell = jumpstarter.startShell(["bash", "-c", "j power on; cat"], {
    options: ["--exporter-logs"],
    keepStdin: true,
  });
  await shell.saw(/power on/, "stdout");
  shell.process.stdin.end();
  expect(await shell.ended()).toMatchObject({ code: 0 });
});

test("L02 each driver call leaves a line for its start and one for its end @wire", async ({ relay }) => {
  using client = new WireClient(relay.endpoint);
  const [power, lab] = await Promise.all([client.uuidOf("power"), client.uuidOf("lab")]);
  const before = Date.now();
  await client.exporter.driverCall({ uuid: power, method: "on" });
  const args = ["timeout", "too late"].map((text) => ({
    kind: { case: "stringValue" as const, value: text },
  }));
  await expect(client.exporter.driverCall({ uuid: lab, method: "fail", args })).rejects.toThrow(/too late/);
  const after = Date.now();

  const lines: object[] = [];
  const leave = new AbortController();
  for await (const line of client.exporter.logStream({}, { signal: leave.signal })) {
    if (!line.message.startsWith("Operation ")) continue;
    const { severity, message, source, driverType, operation, structuredFields, timestamp } = line;
    const at = timestamp === undefined ? Number.NaN : timestampMs(timestamp);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(after);
    lines.push({ severity, message, source, driverType, operation, structuredFields });
    if (message === "Operation failed") break;
  }
  leave.abort();
  const driver = { source: SOURCE_DRIVER, driverType: "power" };
  const on = { ...driver, severity: "INFO", operation: "on" };
  const fail = { ...driver, operation: "fail" };
  expect(lines).toEqual([
    { ...on, message: "Operation started", structuredFields: {} },
    { ...on, message: "Operation completed", structuredFields: { result: "success" } },
    { ...fail, severity: "INFO", message: "Operation started", structuredFields: {} },
    {
      ...fail,
      severity: "WARNING",
      message: "Operation failed",
      structuredFields: { result: "failure", error_type: "TimeoutError" },
    },
  ]);
});

test("L03 two clients that read the log both see every line @wire", async ({ raw }) => {
  const result = (await raw(`${READERS}
    first, second = reader("both 200"), reader("both 200")
    log("info", "both", 200)
    for thread, _ in (first, second):
        thread.join(20)
    result = [[line[1] for line in into if line[1].startswith("both ")] for _, into in (first, second)]
  `)) as string[][];
  const all = Array.from({ length: 200 }, (_, index) => `both ${index + 1}`);
  expect(result).toEqual([all, all]);
});

test("L05 100 000 lines without a reader: the newest are kept, the oldest are not @wire", async ({ raw }) => {
  const lines = 100_000;
  const result = (await raw(
    `${READERS}
    log("info", "flood", lines)
    thread, into = reader("Operation completed")
    thread.join(30)
    result = [line[1] for line in into]
    `,
    { args: { lines } },
  )) as string[];
  expect(result.length).toBeGreaterThanOrEqual(256);
  expect(result.length).toBeLessThan(lines / 2);
  expect(result.at(-1)).toBe("Operation completed");
  const numbers = result.slice(0, -1).map((line) => Number(line.slice("flood ".length)));
  expect(numbers.at(-1)).toBe(lines);
  expect(numbers).toEqual(numbers.map((_, index) => lines - numbers.length + 1 + index));
});

test("L06 severities are Python's level names, in upper case @wire", async ({ raw }) => {
  const result = await raw(`${READERS}
    thread, into = reader("m4")
    for severity, message in [("info", "m1"), ("warning", "m2"), ("error", "m3"), ("info", "m4")]:
        log(severity, message)
    thread.join(20)
    result = [line for line in into if line[1] in ("m1", "m2", "m3")]
  `);
  expect(result).toEqual([
    ["INFO", "m1", SOURCE_DRIVER],
    ["WARNING", "m2", SOURCE_DRIVER],
    ["ERROR", "m3", SOURCE_DRIVER],
  ]);
});

test("L08 after the relay has been restarted an open shell shows the log again", async ({
  jumpstarter,
  relay,
  exporterPage,
}) => {
  await using shell = jumpstarter.startShell(["bash", "--norc"], {
    options: ["--exporter-logs"],
    keepStdin: true,
  });
  shell.process.stdin.write("j power on\n");
  await shell.saw(/power on/, "stdout");
  await relay.restart();
  await exporterPage.expectAttached();
  shell.stdout = "";
  shell.process.stdin.write("j power off\n");
  await shell.saw(/power off/, "stdout");
  shell.process.stdin.write("exit\n");
  expect(await shell.ended()).toMatchObject({ code: 0 });
});
