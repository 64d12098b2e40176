/**
 * The page and its connection: lost and back, too late, a relay that was restarted, another page in its place.
 * Below: test.ts, support/chaos-link.ts as the line between page and relay; clients go to the relay itself.
 * What the line does to bytes is tested elsewhere; here it is what people see.
 */

import { writeFile } from "node:fs/promises";
import type { JsonValue } from "../../drivers/base/json.ts";
import { PASSPHRASE } from "../fixtures.ts";
import { ExporterPage } from "../pages/exporter-page.ts";
import { CONFORMANCE_BENCH } from "../support/benches.ts";
import { ChaosLink } from "../support/chaos-link.ts";
import { Random } from "../support/random.ts";
import type { RelayProcess } from "../support/relay-process.ts";
import { test as base, expect } from "./test.ts";

/** The same exporter with one driver more, as after an edit of its file. */
const CHANGED_BENCH = `${CONFORMANCE_BENCH}  added:
    type: jumpstarter_driver_power.driver.MockPower
`;

/** What a driver counts to, a number every 20 ms: 8 s. */
const LIMIT = 400;
const COUNTED = Array.from({ length: LIMIT }, (_, index) => index + 1);

const COUNT = `
  items = raw.streaming_call(raw.uuids()["lab"], "count", limit, 20)
  result = [item.result.number_value for item in items]
`;

const SLEEP = `result = outcome(lambda: raw.call(raw.uuids()["lab"], "sleep", 300000))`;

/** 45 s for what takes until the grace time is over, and then some. */
const AFTER_GRACE_MS = 45_000;

const test = base.extend<{ link: ChaosLink }>({
  bench: CONFORMANCE_BENCH,
  passphrase: PASSPHRASE,

  /** The line on which the page dials the relay. */
  link: async ({ relay }, use) => {
    const { hostname, port } = new URL(relay.origin);
    await using link = await ChaosLink.open({ host: hostname, port: Number(port), random: new Random(1) });
    await use(link);
  },

  exporterPage: async ({ browser, relay, link }, use) => {
    {
      await using page = new ExporterPage(browser, () => link.through(relay.url));
      await use(page);
    }
    // Its good-bye is on the line still, which goes next.
    if (relay.running) await relay.expectExporters(0);
  },
});

/** How often something stands in the relay's log. */
function logged(relay: RelayProcess, pattern: RegExp): number {
  return relay.log.split("\n").filter((line) => pattern.test(line)).length;
}

/** A client is in the middle of something. */
async function expectBusy(relay: RelayProcess): Promise<void> {
  await expect.poll(async () => (await relay.health()).calls, "calls that run").toBeGreaterThan(0);
}

test.describe("a connection that is lost and comes back", () => {
  test("is counted on the page, whose buttons work on, and a client's stream goes on without a gap", async ({
    exporterPage,
    link,
    relay,
    raw,
  }) => {
    await exporterPage.open();
    const counted = raw(COUNT, { args: { limit: LIMIT } });
    await expectBusy(relay);

    link.down();
    await expect(exporterPage.connection).toContainText(/Connection to the relay lost, 2 s, trying again/);
    await expect(exporterPage.connection).toContainText("Clients wait, and go on when it is back");
    await expect(exporterPage.connection.getByRole("status")).toHaveText(
      "Connection to the relay lost. Trying again.",
    );
    await expect(exporterPage.page).toHaveTitle(/^conformance: Connection lost/);
    await exporterPage.driver("power").getByRole("button", { name: "On: power" }).click();
    await exporterPage.expectPower("power", "on");
    await expect(exporterPage.connection).toContainText(/Connection to the relay lost, 4 s/);

    link.up();
    await expect(exporterPage.connection).toContainText(/Back after \d+ s, nothing was lost/);
    await expect(exporterPage.connection.getByRole("status")).toHaveText(
      "Connected to the relay again. Nothing was lost.",
    );
    await expect(exporterPage.page.getByRole("log")).toContainText("is back: nothing was lost");
    expect(await counted).toEqual(COUNTED);
    await expect(exporterPage.connection).toContainText("Clients can connect", { timeout: 15_000 });
    expect(logged(relay, /exporter attached/)).toBe(1);
  });

  test("has one line in the log of a client that shows it", async ({ exporterPage, jumpstarter, link }) => {
    await exporterPage.open();
    await using shell = jumpstarter.startShell(["bash", "-c", "j power on; cat"], {
      options: ["--exporter-logs"],
      keepStdin: true,
    });
    await shell.saw(/power on/, "stdout");
    link.cut();
    await shell.saw(/lost for [\d.]+ s and is back: nothing was lost/);
    shell.process.stdin.write("still there\n");
    await shell.saw(/still there/, "stdout");
    expect(await jumpstarter.j("power off")).toMatchObject({ code: 0 });
    await shell.saw(/power off/, "stdout");
    shell.process.stdin.end();
    expect(await shell.ended()).toMatchObject({ code: 0 });
    expect(shell.output.match(/is back/g)).toHaveLength(1);
  });

  test("later than half a minute: the page says what has ended, and clients begin anew @slow", async ({
    exporterPage,
    link,
    relay,
    raw,
    jumpstarter,
  }) => {
    test.setTimeout(120_000);
    await exporterPage.open();
    const sleeping = raw(SLEEP);
    await expectBusy(relay);
    link.down();
    await expect(exporterPage.connection).toContainText("What clients were doing has ended", {
      timeout: AFTER_GRACE_MS,
    });
    await expect(exporterPage.connection.getByRole("status")).toHaveText(
      /^Connection to the relay lost\. What/,
    );
    const [code, details] = (await sleeping) as [string, string];
    expect(code).toBe("UNAVAILABLE");
    expect(details).not.toBe("");
    link.up();
    await expect(exporterPage.connection).toContainText(/Back after \d+ s/);
    await expect(exporterPage.connection).toContainText("They can start it again now");
    expect(await jumpstarter.j("power on")).toMatchObject({ code: 0 });
    await exporterPage.expectPower("power", "on");
  });

  test("finds a bench that was stopped and started meanwhile", async ({ exporterPage, link }) => {
    await exporterPage.open();
    link.down();
    await expect(exporterPage.connection).toContainText("Connection to the relay lost");
    await exporterPage.page.getByRole("button", { name: "Stop" }).click();
    await exporterPage.page.getByRole("button", { name: "Start", exact: true }).click();
    await expect(exporterPage.connection).toContainText("No connection to the relay yet");
    link.up();
    await exporterPage.expectAttached();
  });

  test("is doubted when the browser says that it is online again, long before the relay's silence tells", async ({
    exporterPage,
    link,
  }) => {
    await exporterPage.open();
    link.blackhole();
    await exporterPage.page.context().setOffline(true);
    await exporterPage.page.context().setOffline(false);
    await expect(exporterPage.connection).toContainText("did not survive a change of the network");
    link.up();
    await expect(exporterPage.connection).toContainText("nothing was lost");
  });
});

