import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import {
  CREDENTIAL_HEADER,
  CREDENTIALS_PATH,
  MAX_CREDENTIAL_ID_CHARACTERS,
  MAX_CREDENTIALS,
} from "../proto/credentials.ts";
import { CloseCode, encodeHello, GrpcStatus } from "../proto/tunnel/index.ts";
import { MAX_CREDENTIALS_BYTES, MAX_HELLO_BYTES } from "./limits.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import { startTestRelay } from "./testing/start-test-relay.ts";
import { credentialsOf, RefusedError, type TestPage } from "./testing/test-page.ts";

const shows = (passphrase: string, more: Record<string, string> = {}) => ({
  headers: { "x-jumpstarter-passphrase": passphrase, ...more },
});

/** What the page's newest call says of the credential. */
const shown = (page: TestPage): (string | undefined)[] =>
  (page.streams.at(-1)?.request.h ?? [])
    .filter(([name]) => name === CREDENTIAL_HEADER)
    .map(([, value]) => value);

/** As many as there may be, as long as they may be. */
const FULL = Object.fromEntries(
  Array.from({ length: MAX_CREDENTIALS }, (_, at) => [
    `${at}`.padStart(MAX_CREDENTIAL_ID_CHARACTERS, "x"),
    `secret-${at}`,
  ]),
);

describe("credentials of a HELLO", () => {
  it("open the exporter, which hears which one it was, whatever the client says of it", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a", ben: "link-b" } });
    const client = new GrpcClient(test.origin);
    expect((await client.call(shows("link-b"))).status).toBe(0);
    expect(shown(page)).toEqual(["ben"]);
    expect((await client.call(shows("link-a", { [CREDENTIAL_HEADER]: "ben" }))).status).toBe(0);
    expect(shown(page)).toEqual(["ana"]);
    expect((await client.call(shows("secret", { [CREDENTIAL_HEADER]: "ben" }))).status).toBe(0);
    expect(shown(page)).toEqual([]);
    expect((await client.call(shows("link-c"))).status).toBe(GrpcStatus.unauthenticated);
    await client.close();
  });

  it("of another exporter lead there, and nowhere else", async () => {
    await using test = await startTestRelay();
    const one = await test.page({ name: "one", passphrase: "p1", links: { ana: "link" } });
    const two = await test.page({
      name: "two",
      passphrase: "p2",
      links: { ana: "link", p: "p1", b: "link-2" },
    });
    const client = new GrpcClient(test.origin);
    for (const secret of ["link", "p1", "link-2"]) expect((await client.call(shows(secret))).status).toBe(0);
    expect(one.streams).toHaveLength(2);
    expect(two.streams).toHaveLength(1);
    expect(shown(two)).toEqual(["b"]);
    await client.close();
  });

  it("fit into it, as many and as long as they may be", async () => {
    await using test = await startTestRelay({ attachToken: "t".repeat(64) });
    const hello = encodeHello({
      role: "page",
      instance: randomUUID(),
      tunnel: randomUUID(),
      received: 0,
      dial: 1,
      attachToken: "t".repeat(64),
      exporter: {
        uuid: randomUUID(),
        name: "ä".repeat(253),
        passphraseHash: "0".repeat(64),
        credentials: credentialsOf(FULL),
      },
    });
    expect(hello.length).toBeLessThanOrEqual(MAX_HELLO_BYTES);
    const page = await test.page({ attachToken: "t".repeat(64), links: FULL });
    const client = new GrpcClient(test.origin);
    expect((await client.call(shows(`secret-${MAX_CREDENTIALS - 1}`))).status).toBe(0);
    expect(shown(page)).toEqual([Object.keys(FULL).at(-1)]);
    await client.close();
  });

  for (const [what, links] of [
    ["one too many", { ...FULL, more: "more" }],
    ["an id that is none", { "an id": "secret" }],
    ["an id that is too long", { ["x".repeat(MAX_CREDENTIAL_ID_CHARACTERS + 1)]: "secret" }],
  ] as const) {
    it(`with ${what} is refused, and the sentence says why`, async () => {
      await using test = await startTestRelay();
      const error = await test.pageUnattached({ links }).attached.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RefusedError);
      expect(error).toMatchObject({
        code: CloseCode.protocolError,
        reason: expect.stringMatching(/^HELLO's credentials /),
      });
    });
  }

  it("are nothing with --unsafe-no-auth", async () => {
    await using test = await startTestRelay({ noAuth: true });
    const page = await test.page({ passphrase: null, links: { ana: "link-a" } });
    const client = new GrpcClient(test.origin);
    expect((await client.call(shows("link-a"))).status).toBe(0);
    expect(shown(page)).toEqual([]);
    expect(await page.putCredentials({ ben: "link-b" })).toEqual({ status: 204, text: "" });
    expect((await client.call(shows("link-b"))).status).toBe(0);
    expect(shown(page)).toEqual([]);
    await client.close();
  });

  it("still lead to a page that was closed", async () => {
    await using test = await startTestRelay();
    await test.page({ name: "other", passphrase: "other" });
    const page = await test.page({ links: { ana: "link-a" } });
    await page.close(CloseCode.stopped);
    await test.settled({ exporters: 1 });
    const client = new GrpcClient(test.origin);
    expect(await client.call(shows("link-a"))).toMatchObject({
      status: GrpcStatus.failedPrecondition,
      message: expect.stringContaining('exporter "board" was here until'),
    });
    await client.close();
  });
});

