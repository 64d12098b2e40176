import { describe, expect, it } from "vitest";
import type { TunnelState } from "../../messages.ts";
import type { GuestState } from "../model/guest-state.ts";
import type { Absence } from "../model/link-error.ts";
import { shared } from "../testing/scripted-bench.ts";
import {
  absenceText,
  benchStatus,
  guestTitle,
  lastsText,
  leavingText,
  listeningBecause,
  lockOf,
  wayText,
} from "./guest-text.ts";

const MINUTE_MS = 60_000;

function state(change: Partial<GuestState> = {}): GuestState {
  return {
    shared: shared(),
    absent: undefined,
    tunnel: { kind: "attached", since: 0 },
    log: [],
    notices: [],
    relay: undefined,
    secret: "LINK",
    own: undefined,
    left: undefined,
    ownTransfers: new Map(),
    cancelled: new Set(),
    ...change,
  };
}

const waiting = (kept: boolean): TunnelState => ({
  kind: "waiting",
  since: 0,
  retryAt: 0,
  reason: "closed",
  lost: kept,
  kept,
});

const away: Absence = { kind: "away", who: "relay", reason: "Its address does not answer." };

describe("absenceText()", () => {
  const absences: readonly Absence[] = [
    away,
    { ...away, who: "bench" },
    { kind: "version", reason: "No such method." },
    ...(["unknown", "revoked", "expired", "used"] as const).map(
      (trouble): Absence => ({ kind: "ended", trouble, reason: "" }),
    ),
  ];

  it("has a title of its own for each, and says what to do", () => {
    const said = absences.map((absence) => absenceText(absence, 0));
    expect(new Set(said.map(({ title }) => title)).size).toBe(absences.length);
    for (const { cure, detail } of said) for (const text of [cure, detail]) expect(text).toMatch(/[.?]$/);
  });

  it("offers a reload only where that helps", () => {
    expect(absences.filter((absence) => absenceText(absence, 0).reload).map(({ kind }) => kind)).toEqual([
      "version",
    ]);
  });
});

describe("what cannot be done now", () => {
  it("is nothing while the way is there and nobody else drives", () => {
    expect(lockOf(state())).toBeUndefined();
    expect(listeningBecause(state())).toBeUndefined();
    expect(wayText(state(), 0)).toBeUndefined();
  });

  it("is typing alone where no WebSocket comes through", () => {
    const now = state({ tunnel: waiting(false) });
    expect(lockOf(now)).toBeUndefined();
    expect(listeningBecause(now)).toContain("WebSocket");
    expect(wayText(now, 0)).toContain("typing and sending files");
  });

  it("is nothing while a connection that was lost is kept: what is typed waits for it", () => {
    const now = state({ tunnel: waiting(true) });
    expect(listeningBecause(now)).toBeUndefined();
    expect(wayText(now, 4_000)).toContain("lost, for 4 s");
  });

  it("is everything while the bench is away, which is said once", () => {
    const now = state({ absent: { absence: away, since: 0 }, tunnel: waiting(false) });
    expect(lockOf(now)).toBe("The bench is away.");
    expect(wayText(now, 0)).toBeUndefined();
  });

  it("is everything while somebody else drives, or the link is for watching", () => {
    const driven = state({ shared: shared({}, { kind: "share", share: "s2", name: "Ben", since: 0 }) });
    expect(lockOf(driven)).toContain("Ben drives");
    expect(lockOf(state({ shared: shared({ role: "view" }) }))).toContain("View only");
  });
});

describe("guestTitle()", () => {
  it("says first that somebody asks to drive, of whoever drives", () => {
    const driving = shared({}, { kind: "share", share: "s1", name: "Ana", since: 0 });
    const { seat } = driving.snapshot;
    const requests = [{ share: "s2", name: "Ben", since: 0 }];
    const asked = { ...driving, snapshot: { ...driving.snapshot, seat: { ...seat, requests } } };
    expect(guestTitle(state({ shared: asked }))).toMatch(/^\(1\) bench: /);
    expect(guestTitle(state({ shared: driving }))).toMatch(/^bench: /);
  });

  it("says that this person has left", () => {
    expect(guestTitle(state({ shared: undefined, left: "back" }))).toBe("You have left · jumptab");
    expect(benchStatus(state({ left: "back" })).tone).toBe("off");
  });
});

describe("lastsText()", () => {
  it.each([
    [null, /until it is taken back/],
    [30_000, /within a minute/],
    [5 * MINUTE_MS, /^Ends in 5 min, at /],
  ])("of a link that ends at %s", (expiresAt, says) => {
    expect(lastsText(expiresAt, 0)).toMatch(says);
  });
});

describe("leavingText()", () => {
  it("asks nothing where a link brings one back, and no file is on its way", () => {
    expect(leavingText({ own: undefined }, false)).toBeUndefined();
  });

  it("asks before a file is cancelled, and before a link for one use is forgotten", () => {
    expect(leavingText({ own: undefined }, true)).toContain("cancels");
    expect(leavingText({ own: { lasting: true } }, false)).toContain("one use");
  });
});
