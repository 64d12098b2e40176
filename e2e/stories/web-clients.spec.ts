/**
 * Clients that are not gRPC: gRPC-Web and Connect, from Node, from curl's kind of request, and from a browser.
 * Below: fixtures.ts, @connectrpc/connect-web, the generated services.
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { expect, PASSPHRASE, test } from "../fixtures.ts";

const headers = { "x-jumpstarter-passphrase": PASSPHRASE };

/** One connection a request: this process would keep it for a next one, and the relay's counters have to come back. */
const fetchAndClose: typeof fetch = (input, init) => {
  const withClose = new Headers(init?.headers);
  withClose.set("connection", "close");
  return fetch(input, { ...init, headers: withClose });
};

test.beforeEach(({ exporterPage }) => exporterPage.expectAttached());

for (const [protocol, createTransport] of [
  ["gRPC-Web", createGrpcWebTransport],
  ["Connect", createConnectTransport],
] as const) {
  test(`${protocol} clients call and stream like any other`, async ({ relay }) => {
    const client = createClient(
      ExporterService,
      createTransport({ baseUrl: relay.origin, fetch: fetchAndClose }),
    );
    const { reports } = await client.getReport({}, { headers });
    const power = reports.find(({ labels }) => labels["jumpstarter.dev/name"] === "power");
    const uuid = power?.uuid ?? "";
    await client.driverCall({ uuid, method: "on" }, { headers });
    const readings = [];
    for await (const { result } of client.streamingDriverCall({ uuid, method: "read" }, { headers })) {
      readings.push(result === undefined ? undefined : toJson(ValueSchema, result));
    }
    expect(readings).toEqual([
      { voltage: 0, current: 0 },
      { voltage: 5, current: 2 },
    ]);
    await expect(client.getReport({})).rejects.toThrow("invalid or missing passphrase");
  });
}

test("a plain POST of JSON is answered in JSON", async ({ relay }) => {
  const response = await fetchAndClose(`${relay.origin}/jumpstarter.v1.ExporterService/GetStatus`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: "EXPORTER_STATUS_LEASE_READY" });
});

test("a page of another origin may call with the passphrase, and not without", async ({
  relay,
  exporterPage,
}) => {
  await using other = await startOtherSite();
  await using tab = await exporterPage.openTab();
  await tab.visit(other.origin);
  const call = (passphrase: string): Promise<unknown> =>
    tab.page.evaluate(
      async ([relayOrigin, value]) => {
        const response = await fetch(`${relayOrigin}/jumpstarter.v1.ExporterService/GetStatus`, {
          method: "POST",
          headers: { "x-jumpstarter-passphrase": value ?? "", "content-type": "application/json" },
          body: "{}",
        });
        return [response.status, await response.json()];
      },
      [relay.origin, passphrase],
    );
  expect(await call(PASSPHRASE)).toEqual([
    200,
    expect.objectContaining({ status: "EXPORTER_STATUS_LEASE_READY" }),
  ]);
  expect(await call("wrong")).toEqual([401, expect.objectContaining({ code: "unauthenticated" })]);
});

/** Somebody else's web page. */
async function startOtherSite(): Promise<AsyncDisposable & { origin: string }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>another site</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
