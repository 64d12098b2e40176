import { describe, expect, it } from "vitest";
import { GrpcStatus, type TunnelStream } from "../../proto/tunnel/index.ts";
import { MAX_FETCHES, MAX_FETCHES_PER_EXPORTER } from "../limits.ts";
import { fetchByPage, openFetch } from "../testing/fetch-by-page.ts";
import { file, startFileServer } from "../testing/file-server.ts";
import { startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { parseFetchRule } from "./fetch-rule.ts";

const LOOPBACK = { allow: [parseFetchRule("127.0.0.0/8")] };

async function fetchMetrics(test: TestRelay): Promise<string[]> {
  const response = await fetch(`${test.origin}/metrics`, { headers: { connection: "close" } });
  const text = await response.text();
  return text.split("\n").filter((line) => /^jumptab_fetch/.test(line));
}

describe("transfers by URL", () => {
  it("are off with --no-fetch, and the sentence says so", async () => {
    await using test = await startTestRelay({ fetch: { off: true } });
    await expect(fetchByPage(await test.page(), "https://files.example/a")).rejects.toMatchObject({
      code: GrpcStatus.permissionDenied,
      message: expect.stringContaining("start it without --no-fetch"),
    });
  });

  it("are the only thing that a page may ask its relay for", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    for (const path of ["/", "/metrics", "/jumpstarter.v1.ExporterService/GetReport", "/jumptab/fetch/"]) {
      const stream = page.tunnel.open({ method: "GET", path, h: [] });
      await expect(stream.response).rejects.toMatchObject({ code: GrpcStatus.unimplemented });
    }
    expect(page.tunnel.isOpen).toBe(true);
  });

  it("have no address on the relay's port", async () => {
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const response = await fetch(`${test.origin}/jumptab/fetch`, {
      headers: { "x-jumptab-url": "http://127.0.0.1/", connection: "close" },
    });
    expect(response.status).toBe(404);
    await response.text();
  });

  it("are so many for one exporter, and so many in all; each that ends makes room", async () => {
    await using server = await startFileServer({ "/wait": () => undefined });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const url = `${server.origin}/wait`;
    const streams: TunnelStream[] = [];
    for (let exporter = 0; exporter < MAX_FETCHES / MAX_FETCHES_PER_EXPORTER; exporter += 1) {
      const page = await test.page({ name: `board${exporter}`, passphrase: `secret${exporter}` });
      for (let each = 0; each < MAX_FETCHES_PER_EXPORTER; each += 1) streams.push(openFetch(page, url));
      await expect(openFetch(page, url).response).rejects.toMatchObject({
        code: GrpcStatus.resourceExhausted,
        message: "this exporter has 8 transfers by URL already: wait for one of them",
      });
    }
    await test.settled({ fetches: MAX_FETCHES });
    const last = await test.page({ name: "last", passphrase: "last" });
    await expect(openFetch(last, url).response).rejects.toMatchObject({
      code: GrpcStatus.resourceExhausted,
      message: "the relay has 64 transfers by URL already: wait for one of them",
    });
    streams[0]?.reset(GrpcStatus.cancelled, "enough");
    await test.settled({ fetches: MAX_FETCHES - 1 });
    expect((await fetchByPage(last, `${server.origin}/missing`)).status).toBe(404);
    for (const stream of streams) stream.reset(GrpcStatus.cancelled, "enough");
    await test.settled({ fetches: 0, streams: 0 });
  });

  it("are counted, and told in the log by their server alone", async () => {
    await using server = await startFileServer({
      "/path": file(Buffer.alloc(1000)),
      "/cut-path": ({ socket }) => void socket.destroy(),
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    await fetchByPage(page, `${server.origin}/path?query`);
    await fetchByPage(page, `${server.origin}/missing?query`);
    await expect(fetchByPage(page, "http://192.168.1.1/path?query")).rejects.toThrow(
      "--allow-fetch 192.168.1.1",
    );
    await expect(fetchByPage(page, "http://192.168.1.1/path?query")).rejects.toThrow(
      "--allow-fetch 192.168.1.1",
    );
    await expect(fetchByPage(page, `${server.origin}/cut-path?query`)).rejects.toThrow(
      "/cut-path?[REDACTED]: ",
    );
    await test.settled({ fetches: 0 });
    expect(await fetchMetrics(test)).toEqual([
      "jumptab_fetches 0",
      'jumptab_fetches_total{method="GET",outcome="ok"} 1',
      'jumptab_fetches_total{method="GET",outcome="http_error"} 1',
      'jumptab_fetches_total{method="GET",outcome="refused"} 2',
      'jumptab_fetches_total{method="GET",outcome="failed"} 1',
      'jumptab_fetch_bytes_total{method="GET"} 1000',
    ]);
    const lines = test.log
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ message }) => String(message).includes("by URL"));
    expect(lines).toMatchObject([
      { level: "DEBUG", outcome: "ok", status: 200, bytes: 1000, server: server.origin, name: "board" },
      { level: "DEBUG", outcome: "http_error", status: 404, bytes: 0 },
      {
        level: "WARNING",
        outcome: "refused",
        server: "http://192.168.1.1",
        reason: expect.stringMatching(/^http:\/\/192\.168\.1\.1\/… leads to a private address, /),
      },
      {
        level: "DEBUG",
        outcome: "failed",
        reason: expect.stringMatching(
          / for http:\/\/127\.0\.0\.1:\d+\/…: the server has cut the connection /,
        ),
      },
    ]);
    for (const secret of ["query", "path"]) expect(test.log.join()).not.toContain(secret);
  });
});
