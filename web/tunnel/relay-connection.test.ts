import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import type { Credential } from "../../proto/credentials.ts";
import {
  CloseCode,
  counter,
  decodeHello,
  encodeHello,
  GrpcStatus,
  type Hello,
  resumes,
  Tunnel,
  type TunnelLink,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";
import type { Back, TunnelState } from "../messages.ts";
import {
  ASK_FIRST_AFTER_FAILURES,
  CONNECT_TIMEOUT_MS,
  HURRIED_CONNECT_TIMEOUT_MS,
  MAX_HURRIED_RETRY_MS,
  MAX_RETRY_MS,
} from "./backoff.ts";
import { RelayConnection } from "./relay-connection.ts";
import { PROBE_MS, SILENCE_LIMIT_MS } from "./silence.ts";

/** A WebSocket whose other end is a relay's tunnel in the same process. */
class FakeSocket extends EventTarget {
  binaryType = "blob";
  readonly bufferedAmount = 0;
  hello: Hello | undefined;
  closedWith: { code: number | undefined; reason: string | undefined } | undefined;
  link: TunnelLink | undefined;

  send(message: Uint8Array): void {
    if (this.hello === undefined) this.hello = decodeHello(message.slice(), "page");
    else this.link?.receive(message.slice());
  }

  close(code?: number, reason?: string): void {
    this.closedWith ??= { code, reason };
  }

  open(): void {
    this.dispatchEvent(new Event("open"));
  }

  deliver(message: Uint8Array): void {
    this.dispatchEvent(new MessageEvent("message", { data: message.slice().buffer }));
  }

  /** The relay's end of it. */
  drop(code: number, reason: string): void {
    this.link?.lost();
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }
}

/** A relay that remembers one tunnel. */
class FakeRelay {
  tunnel: Tunnel | undefined;
  #name = 0;

  answer(socket: FakeSocket): void {
    const { hello } = socket;
    if (hello === undefined) throw new Error("the page has not said HELLO");
    const known = this.tunnel !== undefined && resumes(String(this.#name), this.tunnel, hello);
    if (!known) {
      this.#name += 1;
      this.tunnel = new Tunnel({
        role: "relay",
        schedule: (flush) => setImmediate(flush),
        after: () => () => undefined,
        onStream: () => undefined,
      });
    }
    const { tunnel } = this;
    if (tunnel === undefined) throw new Error("there is one now");
    const transport = {
      bufferedAmount: 0,
      send: (message: Uint8Array) => socket.deliver(message),
      close: () => undefined,
    };
    const { received } = tunnel;
    socket.deliver(encodeHello({ role: "relay", instance: "relay", tunnel: String(this.#name), received }));
    socket.link = tunnel.connect(transport, { ...hello, received: known ? hello.received : 0 });
  }

  /** Everything it knew is gone. */
  restart(): void {
    this.tunnel = undefined;
  }

  ping(): void {
    this.tunnel?.ping();
  }
}

function dial(
  options: {
    takeOver?: boolean;
    nextDial?: () => number;
    answers?: (url: string, options: { signal: AbortSignal }) => Promise<boolean>;
    credentials?: () => readonly Credential[];
    client?: { passphrase: string; subprotocol: string };
  } = {},
) {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const states: TunnelState[] = [];
  const relay = new FakeRelay();
  const streams: TunnelStream[] = [];
  const backs: Back[] = [];
  const connection = new RelayConnection({
    url: "ws://127.0.0.1/tunnel",
    exporter:
      options.client === undefined
        ? { uuid: "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11", name: "bench" }
        : undefined,
    ...(options.client && { client: options.client }),
    ...(options.credentials && { credentials: { now: options.credentials, warn: () => undefined } }),
    attachToken: undefined,
    instance: "page",
    nextDial: options.nextDial ?? counter(),
    takeOver: options.takeOver ?? false,
    clock,
    schedule: (run) => setImmediate(run),
    random: () => 1,
    createSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    answers: options.answers ?? (async () => true),
    onStream: (stream) => streams.push(stream),
    onState: (state) => states.push(state),
    onBack: (back) => backs.push(back),
  });
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const latest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error("nothing was dialled");
    return socket;
  };
  return {
    clock,
    sockets,
    relay,
    streams,
    backs,
    connection,
    latest,
    turns,
    kinds: () => states.map(({ kind }) => kind),
    state: () => states.at(-1),
    /** The WebSocket opens, and the relay takes the page. */
    async attach(): Promise<FakeSocket> {
      await turns();
      const socket = latest();
      socket.open();
      await turns();
      relay.answer(socket);
      await turns();
      return socket;
    },
  };
}

describe("RelayConnection", () => {
  it("attaches, and says so", async () => {
    const page = dial();
    const socket = await page.attach();
    expect(page.kinds()).toEqual(["connecting", "attached"]);
    expect(socket.hello).toMatchObject({ role: "page", instance: "page", exporter: { name: "bench" } });
    await page.connection.close("the exporter was stopped");
    expect(socket.closedWith).toEqual({ code: 1000, reason: "the exporter was stopped" });
    expect(page.state()).toEqual({ kind: "off" });
  });

  it("says in each HELLO what opens its exporter at that time", async () => {
    const list: Credential[] = [];
    const page = dial({ credentials: () => [...list] });
    const first = await page.attach();
    expect(first.hello?.exporter).not.toHaveProperty("credentials");
    list.push({ id: "ana", hash: "0".repeat(64) });
    first.drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_HURRIED_RETRY_MS);
    const second = await page.attach();
    expect(second.hello?.exporter?.credentials).toEqual(list);
    await page.connection.close("done");
  });

  it("dials again when the line breaks, with the reason and the time of the next try", async () => {
    const page = dial();
    (await page.attach()).drop(1006, "");
    await page.turns();
    expect(page.state()).toMatchObject({
      kind: "waiting",
      reason: "the connection to the relay broke (code 1006)",
      lost: true,
    });
    await page.clock.advance(MAX_HURRIED_RETRY_MS);
    await page.attach();
    expect(page.sockets).toHaveLength(2);
    expect(page.state()?.kind).toBe("attached");
    await page.connection.close("done");
  });

  it("counts from its start while the relay has never answered", async () => {
    const page = dial();
    const since = page.clock.now();
    for (let failure = 0; failure < 3; failure += 1) {
      await page.turns();
      page.latest().drop(1006, "");
      await page.turns();
      const reason = "the relay does not answer";
      expect(page.state()).toMatchObject({ kind: "waiting", since, lost: false, kept: false, reason });
      await page.clock.advance(MAX_RETRY_MS);
    }
    await page.connection.close("done");
  });

  it("counts its dials after those of the exporter that the page ran before", async () => {
    const nextDial = counter();
    const first = dial({ nextDial });
    expect((await first.attach()).hello?.dial).toBe(1);
    await first.connection.close("another bench");
    const second = dial({ nextDial });
    expect((await second.attach()).hello?.dial).toBe(2);
    await second.connection.close("done");
  });

  it("dials at once when the network is back", async () => {
    const page = dial();
    (await page.attach()).drop(1006, "");
    await page.turns();
    page.connection.retry();
    await page.turns();
    expect(page.sockets).toHaveLength(2);
    await page.connection.close("done");
  });

  it("goes on with the same streams after the line broke, and says how long it was away", async () => {
    const page = dial();
    const first = await page.attach();
    const call = page.relay.tunnel?.open({ method: "POST", path: "/a", h: [] });
    await page.turns();
    first.drop(1006, "");
    await page.turns();
    page.streams[0]?.respond({ status: 200, h: [] });
    page.streams[0]?.end();
    expect(page.state()).toMatchObject({ kind: "waiting", kept: true });
    await page.clock.advance(MAX_RETRY_MS);
    const second = await page.attach();
    expect(second.hello).toMatchObject({ tunnel: "1", received: 1 });
    expect((await call?.response)?.status).toBe(200);
    expect(page.backs).toEqual([{ awayMs: MAX_RETRY_MS, resumed: true }]);
    expect(page.state()).toEqual({ kind: "attached", since: page.clock.now(), back: page.backs[0] });
    await page.connection.close("done");
  });

  it("begins anew with a relay that was restarted, and ends what was running", async () => {
    const page = dial();
    const first = await page.attach();
    page.relay.tunnel?.open({ method: "POST", path: "/a", h: [] });
    await page.turns();
    page.relay.restart();
    first.drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_RETRY_MS);
    await page.attach();
    expect(page.streams[0]?.signal.reason).toMatchObject({
      code: GrpcStatus.unavailable,
      message: expect.stringMatching(/restarted/),
    });
    expect(page.backs).toEqual([{ awayMs: MAX_RETRY_MS, resumed: false }]);
    await page.connection.close("done");
  });

  it("is never mixed up by an answer to HELLO that was lost on its way", async () => {
    const page = dial();
    (await page.attach()).drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_RETRY_MS);
    await page.turns();
    const second = page.latest();
    second.open();
    page.relay.restart();
    const deaf = Object.assign(second, { deliver: () => undefined });
    page.relay.answer(deaf);
    second.drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_RETRY_MS);
    const third = await page.attach();
    expect(third.hello?.tunnel).toBe("1");
    expect(page.backs.at(-1)).toMatchObject({ resumed: false });
    await page.connection.close("done");
  });

  it("opens no more WebSockets while nothing answers, and one as soon as something does", async () => {
    let up = false;
    const page = dial({ answers: async () => up });
    (await page.attach()).drop(1006, "");
    for (let second = 0; second < 20; second += 1) {
      await page.turns();
      if (page.sockets.length <= ASK_FIRST_AFTER_FAILURES) page.latest().drop(1006, "");
      await page.turns();
      await page.clock.advance(MAX_HURRIED_RETRY_MS);
    }
    expect(page.sockets).toHaveLength(1 + ASK_FIRST_AFTER_FAILURES - 1);
    expect(page.state()).toMatchObject({ kind: "waiting", reason: "the relay does not answer", kept: true });
    up = true;
    await page.clock.advance(MAX_HURRIED_RETRY_MS);
    await page.attach();
    expect(page.state()).toMatchObject({ kind: "attached" });
    await page.connection.close("done");
  });

  it("does not wait for ever for something to answer", async () => {
    const page = dial({ answers: () => new Promise(() => undefined) });
    for (let failure = 0; failure < ASK_FIRST_AFTER_FAILURES; failure += 1) {
      await page.turns();
      page.latest().drop(1006, "");
      await page.turns();
      await page.clock.advance(MAX_RETRY_MS);
    }
    await page.turns();
    const before = page.kinds().length;
    await page.clock.advance(CONNECT_TIMEOUT_MS);
    await page.turns();
    expect(page.kinds().length).toBeGreaterThan(before);
    await page.connection.close("done");
    expect(page.state()).toEqual({ kind: "off" });
  });

  it("keeps its tunnel when the relay has no time for a dial, and lets go of it after the grace time", async () => {
    const page = dial();
    (await page.attach()).drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_RETRY_MS);
    await page.turns();
    page.latest().open();
    page.latest().drop(CloseCode.limit, "too many pages are connecting at once");
    await page.turns();
    expect(page.state()).toMatchObject({ kind: "waiting", kept: true });
    for (let second = 0; second < 60; second += 1) {
      await page.clock.advance(1000);
      await page.turns();
    }
    expect(page.state()).toMatchObject({ kind: "waiting", kept: false });
    await page.connection.close("done");
  });

  it("asks the relay when the network has changed, and dials anew without an answer", async () => {
    const page = dial();
    const socket = await page.attach();
    page.connection.retry();
    await page.turns();
    await page.clock.advance(PROBE_MS + 1000);
    await page.turns();
    expect(page.state()?.kind, "the relay has answered").toBe("attached");
    socket.link = undefined;
    page.connection.retry();
    await page.turns();
    for (let ms = 0; ms <= PROBE_MS + 1000; ms += 500) {
      await page.clock.advance(500);
      await page.turns();
    }
    expect(socket.closedWith?.code).toBe(CloseCode.abandoned);
    expect(page.sockets.length).toBeGreaterThan(1);
    await page.connection.close("done");
  });

  it("does not wait long for a dial while streams wait for it", async () => {
    const page = dial();
    (await page.attach()).drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_HURRIED_RETRY_MS);
    await page.turns();
    expect(page.sockets).toHaveLength(2);
    await page.clock.advance(HURRIED_CONNECT_TIMEOUT_MS + 1000);
    await page.turns();
    expect(page.state()).toMatchObject({ kind: "waiting", reason: "the relay does not answer" });
    await page.connection.close("done");
  });

  it("gives up a relay that does not answer", async () => {
    const page = dial();
    await page.turns();
    await page.clock.advance(CONNECT_TIMEOUT_MS);
    await page.turns();
    expect(page.state()).toMatchObject({ kind: "waiting", reason: "the relay does not answer" });
    await page.connection.close("done");
  });

  it("gives up a relay that has been silent for 12 s, and not one that pings", async () => {
    const page = dial();
    const socket = await page.attach();
    for (let round = 0; round < 10; round += 1) {
      await page.clock.advance(SILENCE_LIMIT_MS / 2.5);
      page.relay.ping();
      await page.turns();
    }
    expect(page.state()?.kind).toBe("attached");
    socket.link = undefined; // it hears nothing any more, and so answers nothing
    const since = page.clock.now();
    while (page.state()?.kind === "attached") {
      await page.clock.advance(500);
      await page.turns();
    }
    expect(page.clock.now() - since).toBeLessThanOrEqual(1.2 * SILENCE_LIMIT_MS);
    expect(page.state()).toMatchObject({ kind: "waiting", reason: "the relay has been silent for 12 s" });
    await page.connection.close("done");
  });

  it("asks to take over once: a page that comes back later throws nobody out", async () => {
    const page = dial({ takeOver: true });
    const first = await page.attach();
    expect(first.hello?.takeOver).toBe(true);
    first.drop(1006, "");
    await page.turns();
    await page.clock.advance(MAX_RETRY_MS);
    const second = await page.attach();
    expect(second.hello?.takeOver).toBeUndefined();
    await page.connection.close("done");
  });

  it("dials again as a client whose passphrase the relay does not know: the exporter may be on its way to it", async () => {
    const page = dial({ client: { passphrase: "secret", subprotocol: "client.v1" } });
    await page.turns();
    page.latest().open();
    page.latest().drop(CloseCode.unauthorized, "no");
    await page.turns();
    expect(page.state()).toMatchObject({ kind: "waiting", reason: "no" });
    await page.clock.advance(MAX_RETRY_MS);
    await page.turns();
    expect(page.sockets).toHaveLength(2);
    await page.connection.close("done");
  });

  for (const [code, cure] of [
    [CloseCode.unauthorized, "attach-token"],
    [CloseCode.conflict, "take-over"],
    [CloseCode.replaced, "take-back"],
    [CloseCode.nameTaken, "rename"],
    [CloseCode.forbidden, "none"],
    [CloseCode.protocolError, "reload"],
  ] as const) {
    it(`does not dial again after ${code}, and names the cure ${cure}`, async () => {
      const page = dial();
      await page.turns();
      page.latest().open();
      page.latest().drop(code, "no");
      await page.turns();
      expect(page.state()).toEqual({ kind: "refused", reason: "no", cure });
      page.connection.retry();
      await page.clock.advance(10 * MAX_RETRY_MS);
      await page.turns();
      expect(page.sockets).toHaveLength(1);
    });
  }
});