test.describe("a relay that is started again", () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    test(`after ${signal} has its page back by itself, and what was in flight has ended with UNAVAILABLE`, async ({
      exporterPage,
      relay,
      raw,
      jumpstarter,
    }) => {
      await exporterPage.open();
      const sleeping = raw(SLEEP);
      await expectBusy(relay);
      await relay.restart(signal);
      const [code, details] = (await sleeping) as [string, string];
      expect(code).toBe("UNAVAILABLE");
      expect(details).not.toBe("");
      await expect(exporterPage.connection).toContainText(/Back after .+ s/);
      await expect(exporterPage.connection.getByRole("status")).toHaveText(
        "Connected to the relay again. What clients were doing has ended.",
      );
      expect(await jumpstarter.j("power on")).toMatchObject({ code: 0 });
      await exporterPage.expectPower("power", "on");
    });
  }

  test("has one line about it in the log of a client that shows it", async ({
    exporterPage,
    relay,
    jumpstarter,
  }) => {
    await exporterPage.open();
    await using shell = jumpstarter.startShell(["bash", "--norc"], {
      options: ["--exporter-logs"],
      keepStdin: true,
    });
    shell.process.stdin.write("j power on\n");
    await shell.saw(/power on/, "stdout");
    await relay.restart();
    await exporterPage.expectAttached();
    // The client folds long lines.
    await shell.saw(/lost for [\d.]+ s and is back: what was running has\s+ended with UNAVAILABLE/);
    shell.process.stdin.write("j power off\n");
    await shell.saw(/power off/, "stdout");
    shell.process.stdin.write("exit\n");
    expect(await shell.ended()).toMatchObject({ code: 0 });
    expect(shell.output.match(/is back/g)).toHaveLength(1);
  });

  test("has a page that was being loaded, as soon as it answers", async ({ exporterPage }) => {
    await exporterPage.open();
    let refused = 0;
    await exporterPage.page.route("**/api/boot", async (route) => {
      refused += 1;
      if (refused > 2) await route.continue();
      else await route.abort("connectionrefused");
    });
    await exporterPage.page.reload();
    await expect(
      exporterPage.page.getByRole("heading", { name: "The relay cannot be reached" }),
    ).toBeVisible();
    await exporterPage.expectAttached();
  });
});

