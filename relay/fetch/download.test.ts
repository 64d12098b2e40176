import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { GrpcStatus } from "../../proto/tunnel/index.ts";
import { FETCH_ANSWER_MS, FETCH_CONNECT_MS, FETCH_SILENCE_MS } from "../limits.ts";
import { fetchByPage, openFetch } from "../testing/fetch-by-page.ts";
import { file, redirect, startFileServer } from "../testing/file-server.ts";
import { selfSigned } from "../testing/self-signed.ts";
import { NOTHING_OPEN, startTestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";
import { parseFetchRule } from "./fetch-rule.ts";
import type { FetchOptions } from "./fetches.ts";

const LOOPBACK = { allow: [parseFetchRule("127.0.0.0/8")] } satisfies FetchOptions;
const IMAGE = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251));

describe("a file by URL, through the relay", () => {
  it("comes whole, with its length, and leaves nothing behind", async () => {
    await using server = await startFileServer({ "/image.bin": file(IMAGE) });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    const { status, h, body } = await fetchByPage(page, `${server.origin}/image.bin?sign=secret#part`);
    expect({ status, h }).toEqual({
      status: 200,
      h: [
        ["x-jumptab-reason", "OK"],
        ["content-length", "3000000"],
      ],
    });
    expect(body.equals(IMAGE)).toBe(true);
    expect(server.asked).toMatchObject([
      {
        method: "GET",
        path: "/image.bin?sign=secret",
        headers: {
          host: `127.0.0.1:${server.port}`,
          "accept-encoding": "identity",
          "user-agent": "jumptab",
          connection: "close",
        },
      },
    ]);
    expect(test.log.join()).not.toContain("secret");
    await page.close();
    await test.settled(NOTHING_OPEN);
  });

  it("is asked for with the headers of its request, but for those that are the relay's to write", async () => {
    await using server = await startFileServer({ "/a": file(IMAGE.subarray(0, 10)) });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    await fetchByPage(await test.page(), `${server.origin}/a`, [
      ["authorization", "Bearer abc"],
      ["x-amz-date", "today"],
      ["range", "bytes=0-9"],
      ["host", `127.0.0.1:${server.port}`],
      ["accept-encoding", "gzip"],
      ["connection", "keep-alive, x-amz-date"],
      ["transfer-encoding", "chunked"],
      ["proxy-authorization", "Basic abc"],
      ["content-length", "10"],
      ["x-jumptab-other", "page"],
    ]);
    const { headers } = server.asked[0] ?? {};
    expect(headers).toMatchObject({
      authorization: "Bearer abc",
      "x-amz-date": "today",
      range: "bytes=0-9",
      "accept-encoding": "identity",
      connection: "close",
    });
    for (const name of ["transfer-encoding", "proxy-authorization", "content-length", "x-jumptab-other"]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it("R16 that is not there is answered with the server's status and words", async () => {
    await using server = await startFileServer({});
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const { status, h, body } = await fetchByPage(await test.page(), `${server.origin}/missing?sign=secret`);
    expect({ status, h, length: body.length }).toEqual({
      status: 404,
      h: [["x-jumptab-reason", "Not Found"]],
      length: 0,
    });
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`is followed to where a ${status} sends it, encoded as the server wrote it`, async () => {
      await using server = await startFileServer({
        "/from": redirect("/a%40b%2Fc/%7Ed?sig=%2b'x'&q=a%20b#top", status),
        "/a%40b%2Fc/%7Ed": file(IMAGE.subarray(0, 100)),
      });
      await using test = await startTestRelay({ fetch: LOOPBACK });
      const { body } = await fetchByPage(await test.page(), `${server.origin}/from`);
      expect(body.equals(IMAGE.subarray(0, 100))).toBe(true);
      expect(server.asked[1]?.path).toBe("/a%40b%2Fc/%7Ed?sig=%2b'x'&q=a%20b");
    });
  }

  it("is followed through ten redirects and no more", async () => {
    await using server = await startFileServer({
      "/hop": (request, response) => {
        const left = Number(new URL(request.url ?? "", "http://x").searchParams.get("left"));
        if (left === 0) response.end("here");
        else response.writeHead(302, { location: `/hop?left=${left - 1}&sign=secret` }).end();
      },
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    expect((await fetchByPage(page, `${server.origin}/hop?left=10`)).body.toString()).toBe("here");
    await expect(fetchByPage(page, `${server.origin}/hop?left=11`)).rejects.toMatchObject({
      code: GrpcStatus.unknown,
      message: `Too many redirects (10) for ${server.origin}/hop?[REDACTED]`,
    });
  });

  it("ends at a redirect that leads nowhere", async () => {
    await using server = await startFileServer({
      "/nowhere": redirect(undefined),
      "/wrong": redirect("http://[half"),
      "/file": redirect("file:///etc/passwd"),
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    await expect(fetchByPage(page, `${server.origin}/nowhere?a=b`)).rejects.toThrow(
      `Presigned HTTP GET redirect missing Location header for ${server.origin}/nowhere?[REDACTED]`,
    );
    await expect(fetchByPage(page, `${server.origin}/wrong`)).rejects.toThrow("is no URL");
    await expect(fetchByPage(page, `${server.origin}/file`)).rejects.toThrow("only https:// and http:// can");
  });

  it("keeps what opens it to itself when a redirect leads to another origin, and not within one", async () => {
    await using other = await startFileServer({ "/b": file(IMAGE.subarray(0, 1)) });
    await using server = await startFileServer({
      "/within": redirect("/across"),
      "/across": redirect(`${other.origin}/b`),
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    await fetchByPage(await test.page(), `${server.origin}/within`, [
      ["authorization", "a"],
      ["cookie", "b"],
      ["x-amz-security-token", "c"],
      ["x-ms-version", "d"],
      ["x-goog-meta", "e"],
      ["x-other", "f"],
    ]);
    expect(server.asked[1]?.headers).toMatchObject({ authorization: "a", cookie: "b", "x-ms-version": "d" });
    const { headers } = other.asked[0] ?? {};
    expect(headers).toMatchObject({ "x-other": "f" });
    for (const name of ["authorization", "cookie", "x-amz-security-token", "x-ms-version", "x-goog-meta"]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  for (const [encoding, compress] of [
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ] as const) {
    it(`that its server keeps as ${encoding} comes as it was, of unknown length`, async () => {
      await using server = await startFileServer({
        "/a": file(compress(IMAGE), { "content-encoding": encoding }),
      });
      await using test = await startTestRelay({ fetch: LOOPBACK });
      const { h, body } = await fetchByPage(await test.page(), `${server.origin}/a`);
      expect(body.equals(IMAGE)).toBe(true);
      expect(h).toEqual([["x-jumptab-reason", "OK"]]);
    });
  }

  for (const [encoding, compress] of [
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ] as const) {
    it(`is not cut short in silence where its ${encoding} is followed by more`, async () => {
      const first = compress(IMAGE);
      const more = compress(Buffer.from("more"));
      await using server = await startFileServer({
        "/at-once": file(Buffer.concat([first, more]), { "content-encoding": encoding }),
        "/later": (_request, response) => {
          response.writeHead(200, { "content-encoding": encoding });
          response.write(first, () => response.end(more));
        },
      });
      await using test = await startTestRelay({ fetch: LOOPBACK });
      const page = await test.page();
      for (const path of ["/at-once", "/later"]) {
        // What comes in a chunk of its own, Node may decode: then it is there.
        const body = await fetchByPage(page, `${server.origin}${path}`).then(
          (fetched) => fetched.body.length - IMAGE.length,
          (error: Error) => error.message,
        );
        expect([
          4,
          `${server.origin}${path} has more behind the end of its Content-Encoding, which the relay does not decode: keep the file there without one`,
        ]).toContain(body);
      }
      await test.settled({ fetches: 0, streams: 0 });
    });
  }

  it("breaks off with a sentence when its server, or its encoding, does", async () => {
    await using server = await startFileServer({
      "/cut": (_request, response) => {
        response.writeHead(200, { "content-length": 1000 });
        response.write(Buffer.alloc(10), () => response.destroy());
      },
      "/chunks": (_request, response) => {
        response.write(Buffer.alloc(10), () => response.destroy());
      },
      "/corrupt": file(Buffer.alloc(100, 1), { "content-encoding": "gzip" }),
      "/short": file(gzipSync(IMAGE).subarray(0, 1000), { "content-encoding": "gzip" }),
      "/unknown": file(Buffer.alloc(100), { "content-encoding": "compress" }),
      "/status": (_request, response) => void response.writeHead(999).end(),
      "/upgrade": (request) =>
        void request.socket.end(
          "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        ),
      "/nonsense": (request) => void request.socket.end("no HTTP\r\n\r\n"),
      "/headers": (_request, response) => void response.writeHead(200, { a: "b".repeat(20_000) }).end(),
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    for (const [path, sentence] of [
      ["/cut", "(connection/read error)"],
      ["/chunks", "(connection/read error)"],
      ["/corrupt", "incorrect header check"],
      ["/short", "unexpected end of file"],
      ["/unknown", 'the encoding "compress", which the relay cannot decode'],
      ["/status", "the status 999, which is none"],
      ["/upgrade", "(connection/read error)"],
      ["/nonsense", "(connection/read error)"],
      ["/headers", "(connection/read error)"],
    ] as const) {
      await expect(fetchByPage(page, `${server.origin}${path}?a=secret`), path).rejects.toMatchObject({
        code: GrpcStatus.unknown,
        message: expect.stringContaining(sentence),
      });
    }
    expect(test.log.join()).not.toContain("secret");
    await test.settled({ fetches: 0, streams: 0 });
    expect(page.tunnel.isOpen).toBe(true);
  });

  it("says why nobody answers", async () => {
    const server = await startFileServer({});
    await server[Symbol.asyncDispose]();
    await using test = await startTestRelay({ fetch: LOOPBACK });
    await expect(fetchByPage(await test.page(), `${server.origin}/a`)).rejects.toThrow(
      `failed (connection/read error) for ${server.origin}/a: nobody listens there (ECONNREFUSED)`,
    );
  });

  it("needs a certificate that the relay trusts, for the name in its URL", async () => {
    const tls = selfSigned(["files.test"]);
    await using server = await startFileServer({ "/a": file(IMAGE.subarray(0, 9)) }, { tls });
    const resolve = async () => [{ address: "127.0.0.1", family: 4 }];
    const url = (name: string): string => `https://${name}:${server.port}/a`;
    await using trusting = await startTestRelay({ fetch: { ...LOOPBACK, resolve, ca: tls.cert } });
    const page = await trusting.page();
    expect((await fetchByPage(page, url("files.test"))).body.length).toBe(9);
    expect(server.asked[0]?.headers.host).toBe(`files.test:${server.port}`);
    await expect(fetchByPage(page, url("other.test"))).rejects.toThrow("ERR_TLS_CERT_ALTNAME_INVALID");
    await using plain = await startTestRelay({ fetch: { ...LOOPBACK, resolve } });
    await expect(fetchByPage(await plain.page(), url("files.test"))).rejects.toThrow(
      "does not trust its certificate: start the relay with NODE_EXTRA_CA_CERTS=FILE",
    );
  });

  it("is read no faster than the page takes it", async () => {
    const sent = { bytes: 0 };
    await using server = await startFileServer({
      "/endless": (_request, response) => {
        const more = (): void => {
          do sent.bytes += 65_536;
          while (response.write(Buffer.alloc(65_536)));
        };
        response.on("drain", more);
        more();
      },
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    const stream = openFetch(page, `${server.origin}/endless`);
    await stream.response;
    // Other requests go on beside it, until what the sockets hold is full: then nothing moves.
    let before = -1;
    while (sent.bytes !== before) {
      before = sent.bytes;
      for (let turn = 0; turn < 20; turn += 1) await fetchByPage(page, `${server.origin}/none`);
    }
    const taken = stream.body[Symbol.asyncIterator]();
    for (let bytes = 0; bytes < 4_000_000; bytes += (await taken.next()).value?.length ?? 0);
    stream.reset(GrpcStatus.cancelled, "enough");
    await test.settled({ fetches: 0, streams: 0 });
  });

  it("goes on after a connection of its page that broke", async () => {
    const half = Promise.withResolvers<void>();
    await using server = await startFileServer({
      "/a": async (_request, response) => {
        response.writeHead(200, { "content-length": IMAGE.length });
        response.write(IMAGE.subarray(0, 1_000_000));
        await half.promise;
        response.end(IMAGE.subarray(1_000_000));
      },
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    const stream = openFetch(page, `${server.origin}/a`);
    await stream.response;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let dropped = false;
    for await (const chunk of stream.body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < 500_000 || dropped) continue;
      dropped = true;
      await page.drop();
      half.resolve();
      page.dial();
    }
    expect(Buffer.concat(chunks).equals(IMAGE)).toBe(true);
  });

  it("ends with its page, and its server hears it", async () => {
    const gone = Promise.withResolvers<void>();
    await using server = await startFileServer({
      "/a": (_request, response) => {
        response.on("close", gone.resolve);
        response.write("some");
      },
    });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    await openFetch(page, `${server.origin}/a`).response;
    await page.close(1000, "stopped");
    await gone.promise;
    await test.settled(NOTHING_OPEN);
  });

  it("ends with the relay, with a sentence", async () => {
    await using server = await startFileServer({ "/a": (_request, response) => void response.write("some") });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    const stream = openFetch(page, `${server.origin}/a`);
    await stream.response;
    await test.relay.drain();
    const closed = stream.closed;
    await test.relay.close();
    expect(await closed).toMatchObject({
      code: GrpcStatus.unavailable,
      message: expect.stringContaining("the relay is shutting down"),
    });
    await test.settled(NOTHING_OPEN);
  });
});

describe("a transfer's time", () => {
  it("ends for a name that is not found in time", async () => {
    await using test = await startTestRelay({ fetch: { resolve: () => new Promise(() => undefined) } });
    const page = await test.page();
    using timeouts = stopTimeouts();
    const fetched = fetchByPage(page, "https://files.example/a?b");
    const late = expect(fetched).rejects.toMatchObject({
      code: GrpcStatus.deadlineExceeded,
      message: "https://files.example/a?[REDACTED] could not be connected to within 15 s",
    });
    await test.settled({ fetches: 1 });
    timeouts.pass(FETCH_CONNECT_MS);
    await late;
  });

  it("ends for a server that does not answer", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startFileServer({ "/a": () => asked.resolve() });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    using timeouts = stopTimeouts();
    const fetched = fetchByPage(page, `${server.origin}/a`);
    const late = expect(fetched).rejects.toMatchObject({
      code: GrpcStatus.deadlineExceeded,
      message: `${server.origin}/a has not answered within 60 s`,
    });
    await asked.promise;
    timeouts.pass(FETCH_ANSWER_MS);
    await late;
  });

  it("ends for a server that falls silent in the middle", async () => {
    await using server = await startFileServer({ "/a": (_request, response) => void response.write("some") });
    await using test = await startTestRelay({ fetch: LOOPBACK });
    const page = await test.page();
    using timeouts = stopTimeouts();
    const stream = openFetch(page, `${server.origin}/a`);
    await stream.response;
    const first = await stream.body[Symbol.asyncIterator]().next();
    expect(Buffer.from(first.value ?? []).toString()).toBe("some");
    timeouts.pass(FETCH_SILENCE_MS);
    expect(await stream.closed).toMatchObject({
      code: GrpcStatus.deadlineExceeded,
      message: `${server.origin}/a has sent nothing for 60 s, after 4 bytes`,
    });
  });
});
