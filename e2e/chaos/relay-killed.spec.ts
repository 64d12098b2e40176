/**
 * A relay that dies without a word, and one that comes back.
 * Below: test.ts. A relay that is stopped in order: ../conformance/logs.spec.ts (L08), relay/'s own tests.
 */

import { expect, test } from "./test.ts";

/** What a client hears of a relay that is gone, at the latest. */
const TOLD_WITHIN_SECONDS = 5;

test("a relay that is killed ends what was in flight with UNAVAILABLE, and all come back to the next one", async ({
  relay,
  exporterPage,
  jumpstarter,
  raw,
  otherPython,
}) => {
  test.slow(); // Python starts four times
  await using shell = jumpstarter.startShell(["bash", "--norc"], {
    options: ["--exporter-logs"],
    keepStdin: true,
  });
  const run = async (command: string): Promise<string> => {
    shell.output = "";
    shell.process.stdin.write(`${command}; echo "exit code $?"\n`);
    const [, code] = await shell.saw(/exit code (\d+)/);
    return String(code);
  };
  expect(await run("j power on")).toBe("0");
  const before = await raw("result = raw.uuids()");
  const { streams } = await relay.health();

  const inFlight = otherPython.run(
    "raw",
    relay.endpoint,
    `
    uuids = raw.uuids()
    stream = raw.stream(uuids["con"], iter(threading.Event().wait, True))
    stream.initial_metadata()
    readings = raw.streaming_call(uuids["lab"], "count", 1000000, 100)
    next(readings)
    calls = [lambda: raw.call(uuids["lab"], "sleep", 60000), lambda: list(stream), lambda: list(readings)]
    endings = [None] * len(calls)

    def end(index):
        endings[index] = [*outcome(calls[index]), time.time()]

    threads = [threading.Thread(target=end, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    result = endings
    `,
  );
  await expect.poll(async () => (await relay.health()).streams).toBe(streams + 3);

  const killedAt = Date.now() / 1000;
  await relay.kill();
  for (const ending of (await inFlight) as ([string, string, number] | null)[]) {
    expect(ending, "a call that never heard that the relay is gone").not.toBeNull();
    const [code, details, at] = ending ?? ["", "", Number.NaN];
    expect(code).toBe("UNAVAILABLE");
    expect(details).not.toBe("");
    expect(at - killedAt).toBeLessThan(TOLD_WITHIN_SECONDS);
  }
  await expect(exporterPage.page.getByText(/Connection to the relay lost/).first()).toBeVisible();

  await relay.startAgain();
  await exporterPage.expectAttached();
  await relay.expectExporters(1);
  expect(await raw("result = raw.uuids()")).toEqual(before);
  // What the page did for calls that nobody waits for any more is over as well.
  await raw("wait_until(lambda: raw.call(raw.uuids()['con'], 'open_count').result.number_value == 0)");
  expect(await run("j power off")).toBe("0");
  await shell.saw(/power off/, "stdout");
  shell.process.stdin.write("exit 7\n");
  expect(await shell.ended()).toMatchObject({ code: 7 });
});

test("calls made while the relay is gone go through once it is back, for a client that waits", async ({
  relay,
  raw,
}) => {
  const lab = await raw("result = raw.uuids()['lab']");
  await relay.kill();
  // The client may find the new relay before the page does.
  const call = raw(
    "result = raw.call(lab, 'echo', 'at last', wait_for_ready=True, timeout=30).result.string_value",
    { args: { lab } },
  );
  await relay.startAgain();
  expect(await call).toBe("at last");
});
