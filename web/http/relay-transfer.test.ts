import { describe, expect, it } from "vitest";
import { DriverError } from "../../drivers/base/error.ts";
import { GrpcStatus, StreamReset } from "../../proto/tunnel/index.ts";
import {
  type Answer,
  type FileServer,
  file,
  redirect,
  startFileServer,
} from "../../relay/testing/file-server.ts";
import { startTestRelay, type TestRelay } from "../../relay/testing/start-test-relay.ts";
import type { TestPage } from "../../relay/testing/test-page.ts";
import { getByRelay, type OpenStream, putByRelay } from "./relay-transfer.ts";

const IMAGE = Uint8Array.from({ length: 2_000_000 }, (_, index) => (index * 7) % 251);

interface Place extends AsyncDisposable {
  readonly server: FileServer;
  readonly relay: TestRelay;
  readonly page: TestPage;
  readonly open: OpenStream;
}

/** A server, a relay that goes there, and a page with its tunnel. */
async function place(answers: Readonly<Record<string, Answer>>): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startFileServer(answers));
  const relay = stack.use(await startTestRelay({ fetch: { allow: [{ matches: () => true }] } }));
  const page = await relay.page();
  return {
    server,
    relay,
    page,
    open: (request) => page.tunnel.open(request),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const call = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

async function bytesOf(readable: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("a file from a URL, by the relay", () => {
  it("R14 comes whole, with its size", async () => {
    await using at = await place({ "/from": redirect("/image.bin"), "/image.bin": file(IMAGE) });
    const headers = { "X-Amz-Date": "today", "X-Jumptab-URL": "http://elsewhere/" };
    const { readable, size } = await getByRelay(
      at.open,
      { url: `${at.server.origin}/from`, headers },
      call(),
    );
    expect(size).toBe(IMAGE.length);
    expect((await bytesOf(readable)).equals(IMAGE)).toBe(true);
    expect(at.server.asked[1]?.headers).toMatchObject({ "x-amz-date": "today" });
    await at.relay.settled({ fetches: 0, streams: 0 });
  });

  it("R16 that is not there is said with its status, and without the query", async () => {
    await using at = await place({});
    const url = `${at.server.origin}/missing.bin?X-Amz-Signature=secret`;
    await expect(getByRelay(at.open, { url, headers: {} }, call())).rejects.toMatchObject({
      code: "other",
      message: `Presigned HTTP GET request failed: status=404, reason='Not Found', url=${at.server.origin}/missing.bin?[REDACTED]`,
    });
    await at.relay.settled({ fetches: 0, streams: 0 });
  });

  it("breaks off with an error, not with an end", async () => {
    await using at = await place({
      "/a": (_request, response) => {
        response.writeHead(200, { "content-length": 1000 });
        response.write("some", () => response.destroy());
      },
    });
    const { readable } = await getByRelay(at.open, { url: `${at.server.origin}/a?b`, headers: {} }, call());
    await expect(bytesOf(readable)).rejects.toMatchObject({
      name: "DriverError",
      code: "other",
      message: expect.stringContaining(`(connection/read error) for ${at.server.origin}/a?[REDACTED]: `),
    });
  });

  it("is let go when nobody wants the rest, and when its call ends", async () => {
    await using at = await place({ "/a": file(new Uint8Array(20_000_000)) });
    const request = { url: `${at.server.origin}/a`, headers: {} };
    const { readable } = await getByRelay(at.open, request, call());
    await readable.cancel();
    await at.relay.settled({ fetches: 0, streams: 0 });
    const ending = new AbortController();
    const other = await getByRelay(at.open, request, { signal: ending.signal });
    const reader = other.readable.getReader();
    await reader.read();
    ending.abort(new DriverError("other", "cancelled on the page"));
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow("cancelled on the page");
    await at.relay.settled({ fetches: 0, streams: 0 });
    await expect(getByRelay(at.open, request, { signal: ending.signal })).rejects.toThrow(
      "cancelled on the page",
    );
  });

  it("ends while its server has not answered yet, when its call does", async () => {
    const asked = Promise.withResolvers<void>();
    await using at = await place({ "/a": () => asked.resolve() });
    const ending = new AbortController();
    const request = { url: `${at.server.origin}/a`, headers: {} };
    const fetched = getByRelay(at.open, request, { signal: ending.signal });
    const ended = expect(fetched).rejects.toThrow("the client has gone");
    await asked.promise;
    ending.abort(new Error("the client has gone"));
    await ended;
    await at.relay.settled({ fetches: 0, streams: 0 });
  });

  for (const [status, code] of [
    [GrpcStatus.deadlineExceeded, "timeout"],
    [GrpcStatus.invalidArgument, "invalid-argument"],
    [GrpcStatus.unimplemented, "not-implemented"],
    [GrpcStatus.permissionDenied, "other"],
    [GrpcStatus.resourceExhausted, "other"],
    [GrpcStatus.unknown, "other"],
  ] as const) {
    it(`fails with ${code} and the relay's sentence when that says ${status}`, async () => {
      const open = (): never => {
        throw new StreamReset(status, "a sentence of the relay");
      };
      await expect(
        getByRelay(open, { url: "https://a.example/b?c", headers: {} }, call()),
      ).rejects.toMatchObject({
        code,
        message: "a sentence of the relay",
      });
    });
  }

  it("says which file it was when the tunnel is not there", async () => {
    const open = (): never => {
      throw new StreamReset(GrpcStatus.unavailable, "the tunnel is not open");
    };
    await expect(getByRelay(open, { url: "https://a.example/b?c", headers: {} }, call())).rejects.toThrow(
      "Presigned HTTP GET stream failed (connection/read error) for https://a.example/b?[REDACTED]: the tunnel is not open",
    );
  });
});

describe("a file to a URL, by the relay", () => {
  /** Takes a file and says so. */
  function taking(taken: { body?: Buffer }): Answer {
    return async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      taken.body = Buffer.concat(chunks);
      response.writeHead(201).end("thanks");
    };
  }

  it("is there when its stream has been closed, in chunks or with the length that the request says", async () => {
    const taken: { body?: Buffer } = {};
    await using at = await place({ "/a": taking(taken) });
    for (const headers of [{}, { "Content-Length": String(IMAGE.length) }]) {
      const stream = putByRelay(at.open, { url: `${at.server.origin}/a?b`, headers }, call());
      const writer = stream.getWriter();
      for (let begin = 0; begin < IMAGE.length; begin += 100_000) {
        await writer.write(IMAGE.slice(begin, begin + 100_000));
      }
      await writer.close();
      expect(taken.body?.equals(IMAGE)).toBe(true);
    }
    expect(at.server.asked).toMatchObject([
      { method: "PUT", path: "/a?b", headers: { "transfer-encoding": "chunked" } },
      { method: "PUT", path: "/a?b", headers: { "content-length": "2000000" } },
    ]);
    await at.relay.settled({ fetches: 0, streams: 0 });
  });

  for (const [status, words] of [
    [403, "status=403, reason='Forbidden', url=URL/a?[REDACTED]"],
    [411, "put a Content-Length into the request's headers"],
    [501, "put a Content-Length into the request's headers"],
    [307, "a file is sent once, give the address that the server redirects to"],
  ] as const) {
    it(`fails with the server's ${status}, before the file is whole or after it`, async () => {
      const refuse: Answer = (_request, response) => {
        response.writeHead(status, { connection: "close", location: "/b" }).end();
      };
      await using at = await place({
        "/early": refuse,
        "/a": (request, response) => void request.on("end", () => refuse(request, response)).resume(),
      });
      const url = `${at.server.origin}/a?secret`;
      const late = putByRelay(at.open, { url, headers: {} }, call()).getWriter();
      await late.write(new Uint8Array(10));
      await expect(late.close()).rejects.toThrow(words.replace("URL", at.server.origin));
      const early = putByRelay(
        at.open,
        { url: `${at.server.origin}/early`, headers: {} },
        call(),
      ).getWriter();
      await expect(early.closed).rejects.toThrow(`status=${status}`);
      await at.relay.settled({ fetches: 0, streams: 0 });
    });
  }

  it("does not arrive as a whole when it was aborted, or its call has ended", async () => {
    const whole: boolean[] = [];
    const both = Promise.withResolvers<void>();
    let arrived = 0;
    const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using at = await place({
      "/a": (request) => {
        const { resolve } = begun[arrived++] ?? both;
        request.once("data", resolve);
        request.on("error", () => undefined);
        request.on("close", () => {
          whole.push(request.complete);
          if (whole.length === 2) both.resolve();
        });
      },
    });
    const request = { url: `${at.server.origin}/a`, headers: {} };
    const first = putByRelay(at.open, request, call()).getWriter();
    await first.write(new Uint8Array(10));
    await begun[0]?.promise;
    await first.abort(new Error("the device has gone"));
    await at.relay.settled({ fetches: 0, streams: 0 });
    const ending = new AbortController();
    const second = putByRelay(at.open, request, { signal: ending.signal }).getWriter();
    const ended = expect(second.closed).rejects.toThrow("the client has gone");
    await second.write(new Uint8Array(10));
    await begun[1]?.promise;
    ending.abort(new Error("the client has gone"));
    await ended;
    await both.promise;
    expect(whole).toEqual([false, false]);
    await at.relay.settled({ fetches: 0, streams: 0 });
  });
});
