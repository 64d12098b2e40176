/**
 * What every test stands on: a relay, a page and real clients of its own, and the proof that nothing is left behind.
 * Above: the specs, by way of conformance/test.ts and the like. Below: support/, pages/.
 * How to use them: README.md beside this file.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base } from "@playwright/test";
import type { JsonValue } from "../drivers/base/json.ts";
import { NEWEST, type Release } from "../scripts/prepare-python.ts";
import { ExporterPage } from "./pages/exporter-page.ts";
import { CONFORMANCE_BENCH } from "./support/benches.ts";
import { type Endpoint, Jumpstarter } from "./support/jumpstarter.ts";
import { PythonAgent, type SnippetOptions } from "./support/python.ts";
import { RelayProcess } from "./support/relay-process.ts";
import { TRAITS, type Traits } from "./support/releases.ts";

export { expect } from "@playwright/test";

/** Of every exporter that a test starts. */
export const PASSPHRASE = "e2e-correct-horse";

export interface SnippetRunOptions extends SnippetOptions {
  /** Another way to the relay than the direct one. */
  readonly endpoint?: Endpoint;
}

/** Runs a Python snippet; see support/python.ts. */
export type Snippet = (snippet: string, options?: SnippetRunOptions) => Promise<JsonValue>;

export interface Options {
  /** The ExporterConfig of the relay's own exporter; null: the relay is started without one. */
  bench: string | null;
  /** What clients of that exporter present; null: nothing. */
  passphrase: string | null;
  /** Flags of the relay beside listener, configuration and passphrase. */
  relayArgs: readonly string[];
  /** Flags of the Node that it runs on. */
  relayNode: readonly string[];
  /** Whether the page is opened before the test begins. */
  startPage: boolean;
}

export interface Fixtures {
  /** A folder of the test's own, removed after it. */
  folder: string;
  /**
   * A fresh relay on a free port, with the bench. Its log is attached when the test fails. After the test its
   * counters have to come back to what they were, and SIGTERM has to end it with exit code 0.
   */
  relay: RelayProcess;
  /** The page in a browser profile of its own, with the bench running, unless `startPage` is off. */
  exporterPage: ExporterPage;
  /** The real `jmp` and `j`, with a home of their own. */
  jumpstarter: Jumpstarter;
  /** What the clients of this release do otherwise than others. */
  traits: Traits;
  /** A Python snippet with `client` from the client library's `env()`. */
  py: Snippet;
  /** A Python snippet with the generated gRPC stubs. */
  raw: Snippet;
}

export interface WorkerOptions {
  /** Whose `jmp`, `j` and client library the test uses. */
  release: Release;
}

export interface WorkerFixtures {
  /** One Python process for all snippets of a Playwright worker. */
  python: PythonAgent;
}

export const test = base.extend<Options & Fixtures, WorkerOptions & WorkerFixtures>({
  release: [NEWEST, { option: true, scope: "worker" }],
  bench: [CONFORMANCE_BENCH, { option: true }],
  passphrase: [PASSPHRASE, { option: true }],
  relayArgs: [["--tls-grpc-insecure"], { option: true }],
  relayNode: [[], { option: true }],
  startPage: [true, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its pattern.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "jumptab-e2e-"));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },

  relay: async ({ folder, bench, passphrase, relayArgs, relayNode }, use, testInfo) => {
    const args = [...relayArgs];
    if (bench !== null) {
      await writeFile(`${folder}/bench.yaml`, bench);
      args.push("--exporter-config", `${folder}/bench.yaml`);
      if (passphrase !== null) args.push("--passphrase", passphrase);
    }
    await using relay = await RelayProcess.start({
      folder,
      args,
      node: relayNode,
      passphrase: passphrase ?? undefined,
    });
    const before = await relay.health();
    try {
      await use(relay);
      if (relay.running) {
        await relay.expectHealth(before);
        await relay.stop();
      }
    } finally {
      if (testInfo.status !== testInfo.expectedStatus)
        await testInfo.attach("relay.log", { body: relay.log });
    }
  },

  exporterPage: async ({ browser, relay, startPage }, use) => {
    await using page = new ExporterPage(browser, () => relay.url);
    if (startPage) await page.open();
    await use(page);
  },

  jumpstarter: async ({ folder, relay, release }, use) => {
    await using jumpstarter = await Jumpstarter.create(`${folder}/home`, () => relay.endpoint, release);
    await use(jumpstarter);
  },

  traits: ({ release }, use) => use(TRAITS[release]),

  py: async ({ python, relay }, use) => {
    await use((snippet, { endpoint = relay.endpoint, ...options } = {}) =>
      python.run("client", endpoint, snippet, options),
    );
  },

  raw: async ({ python, relay }, use) => {
    await use((snippet, { endpoint = relay.endpoint, ...options } = {}) =>
      python.run("raw", endpoint, snippet, options),
    );
  },

  python: [
    async ({ release }, use) => {
      const home = await mkdtemp(join(tmpdir(), "jumptab-e2e-agent-"));
      await using agent = new PythonAgent(home, release);
      await use(agent);
      await rm(home, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
});
