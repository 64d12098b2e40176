import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:http2";
import { describe, expect, it } from "vitest";
import { CloseCode, GrpcStatus, type TunnelStream } from "../proto/tunnel/index.ts";
import { createMetrics, type MetricsSnapshot, refusalOfClose } from "./metrics.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { startTestRelay, type TestRelay } from "./testing/start-test-relay.ts";

const NOTHING: MetricsSnapshot = {
  connections: 0,
  clients: 0,
  pages: 0,
  exporters: 0,
  exportersAway: 0,
  calls: 0,
  fetches: 0,
  streams: 0,
  clientTunnels: 0,
  clientStreams: 0,
  waiting: 0,
  waitingBytes: 0,
  replayBytes: 0,
  draining: false,
};

const DRIVER_CALL = "/jumpstarter.v1.ExporterService/DriverCall";

/** Samples of Prometheus text by name and labels; throws where a line is not of the format. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue;
    const [, name, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    if (name === undefined || Number.isNaN(Number(value))) throw new Error(`no sample: ${line}`);
    found.set(name, Number(value));
  }
  return found;
}

async function scrape(test: TestRelay): Promise<Map<string, number>> {
  const response = await fetch(`${test.origin}/metrics`, { headers: { connection: "close" } });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return samples(await response.text());
}

describe("createMetrics()", () => {
  it("counts calls by method and status, with how long they took", async () => {
    const metrics = createMetrics({ version: "1", now: () => NOTHING });
    metrics.callEnded({ method: "DriverCall", code: 0, ms: 4 });
    metrics.callEnded({ method: "DriverCall", code: 0, ms: 40 });
    metrics.callEnded({ method: "DriverCall", code: 14, ms: 1 });
    metrics.callEnded({ method: "other", code: undefined, ms: 1 });
    metrics.callEnded({ method: "other", code: 4711, ms: 1 });
    const found = samples(await metrics.text());
    expect(found.get('jumptab_calls_total{method="DriverCall",status="OK"}')).toBe(2);
    expect(found.get('jumptab_calls_total{method="DriverCall",status="UNAVAILABLE"}')).toBe(1);
    expect(found.get('jumptab_calls_total{method="other",status="IN_BODY"}')).toBe(1);
    expect(found.get('jumptab_calls_total{method="other",status="UNKNOWN"}')).toBe(1);
    expect(found.get('jumptab_call_duration_seconds_bucket{le="0.005",method="DriverCall"}')).toBe(2);
    expect(found.get('jumptab_call_duration_seconds_count{method="DriverCall"}')).toBe(3);
    expect(found.get('jumptab_call_duration_seconds_sum{method="DriverCall"}')).toBeCloseTo(0.045);
  });

  it("asks for what is there now at each scrape", async () => {
    let exporters = 1;
    const metrics = createMetrics({ version: "1", now: () => ({ ...NOTHING, exporters, draining: true }) });
    expect(samples(await metrics.text()).get("jumptab_exporters")).toBe(1);
    exporters = 3;
    const found = samples(await metrics.text());
    expect(found.get("jumptab_exporters")).toBe(3);
    expect(found.get("jumptab_draining")).toBe(1);
    expect(found.get('jumptab_build_info{version="1"}')).toBe(1);
  });

  it("counts bytes, resumes and refusals, and bytes once however often it is asked", async () => {
    const metrics = createMetrics({ version: "1", now: () => NOTHING });
    metrics.received(10);
    metrics.sent(5);
    metrics.resumed({ awayMs: 1500, bytes: 77 });
    metrics.refused("passphrase");
    metrics.callParked();
    await metrics.text();
    const found = samples(await metrics.text());
    expect(found.get('jumptab_call_bytes_total{direction="in"}')).toBe(10);
    expect(found.get('jumptab_call_bytes_total{direction="out"}')).toBe(5);
    expect(found.get("jumptab_resumes_total")).toBe(1);
    expect(found.get("jumptab_resume_away_seconds_sum")).toBe(1.5);
    expect(found.get("jumptab_replayed_bytes_total")).toBe(77);
    expect(found.get('jumptab_refusals_total{reason="passphrase"}')).toBe(1);
    expect(found.get("jumptab_calls_parked_total")).toBe(1);
  });

  it("keeps two relays of one process apart, and tells of the process only where asked to", async () => {
    const one = createMetrics({ version: "1", now: () => NOTHING });
    const two = createMetrics({ version: "2", now: () => NOTHING });
    one.refused("limit");
    expect(samples(await two.text()).get('jumptab_refusals_total{reason="limit"}')).toBeUndefined();
    expect(await one.text()).not.toContain("process_");
  });
});

describe("docs/operating.md", () => {
  it("names every metric of ours, and no other", async () => {
    const text = await createMetrics({ version: "1", now: () => NOTHING }).text();
    const served = [...text.matchAll(/^# TYPE (jumptab_\w+) /gm)].map(([, name]) => name);
    const page = readFileSync(new URL("../docs/operating.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `jumptab_"));
    const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/jumptab_\w+/g)].map(String));
    expect(named.toSorted()).toEqual(served.toSorted());
  });
});

describe("refusalOfClose()", () => {
  it("knows the close codes that refuse, and only those", () => {
    expect(refusalOfClose(CloseCode.unauthorized)).toBe("attach_token");
    expect(refusalOfClose(CloseCode.nameTaken)).toBe("conflict");
    expect(refusalOfClose(CloseCode.replaced)).toBeUndefined();
    expect(refusalOfClose(1000)).toBeUndefined();
  });
});

describe("GET /metrics", () => {
  it("tells what went through, and names nobody", async () => {
    await using test = await startTestRelay();
    await test.page({ name: "secret-board", passphrase: "hush-hush" });
    const client = new GrpcClient(test.origin);
    const headers = { "x-jumpstarter-passphrase": "hush-hush" };
    expect((await client.call({ path: DRIVER_CALL, headers, body: Buffer.alloc(100) })).status).toBe(0);
    expect(
      (await client.call({ path: "/made.up.Service/Method", headers, body: Buffer.alloc(7) })).status,
    ).toBe(0);
    expect((await client.call({ path: DRIVER_CALL })).status).toBe(GrpcStatus.unauthenticated);
    await test.settled({ calls: 0 });
    const found = await scrape(test);
    expect(found.get('jumptab_calls_total{method="DriverCall",status="OK"}')).toBe(1);
    expect(found.get('jumptab_calls_total{method="DriverCall",status="UNAUTHENTICATED"}')).toBe(1);
    expect(found.get('jumptab_calls_total{method="other",status="OK"}')).toBe(1);
    expect(found.get('jumptab_call_bytes_total{direction="in"}')).toBe(107);
    expect(found.get('jumptab_call_bytes_total{direction="out"}')).toBe(107);
    expect(found.get('jumptab_refusals_total{reason="passphrase"}')).toBe(1);
    expect(found.get("jumptab_exporters")).toBe(1);
    expect(found.get("jumptab_clients")).toBe(1);
    expect([...found.keys()].join()).not.toMatch(/secret-board|hush|made|127\.0/);
    await client.close();
  });

  it("counts a page that comes back, a call that waited for it, and one that its client gave up", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ answer: answerOnce });
    const client = new GrpcClient(test.origin);
    await page.drop();
    await test.settled({ tunnels: 0 });
    const parked = client.call({ path: DRIVER_CALL });
    await test.settled({ waiting: 1 });
    const away = await scrape(test);
    expect(away.get("jumptab_exporters_away")).toBe(1);
    expect(away.get("jumptab_calls_waiting")).toBe(1);
    expect(away.get("jumptab_calls_waiting_bytes")).toBeGreaterThan(256 * 1024);
    page.dial();
    expect((await parked).status).toBe(0);
    await page.drop();
    await test.settled({ tunnels: 0 });
    const leaving = client.start(DRIVER_CALL);
    await test.settled({ waiting: 1 });
    leaving.close(constants.NGHTTP2_CANCEL);
    await test.settled({ waiting: 0 });
    const found = await scrape(test);
    expect(found.get("jumptab_resumes_total")).toBe(1);
    expect(found.get("jumptab_calls_parked_total")).toBe(2);
    expect(found.get('jumptab_calls_total{method="DriverCall",status="CANCELLED"}')).toBe(1);
    await client.close();
  });

  it("counts pages that were refused, by reason", async () => {
    await using test = await startTestRelay({ attachToken: "door" });
    await expect(test.pageUnattached({ attachToken: "wrong" }).attached).rejects.toMatchObject({
      code: 4401,
    });
    await expect(
      test.pageUnattached({ attachToken: "door", passphrase: null }).attached,
    ).rejects.toMatchObject({
      code: 4403,
    });
    const found = await scrape(test);
    expect(found.get('jumptab_refusals_total{reason="attach_token"}')).toBe(1);
    expect(found.get('jumptab_refusals_total{reason="forbidden"}')).toBe(1);
  });

  it("is there for names of this relay only, as /healthz is", async () => {
    await using test = await startTestRelay();
    const client = new GrpcClient(test.origin);
    const stream = client.session.request({ ":path": "/metrics", ":authority": "evil.example" });
    const [head] = await once(stream, "response");
    expect(head[":status"]).toBe(421);
    stream.resume();
    await client.close();
  });
});

describe("what the log says of a call", () => {
  it("has one line at its end, with the name that its client was given", async () => {
    await using test = await startTestRelay();
    await test.page();
    const client = new GrpcClient(test.origin);
    const { head } = await client.call({ path: `${DRIVER_CALL}?x=1`, body: Buffer.from("hello") });
    await test.settled({ calls: 0 });
    const lines = test.log.map((line) => JSON.parse(line));
    const attached = lines.find(({ message }) => message === "exporter attached");
    expect(attached.exporter).toMatch(/^[0-9a-z]{8}$/);
    expect(head["x-jumptab-call"]).toBe(`${attached.exporter}-1`);
    const calls = lines.filter(({ message }) => message === "call");
    expect(calls).toEqual([
      {
        timestamp: expect.any(String),
        level: "DEBUG",
        message: "call",
        call: `${attached.exporter}-1`,
        method: DRIVER_CALL,
        status: "OK",
        ms: expect.any(Number),
        bytesIn: 5,
        bytesOut: 5,
        client: "127.0.0.1",
      },
    ]);
    const second = await client.call();
    expect(second.head["x-jumptab-call"]).toBe(`${attached.exporter}-2`);
    await client.close();
  });

  it("keeps the exporter's name through an away and a back, and gives a new one to a reloaded page", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    await page.drop();
    await test.settled({ tunnels: 0 });
    page.dial();
    await test.settled({ tunnels: 1 });
    // Both sides know that it is back once a call has gone through.
    const client = new GrpcClient(test.origin);
    expect((await client.call()).status).toBe(0);
    await client.close();
    // A reload: the browser says that the page goes, and the page of after it takes its place.
    await page.close(1001, "");
    await test.page({ uuid: page.identity.uuid });
    await logged(test, "exporter detached");
    const told = test.log
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message.startsWith("exporter "))
      .map(({ message, exporter }) => [message, exporter]);
    const [first] = told;
    const id = first?.[1];
    const reloaded = told.find(([message, exporter]) => message === "exporter attached" && exporter !== id);
    expect(told).toEqual([
      ["exporter attached", id],
      ["exporter away", id],
      ["exporter back", id],
      ["exporter away", id],
      ["exporter attached", reloaded?.[1]],
      ["exporter detached", id],
    ]);
  });

  it("says nothing of headers, and lets no page write the call's name itself", async () => {
    await using test = await startTestRelay();
    await test.page({
      answer: (stream) => {
        stream.respond({
          status: 200,
          h: [
            ["x-jumptab-call", "forged"],
            ["content-type", "application/grpc"],
          ],
        });
        stream.end([["grpc-status", "0"]]);
      },
    });
    const client = new GrpcClient(test.origin);
    const call = client.start(DRIVER_CALL, {
      "x-jumpstarter-passphrase": "secret",
      authorization: "Bearer hush",
    });
    call.end();
    const { head } = await result(call);
    expect(head["x-jumptab-call"]).not.toContain("forged");
    await test.settled({ calls: 0 });
    expect(test.log.join()).not.toMatch(/hush|secret/);
    await client.close();
  });
});

async function answerOnce(stream: TunnelStream): Promise<void> {
  for await (const chunk of stream.body) expect(chunk.length).toBeGreaterThan(0);
  stream.respond({ status: 200, h: [["content-type", "application/grpc"]] });
  stream.end([["grpc-status", "0"]]);
}

/** Waits, at each turn of the event loop, until the relay has said this. */
async function logged(test: TestRelay, message: string): Promise<void> {
  while (!test.log.some((line) => JSON.parse(line).message === message)) {
    await once(AbortSignal.timeout(1), "abort");
  }
}
