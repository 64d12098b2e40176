import { hash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { CloseCode, encodeHello, GrpcStatus } from "../../proto/tunnel/index.ts";
import {
  FAILURE_LOG_INTERVAL_MS,
  FAILURE_MAX_DELAY_MS,
  FAILURES_PER_MINUTE,
  MAX_DELAYED_FAILURES_PER_ADDRESS,
} from "../limits.ts";
import { bystander } from "../testing/bystander.ts";
import { GrpcClient } from "../testing/grpc-call.ts";
import { startTestRelay } from "../testing/start-test-relay.ts";
import { stopTimeouts } from "../testing/stop-timeouts.ts";
import { RefusedError } from "../testing/test-page.ts";

/** Lines of the log on failures of one address within a time: each of the first ones, those that are forgiven meanwhile, and then one now and then. */
function linesAtMost(elapsedMs: number): number {
  const atOnce = FAILURES_PER_MINUTE * (1 + elapsedMs / 60_000);
  return Math.ceil(atOnce + 1 + elapsedMs / FAILURE_LOG_INTERVAL_MS);
}

const WRONG = { headers: { "x-jumpstarter-passphrase": "wrong" } };

describe("wrong passphrases", () => {
  it("are all answered UNAUTHENTICATED, some later, and delay no right one of the same address", async () => {
    await using test = await startTestRelay();
    await test.page();
    const guesser = new GrpcClient(test.origin);
    const honest = new GrpcClient(test.origin);
    using timeouts = stopTimeouts();
    // More than are answered at once, and than a slow machine is forgiven meanwhile.
    let answered = 0;
    const guesses = Array.from({ length: 2 * FAILURES_PER_MINUTE }, async () => {
      const answer = await guesser.call(WRONG);
      answered += 1;
      return answer;
    });
    await Promise.race(guesses);
    // On the connection that guesses, and on another one.
    for (const client of [guesser, honest]) {
      for (let turn = 0; turn < 3; turn += 1) expect((await client.call()).status).toBe(0);
    }
    const other = bystander(test);
    expect((await other.call(WRONG)).status).toBe(GrpcStatus.unauthenticated);
    expect((await other.call()).status).toBe(0);
    await other.close();
    expect(answered).toBeLessThan(guesses.length);
    timeouts.pass(FAILURE_MAX_DELAY_MS);
    for (const answer of await Promise.all(guesses)) {
      expect(answer).toMatchObject({
        status: GrpcStatus.unauthenticated,
        message: "invalid or missing passphrase",
      });
    }
    await guesser.close();
    await honest.close();
    await test.settled({ calls: 0, streams: 0, sockets: 1 });
  });

  it("by the thousand hold no place that a right one needs, and few lines of the log", async () => {
    await using test = await startTestRelay({
      addressLimits: { calls: MAX_DELAYED_FAILURES_PER_ADDRESS + 2 },
    });
    await test.page();
    const guesser = new GrpcClient(test.origin);
    const began = performance.now();
    for (let round = 0; round < 20; round += 1) {
      const guesses = Array.from({ length: 50 }, () => guesser.start(undefined, WRONG.headers));
      expect((await guesser.call()).status).toBe(0);
      for (const guess of guesses) guess.close();
    }
    const lines = test.log.filter((line) => line.includes("authentication failed"));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(linesAtMost(performance.now() - began));
    expect(lines.join()).not.toContain("wrong");
    guesser.session.destroy();
    await test.settled({ calls: 0, streams: 0, sockets: 1 });
  });

  it("that wait are answered when the relay ends", async () => {
    await using test = await startTestRelay();
    await test.page();
    const guesser = new GrpcClient(test.origin);
    using _timeouts = stopTimeouts();
    const guesses = Array.from({ length: 2 * FAILURES_PER_MINUTE }, () => guesser.call(WRONG));
    await Promise.race(guesses);
    await test.relay.close();
    for (const { status } of await Promise.all(guesses)) expect(status).toBe(GrpcStatus.unauthenticated);
  });
});

describe("wrong attach tokens", () => {
  it("are refused later and later, and a page with the right one is let in at once", async () => {
    await using test = await startTestRelay({ attachToken: "door" });
    let refused = 0;
    const guess = async (): Promise<void> => {
      const error = await test
        .pageUnattached({ attachToken: "window" })
        .attached.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RefusedError);
      expect(error).toMatchObject({ code: CloseCode.unauthorized });
      refused += 1;
    };
    // One after the other at first: only so many may be connecting at once.
    for (let turn = 0; turn < FAILURES_PER_MINUTE; turn += 1) await guess();
    // More than a slow machine is forgiven meanwhile.
    // The last of them wait FAILURE_MAX_DELAY_MS, 5 s: a page that comes meanwhile, however slowly, does not.
    const late = Array.from({ length: 10 }, guess);
    const page = await test.page({ attachToken: "door" });
    expect(refused).toBeLessThan(FAILURES_PER_MINUTE + late.length);
    await Promise.all(late);
    await page.close();
    await test.settled({ tunnels: 0, exporters: 0 });
  });

  it("cannot be followed by a right one on the same connection", async () => {
    await using test = await startTestRelay({ attachToken: "door" });
    const hello = (attachToken: string) =>
      encodeHello({
        role: "page",
        instance: "one page load",
        received: 0,
        dial: 1,
        attachToken,
        exporter: { uuid: randomUUID(), name: "board", passphraseHash: hash("sha256", "secret", "hex") },
      });
    const guess = async (): Promise<number> => {
      const socket = new WebSocket(`ws://127.0.0.1:${test.port}/tunnel`, ["jumptab-tunnel.v1"]);
      await once(socket, "open");
      socket.send(hello("window"));
      socket.send(hello("door"));
      return (await once(socket, "close"))[0];
    };
    // The last one waits for its answer when the right token comes.
    for (let turn = 0; turn <= FAILURES_PER_MINUTE; turn += 1)
      expect(await guess()).toBe(CloseCode.unauthorized);
    expect(test.log.join()).not.toContain("exporter attached");
    await test.settled({ tunnels: 0, sockets: 0 });
  });
});

