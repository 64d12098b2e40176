/**
 * A page whose relay cannot be reached: it comes up from what the browser has kept, its boards work, and it is back with its relay by itself.
 * Below: test.ts (a relay without a bench), a browser profile with a service worker, which no other test has.
 */

import { ExporterPage } from "../pages/exporter-page.ts";
import { expect, test } from "./test.ts";

test("without its relay the page comes up from the browser, its board works, and clients find it again when the relay is back", async ({
  browser,
  relay,
  jumpstarter,
}) => {
  test.slow(true, "the page starts three times, each time with what it needs to be kept");
  await using context = await browser.newContext({ serviceWorkers: "allow" });
  await using page = new ExporterPage(browser, () => relay.url, context);
  await page.visit();
  await page.startDemo();
  const endpoint = await page.endpoint();
  // Everything is stored when the service worker has got as far as this.
  await page.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });

  await relay.kill();
  await page.page.reload();
  await expect(page.page.getByText("Not reachable").first()).toBeVisible({ timeout: 40_000 });
  await page.typeInConsole("board serial", "");
  await page.page.getByRole("button", { name: "On: power" }).click();
  await page.expectPower("board.power", "on");
  await expect(page.page.locator("jumptab-console .xterm-rows")).toContainText("jumptab demo board");

  await relay.startAgain();
  await page.expectAttached();
  expect(await jumpstarter.j("power off", { endpoint })).toMatchObject({ code: 0 });
  await page.expectPower("board.power", "off");
});
