/**
 * Benches over time and beside each other: reload, close and open again, a second tab, a second browser.
 * Below: test.ts.
 */

import { PASSPHRASE } from "../fixtures.ts";
import { CONFORMANCE_BENCH, SECOND_BENCH } from "../support/benches.ts";
import { expect, test } from "./test.ts";

test("a bench keeps its name, passphrase and driver uuids when its tab is reloaded, closed and opened again", async ({
  exporterPage,
  python,
}) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  const line = await exporterPage.shareLine();
  const uuids = await python.run("raw", await exporterPage.endpoint(), "result = raw.uuids()");
  expect(Object.keys(uuids as object).length).toBeGreaterThan(2);

  await exporterPage.reload();
  expect(await exporterPage.shareLine()).toBe(line);
  expect(await python.run("raw", await exporterPage.endpoint(), "result = raw.uuids()")).toEqual(uuids);

  await exporterPage.close();
  await exporterPage.open();
  expect(await exporterPage.shareLine()).toBe(line);
  expect(await python.run("raw", await exporterPage.endpoint(), "result = raw.uuids()")).toEqual(uuids);
  await expect(exporterPage.page.getByRole("heading", { name: /^demo-/, level: 1 })).toBeVisible();
});

test("a second tab is a second exporter, told apart by its passphrase", async ({
  exporterPage,
  jumpstarter,
}) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  await using second = await exporterPage.openTab();
  await second.visit();
  await second.startDemo();

  const one = await exporterPage.endpoint();
  const two = await second.endpoint();
  expect(two.address).toBe(one.address);
  expect(two.passphrase).not.toBe(one.passphrase);
  expect(await jumpstarter.j("board power on", { endpoint: two })).toMatchObject({ code: 0 });
  await second.expectPower("board.power", "on");
  await exporterPage.expectPower("board.power", "off");
});

test.describe("with --exporter-config", () => {
  test.use({ bench: CONFORMANCE_BENCH, passphrase: PASSPHRASE });

  test("the printed address starts the bench by itself; without its key the page knows nothing of it", async ({
    exporterPage,
    relay,
  }) => {
    expect(new URL(relay.url).hash).toMatch(/^#bench=/);
    await exporterPage.open();
    await expect(exporterPage.page.getByRole("heading", { name: "conformance", level: 1 })).toBeVisible();
    await expect(exporterPage.page.getByText("from bench.yaml")).toBeVisible();
    expect(exporterPage.page.url()).not.toContain("bench=");

    await using stranger = await exporterPage.openAgainInAnotherBrowser(relay.origin);
    await expect(stranger.page.getByRole("button", { name: "Try a demo board" })).toBeVisible();
    const boot = await stranger.page.evaluate(async () => (await fetch("api/boot")).json());
    expect(boot).not.toHaveProperty("bench");
  });
});

test("two browsers with benches of one name: the second is told to choose another", async ({
  exporterPage,
}) => {
  await exporterPage.visit();
  await exporterPage.paste(SECOND_BENCH);
  await exporterPage.expectAttached();
  await using other = await exporterPage.openAgainInAnotherBrowser();
  await other.paste(SECOND_BENCH);
  await other.expectRefused();
  await expect(other.page.getByText(/"?second"?/).first()).toBeVisible();
  await expect(other.page.getByRole("button", { name: "Edit configuration" }).first()).toBeVisible();
  await exporterPage.expectAttached();
});

test.describe("with --attach-token", () => {
  test.use({ relayArgs: ["--tls-grpc-insecure", "--attach-token", "let-me-in"] });

  test("a page without the token is refused, and attaches with it", async ({ exporterPage, relay }) => {
    await exporterPage.visit(relay.origin);
    await exporterPage.page.getByRole("button", { name: "Try a demo board" }).click();
    await exporterPage.expectRefused();
    await exporterPage.page.getByLabel("Attach token").fill("let-me-in");
    await exporterPage.page.getByRole("button", { name: "Attach", exact: true }).click();
    await exporterPage.expectAttached();
  });

  test("the printed address carries the token", async ({ exporterPage }) => {
    await exporterPage.visit();
    await exporterPage.startDemo();
  });
});
