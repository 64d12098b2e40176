import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { MAX_CREDENTIALS, parseCredentials } from "../../proto/credentials.ts";
import { MAX_SHARES, type Share } from "../messages.ts";
import { sha256Hex } from "./sha256-hex.ts";
import {
  EXPIRY_LOOK_MS,
  endedSentence,
  MAX_LIFETIME_MS,
  MAX_SHARE_NAME_CHARACTERS,
  type NewShare,
  Shares,
} from "./shares.ts";

const HOUR_MS = 3_600_000;
const HASH = "0123456789abcdef".repeat(4);

const open: Shares[] = [];
afterEach(() => {
  for (const shares of open.splice(0)) shares.dispose();
});

function world(kept: readonly Share[] = [], clock = new ManualClock()) {
  let secrets = 0;
  let changes = 0;
  const ended: string[] = [];
  const shares = new Shares({
    shares: kept,
    clock,
    newSecret: () => String(++secrets).padEnd(22, "s"),
    onChange: () => {
      changes += 1;
    },
    onEnded: ({ name }) => ended.push(name),
  });
  open.push(shares);
  const make = (parts: Partial<NewShare> = {}): Promise<Share> =>
    shares.create({ name: "Ana", role: "control", lifetimeMs: HOUR_MS, oneTime: false, ...parts });
  return { shares, clock, ended, make, changes: () => changes };
}

describe("links", () => {
  it("have a secret of which the relay gets the hash, and nothing else of them", async () => {
    const { shares, make, changes, clock } = world();
    const share = await make({ name: "  Ana Meier ", role: "view" });
    expect(share).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
      name: "Ana Meier",
      role: "view",
      createdAt: clock.now(),
      expiresAt: clock.now() + HOUR_MS,
      oneTime: false,
      secret: expect.stringMatching(/^[A-Za-z0-9]{22}$/),
      hash: await sha256Hex(share.secret ?? ""),
      spentHash: undefined,
      ended: undefined,
    });
    expect(shares.credentials).toEqual([{ id: share.id, hash: share.hash }]);
    expect(changes()).toBe(1);
  });

  it("are listed with the newest first", async () => {
    const { shares, make } = world();
    for (const name of ["Ana", "Ben", "Cem"]) await make({ name });
    expect(shares.list.map(({ name }) => name)).toEqual(["Cem", "Ben", "Ana"]);
  });

  for (const [what, parts, sentence] of [
    ["no name", { name: " \t" }, "a link needs a name: who is it for?"],
    ["a name of two lines", { name: "Ana\nBen" }, "the name of a link has one line"],
    ["a name of 65 letters", { name: "é".repeat(65) }, "64 characters at most, this one has 65"],
    ["no time", { lifetimeMs: 0 }, "give it a lifetime above zero"],
    ["time that is no number", { lifetimeMs: Number.NaN }, "give it a lifetime above zero"],
    ["more than a year", { lifetimeMs: MAX_LIFETIME_MS + 1 }, "a year at most"],
  ] as const) {
    it(`are not made with ${what}`, async () => {
      const { shares, make } = world();
      await expect(make(parts)).rejects.toThrow(sentence);
      expect(shares.list).toEqual([]);
    });
  }

  it("may have the longest name there is, counted as people count", async () => {
    const { make } = world();
    expect((await make({ name: "🦊".repeat(MAX_SHARE_NAME_CHARACTERS) })).ended).toBeUndefined();
  });

  it("end when they are taken back, once, and stay in the list without their secret", async () => {
    const { shares, make, ended, clock } = world();
    const { id, hash } = await make();
    await clock.advance(1000);
    shares.revoke(id);
    await clock.advance(1000);
    const twice = shares.revoke(id);
    expect(twice).toMatchObject({
      secret: undefined,
      hash,
      ended: { at: clock.now() - 1000, why: "revoked" },
    });
    expect(ended).toEqual(["Ana"]);
    expect(endedSentence(twice)).toContain("(Ana) was taken back");
    // Who comes with it is still to be told so.
    expect(shares.credentials).toEqual([{ id, hash }]);
    expect(shares.find(id)?.share).toBe(twice);
  });

  it("are forgotten when the person says so; an open one ends then", async () => {
    const { shares, make, ended } = world();
    const { id } = await make();
    shares.forget(id);
    expect(ended).toEqual(["Ana"]);
    expect(shares.list).toEqual([]);
    expect(shares.find(id)).toBeUndefined();
    expect(() => shares.revoke(id)).toThrow("not in the list any more");
  });

  it("end by themselves when their time has come", async () => {
    const { shares, make, ended, clock } = world();
    await make({ name: "Ana", lifetimeMs: HOUR_MS });
    await make({ name: "Ben", lifetimeMs: 2 * HOUR_MS });
    await make({ name: "Cem", lifetimeMs: null });
    await clock.advance(HOUR_MS - 1);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual(["Ana"]);
    await clock.advance(HOUR_MS);
    expect(ended).toEqual(["Ana", "Ben"]);
    expect(shares.list.map(({ ended: end }) => end?.why)).toEqual([undefined, "expired", "expired"]);
    expect(clock.sleeping).toBe(0);
  });

  it("are told to have ended without the word that makes Python clients ask for a login", async () => {
    const { shares, make, clock } = world();
    const { id } = await make();
    await clock.advance(HOUR_MS);
    const share = shares.find(id)?.share;
    expect(share && endedSentence(share)).toBe(
      "the time of this link (Ana) has run out: ask the person at the board for a new one",
    );
  });

  it("end at their next use after the machine has slept, and soon after it without one", async () => {
    /** Its timers stand still while the calendar goes on. */
    class SleepyClock extends ManualClock {
      sleptMs = 0;
      override now(): number {
        return super.now() + this.sleptMs;
      }
    }
    for (const used of [true, false]) {
      const clock = new SleepyClock();
      const { shares, make, ended } = world([], clock);
      const { id } = await make();
      clock.sleptMs = HOUR_MS;
      expect(ended).toEqual([]);
      if (used) shares.find(id);
      else await clock.advance(EXPIRY_LOOK_MS);
      expect(ended).toEqual(["Ana"]);
    }
  });

  it("that ended while the page was closed have ended when it is back", async () => {
    const before = world();
    await before.make();
    const clock = new ManualClock(before.clock.now() + 2 * HOUR_MS);
    const { shares, changes } = world(before.shares.list, clock);
    await clock.advance(0);
    expect(shares.list).toMatchObject([{ ended: { why: "expired" } }]);
    expect(changes()).toBe(1);
  });

  it("make room for each other: the oldest that has ended goes, an open one never", async () => {
    const { shares, make } = world();
    const made: Share[] = [];
    for (let count = 0; count < MAX_SHARES; count += 1) made.push(await make({ name: `link ${count}` }));
    await expect(make()).rejects.toThrow("64 links are open: revoke one that nobody needs");
    shares.revoke(made[7]?.id ?? "");
    shares.revoke(made[3]?.id ?? "");
    await make({ name: "new" });
    expect(shares.list).toHaveLength(MAX_SHARES);
    expect(shares.list.filter(({ ended }) => ended !== undefined).map(({ name }) => name)).toEqual([
      "link 7",
    ]);
  });

  it("that are made at once both count", async () => {
    const { shares, make } = world();
    for (let count = 1; count < MAX_SHARES; count += 1) await make();
    const made = await Promise.allSettled([make({ name: "a" }), make({ name: "b" })]);
    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(shares.list).toHaveLength(MAX_SHARES);
  });
});

