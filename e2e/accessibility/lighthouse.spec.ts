/**
 * Lighthouse's accessibility figure of the three pages that people open: the first face, a bench, and a colleague's page. Each is 100.
 * Below: lighthouse, in a Chromium of its own with a debugging port; the stories' test.ts.
 */

import { readFile } from "node:fs/promises";
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";
import { installedChromium } from "../../scripts/prepare-chromium.ts";
import { expect, test } from "../stories/test.ts";
import { CONFORMANCE_BENCH } from "../support/benches.ts";

test.use({ bench: CONFORMANCE_BENCH });

test("the first face, a bench and a colleague's page have 100 in Lighthouse", async ({
  exporterPage,
  relay,
  folder,
}) => {
  test.slow(true, "Lighthouse loads each page by itself");
  const executablePath = installedChromium();
  const profile = `${folder}/profile`;
  await using _browser = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      "--remote-debugging-port=0",
      ...(process.getuid?.() === 0 ? ["--no-sandbox", "--disable-gpu"] : []),
    ],
  });
  const told = (): Promise<string> => readFile(`${profile}/DevToolsActivePort`, "utf8").catch(() => "");
  await expect.poll(told).toMatch(/^\d+\n/);
  const port = Number.parseInt(await told(), 10);

  // Without the key of the relay's bench, it is the first face.
  await expectFull(`${relay.origin}/`, port);

  await exporterPage.visit(`${relay.origin}/`);
  await exporterPage.startDemo();
  const { page } = exporterPage;
  await page.getByRole("button", { name: "Share with a link" }).click();
  await page.keyboard.type("Ana");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The link for Ana is in the clipboard")).toBeVisible();
  await expectFull(await page.evaluate(() => navigator.clipboard.readText()), port);

  await expectFull(relay.url, port);
});

async function expectFull(url: string, port: number): Promise<void> {
  const result = await lighthouse(url, { port, onlyCategories: ["accessibility"], logLevel: "error" });
  const { audits, categories, runtimeError } = result?.lhr ?? {};
  expect(runtimeError).toBeUndefined();
  const failed = Object.values(audits ?? {}).filter(({ score }) => score !== null && score < 1);
  expect(failed.map(({ id, title }) => `${id}: ${title}`)).toEqual([]);
  expect(categories?.accessibility?.score).toBe(1);
}
