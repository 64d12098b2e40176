/** The orderly end of a relay that has something to do: drain(), then close(). The end of an idle one is in port.test.ts. */

import { once } from "node:events";
import { constants } from "node:http2";
import { describe, expect, it } from "vitest";
import { GrpcStatus, type TunnelStream } from "../proto/tunnel/index.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";

const HEAD = { status: 200, h: [["content-type", "application/grpc"]] } as const;

/** A running call of a method, and the page's end of it. */
async function running(test: TestRelay, client: GrpcClient, method = "ExporterService/DriverCall") {
  const next = Promise.withResolvers<TunnelStream>();
  const page = await test.page({ answer: next.resolve });
  const call = client.start(`/jumpstarter.v1.${method}`);
  const answered = result(call);
  return { page, answered, stream: await next.promise };
}

describe("drain()", () => {
  it("lets a running call end by itself, both ways, and tells everybody with GOAWAY", async () => {
    await using test = await startTestRelay();
    const client = new GrpcClient(test.origin);
    const goaway = once(client.session, "goaway");
    const { stream, answered } = await running(test, client);
    let over = false;
    const draining = test.relay.drain().then(() => {
      over = true;
    });
    expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR);
    stream.respond(HEAD);
    await stream.write(Buffer.alloc(300 * 1024));
    expect(over).toBe(false);
    stream.end([["grpc-status", "0"]]);
    const { status, body } = await answered;
    expect({ status, bytes: body.length }).toEqual({ status: 0, bytes: 300 * 1024 });
    await draining;
    await test.relay.close();
  });

  it("answers whoever comes meanwhile with a sentence: clients, pages, and /healthz with 503", async () => {
    await using test = await startTestRelay();
    const client = new GrpcClient(test.origin);
    const { stream, answered } = await running(test, client);
    const draining = test.relay.drain();
    const late = new GrpcClient(test.origin);
    expect(await late.call()).toMatchObject({ status: 14, message: "the relay is shutting down" });
    const refused = test.pageUnattached({ name: "late", passphrase: "other" });
    await expect(refused.attached).rejects.toMatchObject({
      code: 1001,
      reason: "the relay is shutting down",
    });
    const health = await fetch(`${test.origin}/healthz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ status: "draining", calls: 1 });
    stream.reset(GrpcStatus.internal, "done");
    await answered;
    await draining;
    await late.close();
    await client.close();
  });

  it("lets a page that lost its connection come back to its running call", async () => {
    await using test = await startTestRelay();
    const client = new GrpcClient(test.origin);
    const { page, stream, answered } = await running(test, client);
    const draining = test.relay.drain();
    await page.drop();
    stream.respond(HEAD);
    stream.end([["grpc-status", "0"]]);
    page.dial();
    expect((await answered).status).toBe(0);
    await draining;
    await client.close();
  });

  it("ends calls that take too long with UNAVAILABLE and a sentence", async () => {
    await using test = await startTestRelay({ timing: { drainMs: 50 } });
    const client = new GrpcClient(test.origin);
    const { page, answered } = await running(test, client, "RouterService/Stream");
    await test.relay.drain();
    const closing = test.relay.close();
    expect(await answered).toMatchObject({
      status: 14,
      message: "the relay is shutting down, and this call did not end within 0.05 s",
    });
    expect(await page.closed).toMatchObject({ code: 1001, reason: "the relay is shutting down" });
    await closing;
  });

  for (const method of ["ExporterService/LogStream", "ExporterService/GetStatus"]) {
    it(`does not wait for ${method}, which every idle shell has`, async () => {
      await using test = await startTestRelay({ timing: { drainMs: 3_600_000 } });
      const client = new GrpcClient(test.origin);
      const { answered } = await running(test, client, method);
      await test.relay.drain();
      const closing = test.relay.close();
      expect(await answered).toMatchObject({ status: 14, message: "the relay is shutting down" });
      await closing;
    });
  }

  it("ends when somebody is in a hurry, before or during it", async () => {
    for (const when of ["before", "during"]) {
      await using test = await startTestRelay({ timing: { drainMs: 3_600_000 } });
      const client = new GrpcClient(test.origin);
      const { answered } = await running(test, client);
      const hurry = new AbortController();
      if (when === "before") hurry.abort();
      const draining = test.relay.drain({ signal: hurry.signal });
      hurry.abort();
      await draining;
      const closing = test.relay.close({ signal: hurry.signal });
      expect(await answered).toMatchObject({ status: 14, message: "the relay is shutting down" });
      await closing;
    }
  });

  it("answers calls that wait for their page at once", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await page.close();
    await test.settled({ exporters: 0 });
    const client = new GrpcClient(test.origin);
    const parked = client.call();
    await test.settled({ waiting: 1 });
    await test.relay.drain();
    expect(await parked).toMatchObject({ status: 14, message: "the relay is shutting down" });
    await client.close();
  });
});

describe("drain() while people watch", () => {
  it("waits for running calls, answers status and log, and refuses everything else that is new", async () => {
    await using test = await startTestRelay();
    const client = new GrpcClient(test.origin);
    const { page, stream, answered } = await running(test, client);
    let over = false;
    const draining = test.relay.drain({ watched: true }).then(() => {
      over = true;
    });
    for (const method of ["GetStatus", "LogStream"]) {
      const before = page.streams.length;
      const asked = client.call({ path: `/jumpstarter.v1.ExporterService/${method}` });
      const watched = await page.stream(before);
      watched.respond(HEAD);
      watched.end([["grpc-status", "0"]]);
      expect((await asked).status, method).toBe(0);
    }
    for (const method of ["DriverCall", "GetReport"]) {
      expect(await client.call({ path: `/jumpstarter.v1.ExporterService/${method}` })).toMatchObject({
        status: 14,
        message: "the relay is shutting down",
      });
    }
    expect((await fetch(`${test.origin}/healthz`)).status).toBe(503);
    expect(over).toBe(false);
    stream.respond(HEAD);
    stream.end([["grpc-status", "0"]]);
    expect((await answered).status).toBe(0);
    await draining;
    // And then the end, for everybody.
    await test.relay.drain();
    const late = new GrpcClient(test.origin);
    const { status } = await late.call({ path: "/jumpstarter.v1.ExporterService/GetStatus" });
    expect(status).toBe(GrpcStatus.unavailable);
    await late.close();
    await client.close();
  });
});