describe("a link for one use", () => {
  async function oneTime() {
    const all = world();
    const share = await all.make({ oneTime: true });
    const found = all.shares.find(share.id);
    if (found === undefined) throw new Error("it was made just now");
    return { ...all, share, found };
  }

  it("becomes the secret of who opens it first, and its own opens nothing any more", async () => {
    const { shares, share, found } = await oneTime();
    shares.redeem(found, HASH);
    expect(shares.list).toMatchObject([{ secret: undefined, hash: HASH, spentHash: share.hash }]);
    expect(shares.credentials).toEqual([
      { id: share.id, hash: share.hash },
      { id: `${share.id}-own`, hash: HASH },
    ]);
    expect(shares.find(share.id)?.spent).toBe(true);
    expect(shares.find(`${share.id}-own`)?.spent).toBe(false);
  });

  it("has nobody's own secret before it is opened", async () => {
    const { shares, share } = await oneTime();
    expect(shares.find(`${share.id}-own`)).toBeUndefined();
  });

  it("is not opened a second time", async () => {
    const { shares, share, found } = await oneTime();
    shares.redeem(found, HASH);
    const again = shares.find(share.id);
    if (again === undefined) throw new Error("it is known");
    expect(() => shares.redeem(again, "1".repeat(64))).toThrow("has been opened already");
    const own = shares.find(`${share.id}-own`);
    if (own === undefined) throw new Error("it is known");
    expect(() => shares.redeem(own, "1".repeat(64))).toThrow("made the link its own already");
    expect(shares.list[0]?.hash).toBe(HASH);
  });

  it("may be opened again by the same browser, whose answer was lost", async () => {
    const { shares, share, found } = await oneTime();
    shares.redeem(found, HASH);
    const again = shares.find(share.id);
    if (again === undefined) throw new Error("it is known");
    expect(shares.redeem(again, HASH).hash).toBe(HASH);
  });

  it("takes no hash that is none, or that another link has", async () => {
    const { shares, make, found } = await oneTime();
    for (const bad of ["", HASH.toUpperCase(), `${HASH}0`, "secret"]) {
      expect(() => shares.redeem(found, bad)).toThrow("64 hex digits");
    }
    const { hash } = await make({ name: "Ben" });
    expect(() => shares.redeem(found, hash)).toThrow("another link has this secret");
  });

  it("is another thing than a link for many, which stays as it is", async () => {
    const { shares, make } = world();
    const found = shares.find((await make()).id);
    if (found === undefined) throw new Error("it was made just now");
    expect(() => shares.redeem(found, HASH)).toThrow("not for one use");
  });

  it("fits into the relay's list, as many as there may be", async () => {
    const { shares, make } = world();
    for (let count = 0; count < MAX_SHARES; count += 1) {
      const found = shares.find((await make({ oneTime: true })).id);
      if (found !== undefined) shares.redeem(found, await sha256Hex(String(count)));
    }
    expect(shares.credentials).toHaveLength(MAX_CREDENTIALS);
    expect(parseCredentials(shares.credentials, "they")).toEqual({ credentials: shares.credentials });
  });
});
