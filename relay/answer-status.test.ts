/** G03: what clients hear of the status while no page is there, in all protocols, through real sockets. */

import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { ExporterStatus } from "../proto/gen/jumpstarter/v1/common_pb.ts";
import { ExporterService } from "../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { CloseCode, GrpcStatus } from "../proto/tunnel/index.ts";
import { STATUS_PARK_MS } from "./limits.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";
import { stopTimeouts } from "./testing/stop-timeouts.ts";

const PATH = "/jumpstarter.v1.ExporterService/GetStatus";
const headers = { "x-jumpstarter-passphrase": "secret" };

/** A page that was here, and was stopped: nobody expects it back. */
async function stoppedPage(test: TestRelay): Promise<void> {
  const page = await test.page();
  await page.close(CloseCode.stopped, "the exporter was stopped on its page");
  await test.settled({ exporters: 0, tunnels: 0 });
}

type MakeTransport = (baseUrl: string, sessionManager: Http2SessionManager) => Transport;

const TRANSPORTS: Readonly<Record<string, MakeTransport>> = {
  gRPC: (baseUrl, sessionManager) => createGrpcTransport({ baseUrl, sessionManager }),
  "gRPC with JSON": (baseUrl, sessionManager) =>
    createGrpcTransport({ baseUrl, sessionManager, useBinaryFormat: false }),
  "gRPC-Web": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web with JSON, over HTTP/2": (baseUrl, sessionManager) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "2", sessionManager, useBinaryFormat: false }),
  Connect: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect with JSON": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
};

describe("G03 the status of an exporter whose page was stopped", () => {
  for (const [name, make] of Object.entries(TRANSPORTS)) {
    it(`is OFFLINE with the reason and no version, at once, in ${name}`, async () => {
      await using test = await startTestRelay();
      await stoppedPage(test);
      const sessions = new Http2SessionManager(test.origin);
      const client = createClient(ExporterService, make(test.origin, sessions));
      const status = await client.getStatus({}, { headers });
      expect(status.status).toBe(ExporterStatus.OFFLINE);
      expect(status.message).toMatch(
        /^no page attached for this passphrase: exporter "board" was here until .* UTC; open its page again at http:/,
      );
      expect(status.message).not.toMatch(/expired/i);
      expect(status.statusVersion).toBe(0n);
      expect(status.previousStatus).toBeUndefined();
      sessions.abort();
    });
  }

  it("is OFFLINE in the text form of gRPC-Web", async () => {
    await using test = await startTestRelay();
    await stoppedPage(test);
    const response = await fetch(`${test.origin}${PATH}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/grpc-web-text" },
      body: Buffer.alloc(5).toString("base64"),
    });
    const body = Buffer.from(await response.text(), "base64");
    expect(body.readUInt8(0)).toBe(0);
    const length = body.readUInt32BE(1);
    // The message's first field, 1, is OFFLINE, 1.
    expect([...body.subarray(5, 7)]).toEqual([8, 1]);
    expect(body.readUInt8(5 + length)).toBe(0x80);
    expect(body.subarray(10 + length).toString()).toBe("grpc-status: 0\r\n");
  });

  it("is an error where the protocol has no place for one answer, and where the passphrase is another's", async () => {
    await using test = await startTestRelay();
    await stoppedPage(test);
    const response = await fetch(`${test.origin}${PATH}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/connect+json" },
      body: Buffer.alloc(5),
    });
    expect(await response.text()).toContain("failed_precondition");
    await test.page({ name: "other", passphrase: "other" });
    const client = new GrpcClient(test.origin);
    const wrong = await client.call({ path: PATH, headers: { "x-jumpstarter-passphrase": "wrong" } });
    expect(wrong).toMatchObject({ status: GrpcStatus.unauthenticated });
    expect(wrong.body).toHaveLength(0);
    await client.close();
  });

  it("is the only thing that the relay says in place of a page", async () => {
    await using test = await startTestRelay();
    await stoppedPage(test);
    const client = new GrpcClient(test.origin);
    for (const method of ["GetReport", "DriverCall", "EndSession", "LogStream"]) {
      const { status } = await client.call({ path: `/jumpstarter.v1.ExporterService/${method}`, headers });
      expect(status).toBe(GrpcStatus.failedPrecondition);
    }
    await client.close();
  });

  it("is the page's own again as soon as it is back", async () => {
    await using test = await startTestRelay();
    await stoppedPage(test);
    const client = new GrpcClient(test.origin);
    expect((await client.call({ path: PATH })).body.subarray(5, 7)).toEqual(Buffer.of(8, 1));
    const page = await test.page();
    expect((await client.call({ path: PATH, body: Buffer.from("asked") })).body.toString()).toBe("asked");
    expect(page.streams).toHaveLength(1);
    await client.close();
  });
});

describe("G03 the status of an exporter whose page is away for a moment", () => {
  it("comes from the page when that is back soon", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await page.drop();
    await test.settled({ tunnels: 0 });
    using _timeouts = stopTimeouts();
    const client = new GrpcClient(test.origin);
    const asked = client.call({ path: PATH, body: Buffer.from("asked") });
    await test.settled({ waiting: 1 });
    page.dial();
    expect((await asked).body.toString()).toBe("asked");
    await client.close();
  });

  for (const how of ["lost its connection", "was reloaded"]) {
    it(`is no verdict when it ${how}, and comes before the client's own deadline`, async () => {
      await using test = await startTestRelay();
      const page = await test.page();
      if (how === "was reloaded") await page.close();
      else await page.drop();
      await test.settled({ tunnels: 0 });
      using timeouts = stopTimeouts();
      const sessions = new Http2SessionManager(test.origin);
      const client = createClient(
        ExporterService,
        createGrpcTransport({ baseUrl: test.origin, sessionManager: sessions }),
      );
      const asked = client.getStatus({}, { headers: { ...headers, "grpc-timeout": "5S" } });
      await test.settled({ waiting: 1 });
      timeouts.pass(STATUS_PARK_MS);
      const { status, message, statusVersion } = await asked;
      expect(status).toBe(ExporterStatus.UNSPECIFIED);
      expect(message).toMatch(/^(?:exporter "board" is away|no page attached for this passphrase): /);
      expect(message).not.toMatch(/expired/i);
      expect(statusVersion).toBe(0n);
      sessions.abort();
    });
  }

  it("keeps to a deadline that is shorter still", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await page.drop();
    await test.settled({ tunnels: 0 });
    const client = new GrpcClient(test.origin);
    const { status } = await client.call({ path: PATH, headers: { ...headers, "grpc-timeout": "50m" } });
    expect(status).toBe(GrpcStatus.deadlineExceeded);
    await client.close();
  });

  it("waits through the start of an exporter of the relay's own", async () => {
    const file = { id: "00000000-0000-4000-8000-000000000001", path: "/lab/bench.yaml", name: "bench.yaml" };
    await using test = await startTestRelay({ unattended: true, bench: { file, passphrase: "secret" } });
    using timeouts = stopTimeouts();
    const client = new GrpcClient(test.origin);
    const asked = client.call({ path: PATH });
    await test.settled({ waiting: 1 });
    timeouts.pass(STATUS_PARK_MS);
    const { status, body } = await asked;
    expect(status).toBe(0);
    // No status field, which is UNSPECIFIED; the message's first is 2, the sentence.
    expect(body.readUInt8(5)).toBe(0x12);
    expect(body.toString()).toContain("the exporter of bench.yaml has not started");
    await client.close();
    await test.settled(NOTHING_OPEN);
  });
});
