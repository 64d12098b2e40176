/**
 * A tab that is reloaded, crashes or freezes in the middle of things.
 * Below: test.ts. A tab that the browser discards is, for everybody else, one that crashes and is loaded again when
 * somebody looks at it: DevTools cannot discard one.
 */

import type { Page } from "@playwright/test";
import { DevtoolsTab } from "../pages/devtools-tab.ts";
import { expect, test } from "./test.ts";

/** How soon a call hears that its page is gone for good. */
const TOLD_WITHIN_SECONDS = 5;

/** A call and a stream in flight; how each ends, and when. */
const IN_FLIGHT = `
    uuids = raw.uuids()
    stream = raw.stream(uuids["con"], iter(threading.Event().wait, True))
    stream.initial_metadata()
    endings = {}

    def end(name, call):
        endings[name] = [*outcome(call), time.time()]

    calls = {"call": lambda: raw.call(uuids["lab"], "sleep", 60000), "stream": lambda: list(stream)}
    threads = [threading.Thread(target=end, args=item) for item in calls.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    result = endings
`;

type Endings = Record<"call" | "stream", [code: string, details: string, at: number] | undefined>;

function expectTold(endings: Endings, since: number): void {
  for (const name of ["call", "stream"] as const) {
    const [code, details, at] = endings[name] ?? ["it never ended", "", Number.NaN];
    expect(code, name).toBe("UNAVAILABLE");
    expect(details, name).toMatch(/\w+ \w+ \w+/);
    expect(at - since, `seconds until the ${name} was told`).toBeLessThan(TOLD_WITHIN_SECONDS);
  }
}

/** The page's scripts wait until it is released: a reload is under way for just as long. */
async function holdScripts(page: Page): Promise<{ release(): Promise<void> }> {
  const held = Promise.withResolvers<void>();
  await page.route("**/*.js", async (route) => {
    await held.promise;
    await route.continue();
  });
  return {
    async release() {
      held.resolve();
      await page.unrouteAll({ behavior: "wait" });
    },
  };
}

test("a reload ends calls in flight at once; a call made meanwhile goes through, and the same shell works on", async ({
  relay,
  exporterPage,
  jumpstarter,
  raw,
  otherPython,
}) => {
  test.slow(); // Python starts four times
  await using shell = jumpstarter.startShell(["bash", "--norc"], { keepStdin: true });
  const run = async (command: string): Promise<string> => {
    shell.output = "";
    shell.process.stdin.write(`${command}; echo "exit code $?"\n`);
    const [, code] = await shell.saw(/exit code (\d+)/);
    return String(code);
  };
  expect(await run("j power on")).toBe("0");
  const before = await raw("result = raw.uuids()");
  const { streams } = await relay.health();
  const inFlight = otherPython.run("raw", relay.endpoint, IN_FLIGHT);
  await expect.poll(async () => (await relay.health()).streams).toBe(streams + 2);

  const scripts = await holdScripts(exporterPage.page);
  const reloadedAt = Date.now() / 1000;
  const reloaded = exporterPage.page.reload();
  expectTold((await inFlight) as Endings, reloadedAt);
  // The shell looks after its exporter now and then, and waits for it as well.
  const { waiting } = await relay.health();
  const meanwhile = raw("result = raw.uuids()");
  await expect.poll(async () => (await relay.health()).waiting).toBeGreaterThan(waiting);
  await scripts.release();
  expect(await meanwhile).toEqual(before);
  await reloaded;
  await exporterPage.expectAttached();
  expect(await run("j power off")).toBe("0");
  shell.process.stdin.write("exit 7\n");
  expect(await shell.ended()).toMatchObject({ code: 7 });
});

test("a tab that crashes: its calls end when it is loaded again, and new ones go through", async ({
  relay,
  exporterPage,
  raw,
  otherPython,
}) => {
  const before = await raw("result = raw.uuids()");
  const inFlight = otherPython.run("raw", relay.endpoint, IN_FLIGHT);
  await expect.poll(async () => (await relay.health()).streams).toBe(2);
  await exporterPage.crash();
  // Whoever has only lost its connection may come back, so the calls wait; a page that is loaded anew is another one.
  const again = await exporterPage.openTab();
  const reopenedAt = Date.now() / 1000;
  await again.open();
  expectTold((await inFlight) as Endings, reopenedAt);
  expect(await raw("result = raw.uuids()")).toEqual(before);
  await again.close();
});

test.describe("a tab that is frozen", () => {
  // Only a tab that Playwright does not hold can be.
  test.use({ startPage: false });

  test("for a few seconds: a stream and a call wait, and go on when it thaws", async ({
    browser,
    pageLink,
    relay,
    raw,
    otherPython,
  }) => {
    await using tab = await DevtoolsTab.open(browser, pageLink.through(relay.url));
    await relay.expectExporters(1);
    const uuids = (await raw("result = raw.uuids()")) as Record<string, string>;
    const stream = otherPython.run("raw", relay.endpoint, ECHO_AROUND_A_FREEZE, { args: { uuids } });
    await expect.poll(async () => (await relay.health()).streams).toBeGreaterThan(0);
    await tab.freeze();
    const call = raw("result = raw.call(lab, 'echo', 'thawed').result.string_value", {
      args: { lab: uuids.lab ?? "" },
    });
    await expect.poll(async () => (await relay.health()).streams).toBeGreaterThan(1);
    await tab.thaw();
    expect(await call).toBe("thawed");
    await raw("list(raw.streaming_call(lab, 'count', 7, 0))", { args: { lab: uuids.lab ?? "" } });
    expect(await stream).toBe("the same stream");
    expect(relay.log.match(/exporter attached/g)).toHaveLength(1);
  });

  test("for longer than the relay's patience: it is away and not dead, and comes back to the same tunnel @slow", async ({
    browser,
    pageLink,
    relay,
    raw,
    otherPython,
  }) => {
    test.setTimeout(120_000);
    await using tab = await DevtoolsTab.open(browser, pageLink.through(relay.url));
    await relay.expectExporters(1);
    const uuids = (await raw("result = raw.uuids()")) as Record<string, string>;
    const stream = otherPython.run("raw", relay.endpoint, ECHO_AROUND_A_FREEZE, { args: { uuids } });
    await expect.poll(async () => (await relay.health()).streams).toBeGreaterThan(0);
    await tab.freeze();
    await expect.poll(() => relay.log, { timeout: 30_000 }).toMatch(/exporter away/);
    const call = raw("result = raw.call(lab, 'echo', 'thawed').result.string_value", {
      args: { lab: uuids.lab ?? "" },
    });
    await tab.thaw();
    expect(await call).toBe("thawed");
    await raw("list(raw.streaming_call(lab, 'count', 7, 0))", { args: { lab: uuids.lab ?? "" } });
    expect(await stream).toBe("the same stream");
    expect(relay.log.match(/exporter attached/g)).toHaveLength(1);
  });
});

/** A stream that echoes all along: the test counts to 7 when it has thawed the tab. */
const ECHO_AROUND_A_FREEZE = `
    import queue
    frames = queue.SimpleQueue()
    stream = raw.stream(uuids["net"], iter(frames.get, None))

    def echo(text):
        frames.put(router_pb.StreamRequest(payload=text))
        back = b""
        while len(back) < len(text):
            back += next(stream).payload
        assert back == text, f"{back!r} is not {text!r}"

    echo(b"before")
    while raw.call(uuids["lab"], "counted").result.number_value != 7:
        # Now and then while the tab is frozen, too.
        echo(b"during")
    echo(b"after")
    frames.put(None)
    result = "the same stream"
`;