test.describe("a page that leaves", () => {
  test("says so when it is stopped, reloaded or closed; a bench that was stopped stays so over a reload", async ({
    exporterPage,
    relay,
    jumpstarter,
  }) => {
    await exporterPage.open();
    await exporterPage.reload();
    expect(logged(relay, /exporter detached .*the page was reloaded/)).toBe(1);
    expect(logged(relay, /exporter attached/)).toBe(2);

    await exporterPage.page.getByRole("button", { name: "Stop" }).click();
    await expect(exporterPage.page.getByText("Stopped. Its name")).toBeVisible();
    await expect.poll(() => logged(relay, /exporter detached .*code=1000 /)).toBe(1);
    const stopped = await jumpstarter.j("power on");
    expect(stopped.code).toBe(1);
    expect(stopped.milliseconds, "nobody waits for a bench that was stopped").toBeLessThan(10_000);

    await exporterPage.page.reload();
    await expect(exporterPage.page.getByText("Stopped. Its name")).toBeVisible();
    await exporterPage.page.getByRole("button", { name: "Start", exact: true }).click();
    await exporterPage.expectAttached();
    expect(logged(relay, /exporter attached/)).toBe(3);

    // Without a word from the browser the relay would wait for the whole grace time.
    await exporterPage.close();
    await expect.poll(() => logged(relay, /exporter detached .*the page was closed or reloaded/)).toBe(1);
  });

  test("lets another tab of its browser have the bench, which takes the relay's place for it at once", async ({
    exporterPage,
    relay,
  }) => {
    await exporterPage.open();
    await using second = await exporterPage.openTab();
    await second.visit();
    await second.page.getByRole("button", { name: "Move it to this tab" }).click();
    await second.expectAttached();
    await expect(
      exporterPage.page.getByRole("heading", { name: "conformance runs in another tab" }),
    ).toBeVisible();
    expect(logged(relay, /an exporter was refused/)).toBe(0);
    expect(logged(relay, /exporter attached/)).toBe(2);
  });
});

/** What a client saw while the page changed: of each report its drivers, one entry for each change. */
interface Seen {
  readonly trees: readonly (readonly string[])[];
  readonly failures: readonly (readonly [string, string])[];
  readonly inFlight: readonly [string, string];
}

test("a second browser is told who has the exporter and takes over; the first leaves it at that until it takes back @slow", async ({
  exporterPage,
  relay,
  raw,
}) => {
  test.setTimeout(90_000);
  await exporterPage.open();
  const before = treeOf(await raw("result = sorted(raw.uuids())"));
  await writeFile(`${relay.folder}/bench.yaml`, CHANGED_BENCH);
  await using second = await exporterPage.openAgainInAnotherBrowser();
  await second.expectHeldElsewhere();
  await expect(second.connection).toContainText(
    /Exporter "conformance" is open in another tab or browser since \d\d:\d\d UTC/,
  );
  await exporterPage.expectAttached();

  const seeing = raw(
    `
    sleeping = raw.exporter.DriverCall.future(
        pb.DriverCallRequest(uuid=raw.uuids()["lab"], method="sleep", args=[raw.value(300000)]), metadata=key)
    trees, failures, enough = [], [], 0
    end = time.monotonic() + 30
    while enough < 50 and time.monotonic() < end:
        try:
            tree = sorted(raw.uuids())
        except grpc.RpcError as error:
            failures.append([error.code().name, error.details()])
            continue
        if not trees or trees[-1] != tree:
            trees.append(tree)
        enough += "added" in tree
    result = {"trees": trees, "failures": failures, "inFlight": outcome(sleeping.result)}
    `,
  );
  await expectBusy(relay);
  await second.page.getByRole("button", { name: "Take over" }).click();
  await second.expectAttached();
  const { trees, failures, inFlight } = (await seeing) as unknown as Seen;
  expect(trees, "the first page's tree, then the second's").toEqual([before, [...before, "added"].sort()]);
  expect(failures.filter(([code]) => code !== "UNAVAILABLE")).toEqual([]);
  expect(inFlight).toEqual(["UNAVAILABLE", expect.stringContaining("another page has taken over")]);
  await exporterPage.expectTakenOver();
  await expect(exporterPage.page).toHaveTitle(/^conformance: Taken over/);

  // What would make a page look at its connection makes neither of them fight, and time does not either.
  for (const { page } of [exporterPage, second]) {
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.bringToFront();
  }
  const since = (await relay.uptimeSeconds()) + 10;
  await expect.poll(() => relay.uptimeSeconds(), { timeout: 20_000 }).toBeGreaterThan(since);
  await exporterPage.expectTakenOver();
  await second.expectAttached();
  expect(logged(relay, /exporter attached/)).toBe(2);
  expect(logged(relay, /an exporter was refused/)).toBe(1);

  await exporterPage.driver("power").getByRole("button", { name: "On: power" }).click();
  await exporterPage.expectPower("power", "on");
  await exporterPage.page.getByRole("button", { name: "Take back" }).click();
  await exporterPage.expectAttached();
  await second.expectTakenOver();
  // What it was doing by itself goes on: only the relay's place was taken.
  await exporterPage.expectPower("power", "on");
  expect(treeOf(await raw("result = sorted(raw.uuids())"))).toEqual(before);
  expect(logged(relay, /exporter attached/)).toBe(3);
});

function treeOf(uuids: JsonValue): string[] {
  return uuids as string[];
}
