/**
 * A relay of its own for each test, on a free port, that has to end with nothing open.
 * Above: tests of relay/. Below: relay.ts.
 */

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, type Logger } from "../logging.ts";
import { createRelay, type Relay, type RelayOptions, type RelayStats } from "../relay.ts";
import { TestClient, type TestClientOptions } from "./test-client.ts";
import { TestPage, type TestPageOptions } from "./test-page.ts";

export const NOTHING_OPEN: RelayStats = {
  sockets: 0,
  http2Sessions: 0,
  tunnels: 0,
  exporters: 0,
  calls: 0,
  fetches: 0,
  streams: 0,
  clientTunnels: 0,
  clientStreams: 0,
  waiting: 0,
};

export interface TestRelay extends AsyncDisposable {
  readonly relay: Relay;
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** What was logged, as JSON lines. */
  readonly log: readonly string[];
  /** A directory of its own, gone afterwards: the page is in it. */
  readonly directory: string;
  /** Attach a page. */
  page(options?: Partial<TestPageOptions>): Promise<TestPage>;
  /** A page that may be refused. */
  pageUnattached(options?: Partial<TestPageOptions>): TestPage;
  /** A client that is a page, let in. */
  client(options?: TestClientOptions): Promise<TestClient>;
  /** One that may be refused. */
  clientUnconnected(options?: TestClientOptions): TestClient;
  /** Resolves when the relay's counts are these. */
  settled(expected: Partial<RelayStats>): Promise<void>;
}

export async function startTestRelay(options: Partial<RelayOptions> = {}): Promise<TestRelay> {
  const directory = mkdtempSync(join(tmpdir(), "jumptab-relay-test-"));
  writeFileSync(join(directory, "index.html"), "<!doctype html><title>jumptab</title>");
  const lines: string[] = [];
  const log: Logger = createLogger({ level: "debug", format: "json", write: (line) => lines.push(line) });
  const relay = createRelay({
    listener: { host: "127.0.0.1", port: 0 },
    pageDirectory: directory,
    log,
    ...options,
    timing: { returningMs: 0, ...options.timing },
  });
  const { port } = await relay.listen();
  const scheme = options.tls === undefined ? "ws" : "wss";
  const pages: TestPage[] = [];
  const clients: TestClient[] = [];
  const pageUnattached = (pageOptions: Partial<TestPageOptions> = {}): TestPage => {
    const page = new TestPage({ url: `${scheme}://127.0.0.1:${port}/tunnel`, ...pageOptions });
    pages.push(page);
    return page;
  };
  const clientUnconnected = (clientOptions?: TestClientOptions): TestClient => {
    const client = new TestClient({ port }, clientOptions);
    clients.push(client);
    return client;
  };
  return {
    relay,
    port,
    origin: new URL(relay.pageUrl).origin,
    log: lines,
    directory,
    async page(pageOptions) {
      const page = pageUnattached(pageOptions);
      await page.attached;
      return page;
    },
    pageUnattached,
    async client(clientOptions) {
      const client = clientUnconnected(clientOptions);
      await client.connected;
      return client;
    },
    clientUnconnected,
    settled: (expected) => settled(relay, expected),
    async [Symbol.asyncDispose]() {
      for (const each of [...pages, ...clients]) each.webSocket.terminate();
      await relay.close();
      rmSync(directory, { recursive: true, force: true });
      // Whatever is left would hang the test here, and its time limit says so.
      await settled(relay, NOTHING_OPEN);
    },
  };
}

/** Looks at the counts each time the event loop comes round; the test's own timeout bounds it. */
async function settled(relay: Relay, expected: Partial<RelayStats>): Promise<void> {
  const wanted = Object.entries(expected) as [keyof RelayStats, number][];
  while (wanted.some(([name, count]) => relay.stats()[name] !== count)) {
    await once(AbortSignal.timeout(1), "abort");
  }
}
