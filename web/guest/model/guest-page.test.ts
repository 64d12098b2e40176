import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../../drivers/testing/manual-clock.ts";
import { LINK_HEADER } from "../../../proto/client-tunnel.ts";
import { SeatAction } from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import { MAX_RETRY_MS } from "../../tunnel/backoff.ts";
import { happened } from "../testing/happened.ts";
import { ScriptedBench, ScriptedWays, shared } from "../testing/scripted-bench.ts";
import { GuestPage } from "./guest-page.ts";
import { OwnSecrets } from "./own-secrets.ts";
import { RELAY_LEARNS_MS } from "./watcher.ts";

const pages: GuestPage[] = [];

afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

class MemoryStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

function open(bench: ScriptedBench, { browser = new MemoryStorage() }: { browser?: MemoryStorage } = {}) {
  const ways: ScriptedWays[] = [];
  const clock = new ManualClock();
  const tab = new MemoryStorage();
  let forgotten = 0;
  const page = new GuestPage({
    link: "LINK",
    own: new OwnSecrets(
      () => browser,
      () => tab,
    ),
    clock,
    random: () => 1,
    openWays: (secret, onState) => {
      const way = new ScriptedWays(bench, secret, onState);
      ways.push(way);
      return way;
    },
    newSecret: () => "OWN",
    hash: async (secret) => `hash-of-${secret}`,
    askRelay: async () => ({
      version: "1",
      endpoint: "127.0.0.1:1",
      insecure: true,
      attachTokenRequired: false,
      noAuth: false,
    }),
    copy: async () => undefined,
    saveFile: () => undefined,
    recall: () => undefined,
    remember: () => undefined,
    reload: () => undefined,
    forgetLink: () => {
      forgotten += 1;
    },
  });
  pages.push(page);
  const way = (): ScriptedWays => {
    const latest = ways.at(-1);
    if (latest === undefined) throw new Error("no way was opened");
    return latest;
  };
  return { page, ways, way, clock, browser, forgotten: () => forgotten };
}

/** Until the page's state is so. */
function until(page: GuestPage, reached: (state: GuestPage["state"]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const look = (): void => {
      if (!reached(page.state)) return;
      done.abort();
      resolve();
    };
    page.subscribe(look, { signal: done.signal });
    look();
  });
}

const inSight = (page: GuestPage): Promise<void> =>
  until(page, ({ shared, absent }) => shared !== undefined && absent === undefined);

function ended(trouble: string): ConnectError {
  return new ConnectError("this link has ended", Code.Unauthenticated, { [LINK_HEADER]: trouble });
}

