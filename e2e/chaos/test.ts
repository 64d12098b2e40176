/**
 * The chaos suite's `test`: bad lines between the page and the relay, and between clients and the relay.
 * Above: the specs of this folder, ../soak. Below: fixtures.ts, support/chaos-link.ts.
 * A failed test has its seed as an attachment: `JUMPTAB_CHAOS_SEED=… npm run test:e2e -- -g …` breaks the lines at the
 * same bytes again.
 */

import { test as base } from "../fixtures.ts";
import { ExporterPage } from "../pages/exporter-page.ts";
import { ChaosLink } from "../support/chaos-link.ts";
import type { Endpoint } from "../support/jumpstarter.ts";
import { PythonAgent } from "../support/python.ts";
import { chooseSeed, Random, SEED_VARIABLE } from "../support/random.ts";
import type { RelayProcess } from "../support/relay-process.ts";

export { expect } from "../fixtures.ts";

/** 5 s for a browser to close the connections of a profile that it has closed. */
const LAST_WORDS_MS = 5000;

export interface ChaosFixtures {
  /** Of the whole test. */
  random: Random;
  /** The line of the page: its files, its boot answer and its tunnel all come through it. Clear at first. */
  pageLink: ChaosLink;
  /** A line for clients: those that are given `linked`. Clear at first. */
  clientLink: ChaosLink;
  /** The relay at the other end of `clientLink`. */
  linked: Endpoint;
  /** Another Python process: for a client that runs beside those of `py` and `raw`, or is killed. */
  otherPython: PythonAgent;
  /** The page is there before each test, whether the test names it or not, unless `startPage` is off. */
  attached: ExporterPage;
}

export const test = base.extend<ChaosFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its pattern.
  random: async ({}, use, testInfo) => {
    const random = new Random(chooseSeed());
    await use(random);
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach("chaos seed", { body: `${SEED_VARIABLE}=${random.seed}` });
  },

  pageLink: async ({ relay, random }, use) => {
    await using link = await openLink(relay, random);
    await use(link);
    link.calm();
    link.up();
    // The page has been closed, and its browser says so to the relay.
    await link.settled(LAST_WORDS_MS);
  },

  clientLink: async ({ relay, random }, use) => {
    await using link = await openLink(relay, random);
    await use(link);
  },

  linked: async ({ relay, clientLink }, use) => {
    await use({ ...relay.endpoint, address: clientLink.address });
  },

  exporterPage: async ({ browser, relay, pageLink, startPage }, use) => {
    await using page = new ExporterPage(browser, () => pageLink.through(relay.url));
    if (startPage) await page.open();
    await use(page);
  },

  otherPython: async ({ folder }, use) => {
    await using agent = new PythonAgent(`${folder}/other`);
    await use(agent);
  },

  attached: [({ exporterPage }, use) => use(exporterPage), { auto: true }],
});

function openLink({ endpoint }: RelayProcess, random: Random): Promise<ChaosLink> {
  const [host = "", port] = endpoint.address.split(":");
  // Each line has numbers of its own, in the order in which the lines are made.
  return ChaosLink.open({ host, port: Number(port), random: random.fork() });
}
