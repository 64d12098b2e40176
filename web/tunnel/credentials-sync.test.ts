import { afterEach, describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { CREDENTIALS_PATH, type Credential } from "../../proto/credentials.ts";
import {
  DEFAULT_TUNNEL_LIMITS,
  GrpcStatus,
  Tunnel,
  type TunnelLink,
  type TunnelStream,
  type TunnelTransport,
} from "../../proto/tunnel/index.ts";
import {
  CREDENTIALS_ANSWER_MS,
  CREDENTIALS_RETRY_MS,
  CredentialsSync,
  MAX_CREDENTIALS_RETRY_MS,
} from "./credentials-sync.ts";

const FRESH = { resumed: false };

/** Notes who wants to sleep, and for how long. */
class NotingClock extends ManualClock {
  readonly asked: number[] = [];

  override sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void> {
    this.asked.push(ms);
    return super.sleep(ms, options);
  }

  /** Let somebody sleep for so long who is about to. */
  async pass(ms: number): Promise<void> {
    while (this.asked.at(-1) !== ms) await settle();
    await this.advance(ms);
  }
}

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

function world() {
  const clock = new NotingClock();
  const warnings: string[] = [];
  const requests: TunnelStream[] = [];
  const wanted: ((stream: TunnelStream) => void)[] = [];
  const end = new AbortController();
  let list: readonly Credential[] = [];
  let page: Tunnel | undefined;
  /** A tunnel without a network. */
  const connect = (): void => {
    const options = { schedule: (run: () => void) => void setImmediate(run), after: () => () => undefined };
    const onStream = (stream: TunnelStream): void => {
      const next = wanted.shift();
      if (next === undefined) requests.push(stream);
      else next(stream);
    };
    const relay = new Tunnel({ ...options, role: "relay", onStream });
    const ours = new Tunnel({ ...options, role: "page", onStream: () => undefined });
    const wire = (deliver: (message: Uint8Array) => void): TunnelTransport => ({
      bufferedAmount: 0,
      send: (message) => {
        const copy = message.slice();
        setImmediate(() => deliver(copy));
      },
      close: () => undefined,
    });
    const { streamWindowBytes: stream, connectionWindowBytes: connection } = DEFAULT_TUNNEL_LIMITS;
    const fresh = { received: 0, windows: { stream, connection } };
    const theirLink = relay.connect(
      wire((message) => ourLink.receive(message)),
      fresh,
    );
    const ourLink: TunnelLink = ours.connect(
      wire((message) => theirLink.receive(message)),
      fresh,
    );
    page = ours;
    opened.push(() => {
      relay.close(1001, "the test is over");
      ours.closedByPeer(1001, "the test is over");
    });
  };
  const sync = new CredentialsSync({
    clock,
    source: { now: () => list, warn: (sentence) => warnings.push(sentence) },
    open: (request) => {
      if (page === undefined) throw new Error("the page has no connection to its relay now");
      return page.open(request);
    },
    signal: end.signal,
  });
  opened.push(() => end.abort());
  return {
    clock,
    sync,
    warnings,
    connect,
    /** The connection is lost for good, and what runs in it. */
    lose: () => {
      page?.closedByPeer(1001, "the relay has gone");
      page = undefined;
    },
    /** The page's list, by its ids. */
    have: (...ids: string[]) => {
      list = ids.map((id) => ({ id, hash: id.repeat(64) }));
    },
    /** What the page asks its relay next. */
    next: (): Promise<TunnelStream> => {
      const there = requests.shift();
      return there === undefined ? new Promise((resolve) => wanted.push(resolve)) : Promise.resolve(there);
    },
    waiting: () => requests.length,
  };
}

/** The ids in a request's list. */
async function idsOf({ body }: TunnelStream): Promise<string[]> {
  let text = "";
  for await (const chunk of body) text += new TextDecoder().decode(chunk);
  const { credentials } = JSON.parse(text) as { credentials: Credential[] };
  return credentials.map(({ id }) => id);
}

const accept = (stream: TunnelStream): void => stream.respond({ status: 204, h: [] }, { end: true });

describe("the relay's list of credentials", () => {
  it("comes with HELLO, and then nothing is sent", async () => {
    const { sync, have, connect, waiting } = world();
    have("a");
    const announced = sync.announce();
    expect(announced.credentials).toMatchObject([{ id: "a" }]);
    connect();
    sync.attached(announced, FRESH);
    await sync.known();
    expect(waiting()).toBe(0);
  });

  it("is replaced as a whole when it changes, and known when the relay says so", async () => {
    const { sync, have, connect, next } = world();
    connect();
    sync.attached(sync.announce(), FRESH);
    have("a", "b");
    sync.changed();
    let isKnown = false;
    const known = sync.known().then(() => {
      isKnown = true;
    });
    const request = await next();
    expect(request.request).toEqual({
      method: "PUT",
      path: CREDENTIALS_PATH,
      h: [["content-type", "application/json"]],
    });
    expect(await idsOf(request)).toEqual(["a", "b"]);
    expect(isKnown).toBe(false);
    accept(request);
    await known;
  });

  it("is sent one at a time, and what came in between is not sent at all", async () => {
    const { sync, have, connect, next, waiting } = world();
    connect();
    sync.attached(sync.announce(), FRESH);
    for (const id of ["a", "b", "c"]) {
      have(id);
      sync.changed();
    }
    const known = sync.known();
    const first = await next();
    expect(await idsOf(first)).toEqual(["a"]);
    expect(waiting()).toBe(0);
    accept(first);
    const second = await next();
    expect(await idsOf(second)).toEqual(["c"]);
    accept(second);
    await known;
    expect(waiting()).toBe(0);
  });

  it("that has changed between HELLO and the relay's answer is sent again", async () => {
    const { sync, have, connect, next } = world();
    have("a");
    const announced = sync.announce();
    have("a", "b");
    sync.changed();
    connect();
    sync.attached(announced, FRESH);
    expect(await idsOf(await next())).toEqual(["a", "b"]);
  });

  it("waits for the next HELLO where there is no connection, or it is lost with the request in it", async () => {
    const { sync, have, connect, lose, next, waiting, warnings } = world();
    connect();
    sync.attached(sync.announce(), FRESH);
    have("a");
    sync.changed();
    await next();
    lose();
    have("a", "b");
    sync.changed();
    const known = sync.known();
    const announced = sync.announce();
    expect(announced.credentials).toHaveLength(2);
    connect();
    sync.attached(announced, FRESH);
    await known;
    expect(waiting()).toBe(0);
    expect(warnings).toEqual([]);
  });

  it("is sent in a tunnel that goes on, where HELLO counts for nothing", async () => {
    const { sync, have, connect, next } = world();
    sync.attached(sync.announce(), FRESH);
    have("a");
    sync.changed();
    connect();
    sync.attached(sync.announce(), { resumed: true });
    expect(await idsOf(await next())).toEqual(["a"]);
  });

  it("is tried again, later and later, when the relay refuses it; that is said once", async () => {
    const { sync, have, connect, next, clock, warnings } = world();
    connect();
    sync.attached(sync.announce(), FRESH);
    have("a");
    sync.changed();
    const known = sync.known();
    let waitMs = CREDENTIALS_RETRY_MS;
    for (const refuse of [
      (stream: TunnelStream) => stream.respond({ status: 400, h: [] }, { end: true }),
      (stream: TunnelStream) => stream.reset(GrpcStatus.unimplemented, "what is that?"),
      (stream: TunnelStream) => stream.respond({ status: 500, h: [] }, { end: true }),
    ]) {
      const request = await next();
      refuse(request);
      await request.closed;
      await clock.pass(waitMs);
      waitMs = Math.min(waitMs * 2, MAX_CREDENTIALS_RETRY_MS);
    }
    accept(await next());
    await known;
    expect(warnings).toEqual([
      "the relay did not take the list of links (HTTP status 400): new ones do not work yet; it is tried again",
    ]);
  });

  it("is asked for anew when the relay does not answer at all", async () => {
    const { sync, have, connect, next, clock } = world();
    connect();
    sync.attached(sync.announce(), FRESH);
    have("a");
    sync.changed();
    const silent = await next();
    await clock.advance(CREDENTIALS_ANSWER_MS);
    expect(await silent.closed).toMatchObject({ code: GrpcStatus.deadlineExceeded });
    await clock.pass(CREDENTIALS_RETRY_MS);
    accept(await next());
    await sync.known();
  });
});