describe("the secret of a link", () => {
  it("stands in no log line, no metric, no answer and no request to the page, in whatever way it is shown", async () => {
    await using test = await startTestRelay();
    const link = "L1nkS3cretOfAnaForToday";
    const next = "TheSecretThatFollowedIt";
    const page = await test.page({ links: { ana: link } });
    await page.putCredentials({ ana: link, ben: next });
    await page.putCredentials(`{"credentials":[{"id":"x","hash":"${next}"}]}`);
    const answers: string[] = [];
    const http2 = new GrpcClient(test.origin);
    for (const secret of [link, next, `${link}x`]) {
      const headers = { "x-jumpstarter-passphrase": secret };
      answers.push(JSON.stringify(await http2.call({ headers })));
      const web = await fetch(`${test.origin}/jumpstarter.v1.ExporterService/GetReport`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/grpc-web+proto" },
        body: Buffer.alloc(5),
      });
      answers.push(JSON.stringify([...web.headers]), await web.text());
    }
    for (const passphrase of [link, next]) {
      const client = await test.client({ passphrase });
      answers.push(JSON.stringify(await client.call({ headers: [["x-jumpstarter-passphrase", link]] })));
      await client.drop();
      await once(client.dial(), "message");
      answers.push(JSON.stringify(await client.call()));
      await client.close();
    }
    const wrong = await test
      .clientUnconnected({ passphrase: `${link}x` })
      .connected.catch((reason: unknown) => reason);
    expect(wrong).toMatchObject({ code: CloseCode.unauthorized });
    answers.push(String(wrong), await (await fetch(`${test.origin}/metrics`)).text());
    const requests = JSON.stringify(page.streams.map(({ request }) => request));
    expect(page.streams).toHaveLength(8);
    await http2.close();
    await page.close(CloseCode.stopped);
    await test.settled({ exporters: 0 });
    for (const secret of [link, next, hash("sha256", link, "hex"), hash("sha256", next, "hex")]) {
      for (const said of [test.log.join("\n"), answers.join("\n"), requests])
        expect(said).not.toContain(secret);
    }
    // They were there to be seen.
    expect(test.log.join()).toContain("client tunnel open");
    expect(test.log.join()).toContain("authentication failed");
    expect(requests).toContain('"x-jumptab-credential","ben"');
  });
});
