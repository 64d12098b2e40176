/** Clients of one board that would read the relay's network, or hold up the relay, with files by URL. */

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { GrpcStatus } from "../../proto/tunnel/index.ts";
import { parseFetchRule } from "../fetch/fetch-rule.ts";
import { bystander } from "../testing/bystander.ts";
import { fetchByPage, openFetch } from "../testing/fetch-by-page.ts";
import { file, redirect, startFileServer } from "../testing/file-server.ts";
import { startTestRelay } from "../testing/start-test-relay.ts";

const SECRET = file(Buffer.from("internal"));

describe("a URL that leads into the relay's network", () => {
  it("is refused in every spelling, before anything is sent", async () => {
    await using internal = await startFileServer({ "/": SECRET });
    await using test = await startTestRelay();
    const page = await test.page();
    const { port } = internal;
    for (const host of [
      "127.0.0.1",
      "127.1",
      "0x7f000001",
      "2130706433",
      "017700000001",
      "0.0.0.0",
      "localhost",
      "LOCALHOST.",
      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[64:ff9b::7f00:1]",
      "169.254.169.254",
      "[fd00:ec2::254]",
    ]) {
      await expect(fetchByPage(page, `http://${host}:${port}/`), host).rejects.toMatchObject({
        code: GrpcStatus.permissionDenied,
        message: expect.stringContaining(
          "where the relay does not go by itself: start it with --allow-fetch",
        ),
      });
    }
    expect(internal.asked).toEqual([]);
  });

  it("is refused where a redirect leads there, from an address that is allowed", async () => {
    await using internal = await startFileServer({ "/": SECRET });
    const to: Record<string, string> = {
      "/port": internal.origin,
      "/name": `http://localhost:${internal.port}/`,
      "/number": `http://2130706433:${internal.port}/`,
      "/six": `http://[::ffff:127.0.0.1]:${internal.port}/`,
      "/metadata": "http://169.254.169.254/latest/meta-data/",
      "/relative": `//127.0.0.1:${internal.port}/`,
      "/again": "/port",
    };
    await using server = await startFileServer(
      Object.fromEntries(Object.entries(to).map(([path, location]) => [path, redirect(location)])),
    );
    await using test = await startTestRelay({
      fetch: { allow: [parseFetchRule(`127.0.0.1:${server.port}`)] },
    });
    const page = await test.page();
    for (const path of Object.keys(to)) {
      await expect(fetchByPage(page, `${server.origin}${path}`), path).rejects.toMatchObject({
        code: GrpcStatus.permissionDenied,
      });
    }
    expect(internal.asked).toEqual([]);
  });

  it("is judged by the address that is connected to, however often the name changes its mind", async () => {
    await using internal = await startFileServer({ "/": SECRET });
    await using outside = await startFileServer(
      { "/": file(Buffer.from("public")) },
      { host: "127.0.0.77", port: internal.port },
    );
    let asked = 0;
    const resolve = async () => [{ address: asked++ % 2 === 0 ? "127.0.0.77" : "127.0.0.1", family: 4 }];
    await using test = await startTestRelay({ fetch: { allow: [parseFetchRule("127.0.0.77")], resolve } });
    const page = await test.page();
    const url = `http://changing.example:${internal.port}/`;
    expect((await fetchByPage(page, url)).body.toString()).toBe("public");
    expect(asked).toBe(1);
    await expect(fetchByPage(page, url)).rejects.toMatchObject({ code: GrpcStatus.permissionDenied });
    expect(asked).toBe(2);
    expect(internal.asked).toEqual([]);
    expect(outside.asked).toHaveLength(1);
  });

  it("gets only those of a name's addresses that are allowed", async () => {
    await using internal = await startFileServer({ "/": SECRET });
    await using outside = await startFileServer(
      { "/": file(Buffer.from("public")) },
      { host: "127.0.0.77", port: internal.port },
    );
    const resolve = async () => ["127.0.0.1", "127.0.0.77", "::1"].map((address) => ({ address, family: 4 }));
    await using test = await startTestRelay({ fetch: { allow: [parseFetchRule("127.0.0.77")], resolve } });
    const { body } = await fetchByPage(await test.page(), `http://both.example:${internal.port}/`);
    expect(body.toString()).toBe("public");
    expect(internal.asked).toEqual([]);
    expect(outside.asked).toHaveLength(1);
  });
});

describe("transfers by URL", () => {
  it("that are begun and given up by the hundred leave nothing behind, and hold up nobody", async () => {
    await using server = await startFileServer({ "/wait": () => undefined, "/a": SECRET });
    await using test = await startTestRelay({ fetch: { allow: [parseFetchRule("127.0.0.1")] } });
    const page = await test.page();
    for (let each = 0; each < 300; each += 1) {
      const stream = openFetch(page, `${server.origin}/wait`, { method: each % 2 === 0 ? "GET" : "PUT" });
      if (each % 3 === 0) void stream.write(Buffer.alloc(1000));
      stream.reset(GrpcStatus.cancelled, "never mind");
    }
    const other = bystander(test);
    expect((await other.call()).status).toBe(0);
    await other.close();
    await test.settled({ fetches: 0, streams: 0 });
    expect((await fetchByPage(page, `${server.origin}/a`)).body.toString()).toBe("internal");
  });

  it("that unpack to far more than they are come as far as the page reads", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    await using server = await startFileServer({ "/bomb": file(bomb, { "content-encoding": "gzip" }) });
    await using test = await startTestRelay({ fetch: { allow: [parseFetchRule("127.0.0.1")] } });
    const page = await test.page();
    const stream = openFetch(page, `${server.origin}/bomb`);
    let bytes = 0;
    for await (const chunk of stream.body) {
      bytes += chunk.length;
      if (bytes > 2_000_000) break;
    }
    stream.reset(GrpcStatus.cancelled, "too much");
    await test.settled({ fetches: 0, streams: 0 });
    const ended = test.log
      .map((line): Record<string, unknown> => JSON.parse(line))
      .find(({ message }) => message === "transfer by URL");
    // What the page has taken, and windows, and what was decoded ahead.
    expect(ended).toMatchObject({ outcome: "cancelled" });
    expect(ended?.bytes).toBeLessThan(10_000_000);
  });
});
