import { once } from "node:events";
import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CloseCode, type HeaderList, type TunnelStream } from "../../proto/tunnel/index.ts";
import { fuzzSettings, fuzzTimeoutMs } from "../../proto/tunnel/testing/fuzz.ts";
import { GrpcClient, result } from "../testing/grpc-call.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";

const BATCH = 20;
const RUNS = 6;
/** Against a hang, on a machine as slow as may be. */
const ANSWER_TIMEOUT_MS = 40_000;

/** What a page may say in answer to a call. */
interface Answer {
  readonly status: number;
  readonly h: HeaderList;
  readonly chunks: readonly Uint8Array[];
  readonly end: "end" | "reset" | "trailers";
  readonly trailers: HeaderList;
  readonly code: number;
  readonly text: string;
}

const NAMES = [
  "content-type",
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "set-cookie",
  "grpc-status",
  "grpc-message",
  "grpc-status-details-bin",
  "date",
  "trailer",
  ":status",
  ":path",
  "",
  "UPPER",
  "with space",
  "x-\u00e9",
  "http2-settings",
  "te",
  "host",
  "proxy-connection",
  "age",
  "etag",
  "location",
] as const;
const VALUES = [
  "application/grpc",
  "application/grpc-web",
  "0",
  "5",
  "99999",
  "chunked",
  "\u0000",
  "a\r\nb: c",
  "\u20ac",
  "\u00ff",
  "",
  " ",
] as const;

const headers: fc.Arbitrary<HeaderList> = fc.array(
  fc.tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom<string>(...NAMES) }, fc.string({ maxLength: 10 })),
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<string>(...VALUES) },
      fc.string({ maxLength: 20, unit: "binary" }),
    ),
  ),
  { maxLength: 6 },
);

const answer: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(fc.constantFrom(200, 204, 205, 304, 404, 500, 599), fc.integer({ min: 200, max: 599 })),
  h: headers,
  chunks: fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }),
  end: fc.constantFrom<Answer["end"]>("end", "reset", "trailers"),
  trailers: headers,
  code: fc.oneof(fc.nat(20), fc.nat(0xffffffff)),
  text: fc.string({ maxLength: 50, unit: "binary" }),
});

async function give(
  stream: TunnelStream,
  { status, h, chunks, end, trailers, code, text }: Answer,
): Promise<void> {
  stream.respond({ status, h });
  for (const chunk of chunks) await stream.write(chunk);
  if (end === "reset") stream.reset(code, text);
  else stream.end(end === "trailers" ? trailers : undefined);
}

/** Each way to call; resolves when the client has an end, whichever. */
const CALLS: readonly ((test: TestRelay) => Promise<unknown>)[] = [
  (test) => overHttp2(test, "application/grpc"),
  (test) => overHttp2(test, "application/grpc-web+proto"),
  (test) => overHttp2(test, "application/json"),
  (test) => overHttp1(test, "application/grpc-web"),
  (test) => overHttp1(test, "application/connect+json"),
  (test) => overHttp1(test, "application/proto"),
];

async function overHttp2(test: TestRelay, contentType: string): Promise<void> {
  const client = new GrpcClient(test.origin);
  const stream = client.start(undefined, {
    "x-jumpstarter-passphrase": "secret",
    "content-type": contentType,
  });
  stream.end("hello");
  await result(stream);
  await client.close();
}

async function overHttp1(test: TestRelay, contentType: string): Promise<void> {
  const call = httpRequest(`${test.origin}/jumpstarter.v1.ExporterService/GetReport`, {
    method: "POST",
    agent: false,
    headers: { "content-type": contentType, "x-jumpstarter-passphrase": "secret" },
  });
  call.on("error", () => undefined);
  call.on("response", (response) => response.on("error", () => undefined).resume());
  call.end("hello");
  await once(call, "close");
}

/** Every client gets an end, nobody else notices, and nothing is left open. */
async function isPassedOn(answers: readonly (readonly [Answer, way: number])[]): Promise<void> {
  const test = await startTestRelay({ tunnelLimits: { graceMs: 1 } });
  const faults: unknown[] = [];
  const onFault = (fault: unknown): void => {
    faults.push(fault);
  };
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
  const inTime = async (work: PromiseLike<unknown>, what: string): Promise<void> => {
    const late = once(AbortSignal.timeout(ANSWER_TIMEOUT_MS), "abort").then(() => {
      throw new Error(`${what}: ${JSON.stringify(test.relay.stats())}`);
    });
    await Promise.race([work, late]);
  };
  try {
    const waiting = answers.map(([each]) => each);
    const page = await test.page({
      answer: async (stream) => {
        const next = waiting.shift();
        if (next === undefined) stream.reset(13, "one call too many");
        // The client may be gone before the end.
        else await give(stream, next).catch(() => stream.reset(1, "the client is gone"));
      },
    });
    for (const [each, way] of answers) {
      const call = CALLS[way];
      if (call !== undefined) await inTime(call(test), `no end for the client of ${JSON.stringify(each)}`);
    }
    expect(page.tunnel.isOpen).toBe(true);
    // Stopped, as by a person: nobody waits for it to come back.
    await page.close(CloseCode.stopped);
    await inTime(test.settled(NOTHING_OPEN), "still open");
  } finally {
    process.off("uncaughtException", onFault);
    process.off("unhandledRejection", onFault);
    expect(faults).toEqual([]);
    await inTime(test[Symbol.asyncDispose](), "does not end");
  }
}

describe("the answer of a page", { timeout: fuzzTimeoutMs() }, () => {
  for (const status of [204, 205, 304]) {
    it(`with a body behind ${status} still has an end`, async () => {
      const chunks = [Buffer.from("hello")];
      const each = {
        status,
        h: [],
        chunks,
        end: "trailers",
        trailers: [["grpc-status", "0"]],
        code: 0,
        text: "",
      } as const;
      await isPassedOn(CALLS.map((_, way) => [each, way] as const));
    });
  }

  it("reaches its client in some way, and nobody else, whatever is in it", async () => {
    const batch = fc.array(fc.tuple(answer, fc.nat(CALLS.length - 1)), {
      minLength: 1,
      maxLength: BATCH,
      size: "max",
    });
    await fc.assert(fc.asyncProperty(batch, isPassedOn), fuzzSettings(RUNS));
  });
});