describe("a colleague's page", () => {
  it("shows the bench over the first way there is, and goes on over the tunnel", async () => {
    const bench = new ScriptedBench();
    const { page, way } = open(bench);
    await inSight(page);
    way().attach();
    await happened(() => bench.watches.length === 2);
    bench.watches[1]?.push(shared({}, { kind: "board", since: 0 }));
    await until(page, ({ shared: now }) => now?.snapshot.seat.holder.kind === "board");
  });

  it("takes the seat before its first action, once, and acts", async () => {
    const bench = new ScriptedBench();
    const { page } = open(bench);
    await inSight(page);
    await Promise.all([
      page.actions.call(["console"], "set_dtr", [true]),
      page.actions.call(["console"], "set_dtr", [false]),
    ]);
    expect(bench.seats).toEqual([SeatAction.TAKE]);
    expect(bench.asked.filter((name) => name === "call set_dtr")).toHaveLength(2);
  });

  it("asks the exporter for nothing when somebody else drives, or the link is for watching", async () => {
    const bench = new ScriptedBench();
    bench.first = shared({}, { kind: "share", share: "s2", name: "Ben", since: 0 });
    const { page } = open(bench);
    await inSight(page);
    await expect(page.actions.call(["console"], "set_dtr")).rejects.toThrow("Ben drives");
    bench.watches[0]?.push(shared({ role: "view" }));
    await until(page, ({ shared: now }) => now?.you.role === "view");
    await expect(page.actions.call(["console"], "set_dtr")).rejects.toThrow("View only");
    expect(bench.asked).not.toContain("call set_dtr");
  });

  it("makes a link for one use its own, keeps that in the browser, and goes on with it", async () => {
    const bench = new ScriptedBench();
    bench.first = shared({ redeem: true });
    const { page, ways, browser } = open(bench);
    await inSight(page);
    expect(bench.asked).toContain("redeem hash-of-OWN");
    expect(ways.map(({ secret }) => secret)).toEqual(["LINK", "OWN"]);
    expect(ways[0]?.closed).toBe(true);
    expect(page.state).toMatchObject({ secret: "OWN", own: { lasting: true } });

    const again = open(bench, { browser });
    await inSight(again.page);
    expect(again.ways.map(({ secret }) => secret)).toEqual(["OWN"]);
  });

  it("asks the link itself when nobody knows the secret that it had made: the exporter may never have heard of it", async () => {
    const bench = new ScriptedBench();
    const browser = new MemoryStorage();
    new OwnSecrets(
      () => browser,
      () => new MemoryStorage(),
    ).keep("LINK", "OWN");
    bench.failures.set("watch", [ended("unknown")]);
    bench.first = shared({ redeem: true });
    const { ways, page } = open(bench, { browser });
    await inSight(page);
    expect(bench.asked).toContain("redeem hash-of-OWN");
    expect(ways.map(({ secret }) => secret)).toEqual(["OWN", "LINK", "OWN"]);
  });

  for (const trouble of ["unknown", "revoked", "expired", "used"]) {
    it(`says that the link is ${trouble}, shows nothing of the bench any more, and does not try again`, async () => {
      const bench = new ScriptedBench();
      const { page, way, clock } = open(bench);
      await inSight(page);
      // What runs is put out without a reason; who comes anew hears it.
      bench.failures.set("watch", [ended(trouble)]);
      bench.watches[0]?.end(new ConnectError("put out", Code.Unauthenticated));
      await until(page, ({ absent }) => absent?.absence.kind === "ended");
      expect(page.state.absent?.absence).toMatchObject({ trouble });
      expect(page.state).toMatchObject({ shared: undefined, log: [] });
      expect(way().closed).toBe(true);
      await clock.advance(10 * MAX_RETRY_MS);
      expect(bench.watches).toHaveLength(1);
    });
  }

  it("waits for a bench that has not come back to a relay that begins anew, and for no longer than that takes", async () => {
    const bench = new ScriptedBench();
    const { page, clock } = open(bench);
    await inSight(page);
    const unknown = (): ConnectError => new ConnectError("invalid passphrase", Code.Unauthenticated);
    bench.failures.set("watch", [unknown(), unknown()]);
    bench.watches[0]?.end(new ConnectError("the relay is gone", Code.Unavailable));
    await until(page, ({ absent }) => absent !== undefined);
    await clock.advance(4 * MAX_RETRY_MS);
    await inSight(page);
    expect(bench.watches).toHaveLength(2);
    bench.failures.set("watch", Array.from({ length: 100 }, unknown));
    bench.watches[1]?.end(new ConnectError("the relay is gone", Code.Unavailable));
    await until(page, ({ absent }) => absent !== undefined);
    expect(page.state.absent?.absence.kind).toBe("away");
    for (let at = 0; at <= RELAY_LEARNS_MS; at += MAX_RETRY_MS) await clock.advance(MAX_RETRY_MS);
    await until(page, ({ absent }) => absent?.absence.kind === "ended");
  });

  it("waits for a bench that is away, says since when, and goes on by itself", async () => {
    const bench = new ScriptedBench();
    bench.failures.set(
      "watch",
      Array.from({ length: 3 }, () => new ConnectError("no page attached", Code.FailedPrecondition)),
    );
    const { page, clock } = open(bench);
    const since = clock.now();
    await until(page, ({ absent }) => absent !== undefined);
    expect(page.state.absent).toMatchObject({ since, absence: { kind: "away", who: "bench" } });
    const told = new Set<number | undefined>();
    page.subscribe(() => told.add(page.state.absent?.since), { signal: new AbortController().signal });
    await clock.advance(4 * MAX_RETRY_MS);
    await inSight(page);
    expect([...told]).toEqual([since, undefined]);
  });

  it("keeps what was seen while the bench is away, and lets nobody act", async () => {
    const bench = new ScriptedBench();
    const { page } = open(bench);
    await inSight(page);
    bench.watches[0]?.end(new ConnectError("the page was closed", Code.Unavailable));
    await until(page, ({ absent }) => absent !== undefined);
    expect(page.state.shared?.snapshot.name).toBe("bench");
    await expect(page.actions.call(["console"], "set_dtr")).rejects.toThrow("the bench is away");
  });

  it("shows the log, and no line of it twice when the way changes", async () => {
    const bench = new ScriptedBench();
    const { page, way } = open(bench);
    await inSight(page);
    way().attach();
    await until(page, ({ log }) => log.length > 0);
    way().onState({ kind: "attached", since: 1, back: { awayMs: 1, resumed: false } });
    await happened(() => bench.asked.filter((name) => name === "log").length === 2);
    await settle();
    expect(page.state.log.map(({ message }) => message)).toEqual(["hello"]);
  });

  it("leaves: the seat is free at once, the link is forgotten, and nothing of the bench is shown or asked any more", async () => {
    const bench = new ScriptedBench();
    bench.first = shared({}, { kind: "share", share: "s1", name: "Ana", since: 0 });
    const { page, way, forgotten } = open(bench);
    await inSight(page);
    page.actions.leave({ keep: false });
    await happened(() => way().closed);
    expect(bench.seats).toEqual([SeatAction.LEAVE]);
    expect(forgotten()).toBe(1);
    expect(page.state).toMatchObject({ left: "back", shared: undefined, absent: undefined, log: [] });
    const asked = bench.asked.length;
    page.doubtConnection();
    await settle();
    expect(bench.asked).toHaveLength(asked);
  });

  for (const { keep, left, known } of [
    { keep: true, left: "kept", known: "OWN" },
    { keep: false, left: "gone", known: undefined },
  ]) {
    it(`leaves with a link for one use, which this browser then ${keep ? "still" : "no longer"} has`, async () => {
      const bench = new ScriptedBench();
      bench.first = shared({ redeem: true });
      const { page, way, browser } = open(bench);
      await inSight(page);
      page.actions.leave({ keep });
      await happened(() => way().closed);
      expect(page.state.left).toBe(left);
      const secrets = new OwnSecrets(
        () => browser,
        () => new MemoryStorage(),
      );
      expect(secrets.of("LINK")).toBe(known);
    });
  }
});