describe("a list of credentials", () => {
  it("takes the place of the one before at once, and a connection that breaks keeps it", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a" } });
    const client = new GrpcClient(test.origin);
    expect(await page.putCredentials({ ben: "link-b" })).toEqual({ status: 204, text: "" });
    expect((await client.call(shows("link-a"))).status).toBe(GrpcStatus.unauthenticated);
    expect((await client.call(shows("link-b"))).status).toBe(0);
    await page.drop();
    // Its HELLO still has the first one.
    await once(page.dial(), "message");
    expect((await client.call(shows("link-b"))).status).toBe(0);
    expect(shown(page)).toEqual(["ben"]);
    await client.close();
  });

  it("wakes a call that waits for its page to be back with its link", async () => {
    await using test = await startTestRelay({ timing: { returningMs: 600_000 } });
    const page = await test.page();
    const client = new GrpcClient(test.origin);
    const call = client.call(shows("link-a"));
    await test.settled({ waiting: 1 });
    await page.putCredentials({ ana: "link-a" });
    expect((await call).status).toBe(0);
    expect(shown(page)).toEqual(["ana"]);
    await client.close();
  });

  const tooLong = JSON.stringify({ credentials: [], more: "x".repeat(MAX_CREDENTIALS_BYTES) });
  for (const [what, body, sentence] of [
    ["is no JSON", "{", "The credentials are not a list.\n"],
    ["is no object", "[]", "The credentials are not a list.\n"],
    ["has no list", '{"credentials":{}}', "The credentials are not a list.\n"],
    [
      "has something else in it",
      '{"credentials":[null]}',
      "The credentials have one without an id or a hash.\n",
    ],
    [
      "has a hash that is none",
      '{"credentials":[{"id":"a","hash":"abc"}]}',
      "The credentials have a hash that is not 64 hexadecimal digits in lower case.\n",
    ],
    [
      "is too long",
      tooLong,
      `The list of credentials is longer than the ${MAX_CREDENTIALS_BYTES} bytes there are.\n`,
    ],
  ] as const) {
    it(`that ${what} is refused, and the one before stays`, async () => {
      await using test = await startTestRelay();
      const page = await test.page({ links: { ana: "link-a" } });
      expect(await page.putCredentials(body)).toEqual({ status: 400, text: sentence });
      const client = new GrpcClient(test.origin);
      expect((await client.call(shows("link-a"))).status).toBe(0);
      await client.close();
      await test.settled({ streams: 0 });
    });
  }

  it("with one too many is refused", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    expect(await page.putCredentials({ ...FULL, more: "more" })).toEqual({
      status: 400,
      text: `The credentials are ${MAX_CREDENTIALS + 1}, ${MAX_CREDENTIALS} are allowed.\n`,
    });
    expect((await page.putCredentials(FULL)).status).toBe(204);
  });

  it("is sent with PUT alone", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    expect(await page.putCredentials({}, { method: "POST" })).toMatchObject({ status: 405 });
  });

  it("that is whole after a newer one does not take its place", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const late = page.tunnel.open({ method: "PUT", path: CREDENTIALS_PATH, h: [] });
    expect((await page.putCredentials({ ben: "link-b" })).status).toBe(204);
    expect(await late.response).toMatchObject({ status: 409 });
    void late.write(Buffer.from(JSON.stringify({ credentials: credentialsOf({ ana: "link-a" }) })));
    late.end();
    await late.closed;
    const client = new GrpcClient(test.origin);
    expect((await client.call(shows("link-a"))).status).toBe(GrpcStatus.unauthenticated);
    expect((await client.call(shows("link-b"))).status).toBe(0);
    await client.close();
  });

  it("that breaks off leaves the one before", async () => {
    await using test = await startTestRelay();
    const page = await test.page({ links: { ana: "link-a" } });
    const stream = page.tunnel.open({ method: "PUT", path: CREDENTIALS_PATH, h: [] });
    void stream.write(Buffer.from('{"credentials":[]}'));
    stream.reset(GrpcStatus.cancelled, "thought better of it", { afterFlush: true });
    await stream.closed;
    await page.putCredentials("{");
    const client = new GrpcClient(test.origin);
    expect((await client.call(shows("link-a"))).status).toBe(0);
    await client.close();
    await test.settled({ streams: 0 });
  });
});
