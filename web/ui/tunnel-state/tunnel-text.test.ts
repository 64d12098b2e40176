import { describe, expect, it } from "vitest";
import type { TunnelState } from "../../messages.ts";
import {
  BACK_NOTE_MS,
  ENDED_NOTE_MS,
  tunnelAnnouncement,
  tunnelText,
  tunnelTextCounts,
} from "./tunnel-text.ts";

const NOW = 1_000_000;

const lost = {
  kind: "waiting",
  since: NOW - 12_000,
  retryAt: NOW + 2_500,
  reason: "it went away",
  lost: true,
  kept: true,
} as const;

function back(resumed: boolean, awayMs = 12_400): TunnelState {
  return { kind: "attached", since: NOW, back: { awayMs, resumed } };
}

function refused(cure: Extract<TunnelState, { kind: "refused" }>["cure"], reason = "no"): TunnelState {
  return { kind: "refused", reason, cure };
}

describe("tunnelText()", () => {
  it("says nothing about a tunnel that nobody has asked for", () => {
    expect(tunnelText({ kind: "off" }, NOW)).toBeUndefined();
  });

  it("does not count the first seconds of connecting", () => {
    expect(tunnelText({ kind: "connecting", since: NOW - 2_000 }, NOW)?.detail).toBe("One moment.");
    expect(tunnelText({ kind: "connecting", since: NOW - 9_000 }, NOW)?.detail).toBe("9 s so far.");
  });

  it("counts how long the connection is lost, and how long until the next try", () => {
    expect(tunnelText(lost, NOW)).toEqual({
      tone: "warning",
      title: "Connection to the relay lost, 12 s, trying again in 3 s",
      detail:
        "It went away. Clients wait, and go on when it is back within half a minute. This bench works on meanwhile.",
    });
    expect(tunnelText(lost, NOW + 1_600)?.title).toBe("Connection to the relay lost, 13 s, trying again");
    expect(tunnelText(lost, NOW + 60_000)?.title).toBe("Connection to the relay lost, 1 min, trying again");
  });

  it("says what has become of clients when it lasts too long", () => {
    expect(tunnelText({ ...lost, kept: false }, NOW)?.detail).toBe(
      "It went away. What clients were doing has ended. Clients can connect as soon as the relay answers.",
    );
  });

  it("does not call a connection lost that has never been there", () => {
    expect(tunnelText({ ...lost, lost: false, kept: false }, NOW)).toMatchObject({
      title: "No connection to the relay yet, 12 s, trying again in 3 s",
      detail: "It went away. Clients can connect as soon as the relay answers.",
    });
  });

  it("says for some seconds that the connection is back, after how long, and that nothing was lost", () => {
    expect(tunnelText(back(true), NOW)).toEqual({
      tone: "ok",
      title: "Back after 12 s, nothing was lost",
      detail: "What clients were doing goes on.",
    });
    expect(tunnelText(back(true, 400), NOW)?.title).toBe("Back after less than 1 s, nothing was lost");
    expect(tunnelText(back(true), NOW + BACK_NOTE_MS - 1)?.title).toContain("Back");
    expect(tunnelText(back(true), NOW + BACK_NOTE_MS)?.title).toBe("Clients can connect");
  });

  it("says longer that something has ended", () => {
    expect(tunnelText(back(false), NOW + BACK_NOTE_MS)).toEqual({
      tone: "warning",
      title: "Back after 12 s",
      detail: "What clients were doing has ended. They can start it again now.",
    });
    expect(tunnelText(back(false), NOW + ENDED_NOTE_MS)?.title).toBe("Clients can connect");
  });

  it("gives the relay's own reason", () => {
    expect(tunnelText(refused("rename", "another exporter is named `demo`"), NOW)).toEqual({
      tone: "error",
      title: "The relay has refused this page",
      detail: "Another exporter is named `demo`.",
    });
  });

  it("says who is attached, and what taking over would do there", () => {
    expect(
      tunnelText(refused("take-over", 'exporter "a" is open in another tab: close it there'), NOW),
    ).toEqual({
      tone: "warning",
      title: "Another page is attached already",
      detail:
        'Exporter "a" is open in another tab: close it there. Or take over: what clients are doing there ends then.',
    });
  });

  it("says that another page has taken over, and that this one leaves it at that", () => {
    expect(tunnelText(refused("take-back"), NOW)).toMatchObject({
      tone: "warning",
      title: "Another page has taken over",
      detail: expect.stringContaining("stays away until you take it back"),
    });
  });

  it("has no full stop where there is no reason", () => {
    expect(tunnelText(refused("none", ""), NOW)?.detail).toBe("");
  });
});

describe("tunnelAnnouncement()", () => {
  for (const [what, state, words] of [
    ["nothing of a tunnel that nobody has asked for", { kind: "off" }, ""],
    ["that it connects", { kind: "connecting", since: NOW }, "Connecting to the relay."],
    ["that clients can come", { kind: "attached", since: NOW }, "Clients can connect."],
    ["that the connection is lost", lost, "Connection to the relay lost. Trying again."],
    [
      "that it was lost for too long",
      { ...lost, kept: false },
      "Connection to the relay lost. What clients were doing has ended. Trying again.",
    ],
    [
      "that there is no relay",
      { ...lost, lost: false, kept: false },
      "The relay does not answer. Trying again.",
    ],
    ["that it is back", back(true), "Connected to the relay again. Nothing was lost."],
    ["what is lost", back(false), "Connected to the relay again. What clients were doing has ended."],
    ["why the relay says no", refused("none", "not here"), "The relay has refused this page. Not here."],
  ] as const) {
    it(`says ${what}`, () => {
      expect(tunnelAnnouncement(state)).toBe(words);
    });
  }

  it("does not count: a screen reader would read nothing else", () => {
    expect(tunnelAnnouncement({ ...lost, since: 0, retryAt: 0 })).toBe(tunnelAnnouncement(lost));
  });
});

describe("tunnelTextCounts()", () => {
  it("is true while there are seconds to count, or a note to take away", () => {
    expect(tunnelTextCounts(lost, NOW)).toBe(true);
    expect(tunnelTextCounts({ kind: "connecting", since: NOW }, NOW)).toBe(true);
    expect(tunnelTextCounts(back(true), NOW)).toBe(true);
    expect(tunnelTextCounts(back(true), NOW + BACK_NOTE_MS)).toBe(false);
    expect(tunnelTextCounts({ kind: "attached", since: NOW }, NOW)).toBe(false);
    expect(tunnelTextCounts(refused("none"), NOW)).toBe(false);
  });
});
