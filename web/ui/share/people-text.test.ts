import { describe, expect, it } from "vitest";
import type { SeatSnapshot } from "../../messages.ts";
import { sampleDrivenBy, samplePerson } from "../testing/sample-shares.ts";
import {
  driverText,
  personName,
  presence,
  requestsFor,
  requestText,
  seatText,
  type Viewer,
  whoIsHere,
} from "./people-text.ts";

const BOARD: Viewer = { kind: "board" };
const ANA: Viewer = { kind: "share", share: "ana", role: "control" };
const BEN: Viewer = { kind: "share", share: "ben", role: "control" };
const WATCHER: Viewer = { kind: "share", share: "eve", role: "view" };

const FREE: SeatSnapshot = { holder: { kind: "free" }, requests: [] };
const AT_BOARD: SeatSnapshot = { holder: { kind: "board", since: 0 }, requests: [] };
const ASKED = [{ share: "ben", name: "Ben", since: 2 }];

function offered(seat: SeatSnapshot, viewer: Viewer): unknown {
  const { title, buttons } = seatText(seat, viewer);
  return [title, ...buttons.map(({ label, wish }) => `${label}: ${wish.action}`)];
}

describe("personName()", () => {
  it("is the name of the link, and for oneself it says so", () => {
    expect(personName(samplePerson("Ana"), BOARD)).toBe("Ana");
    expect(personName(samplePerson("Ana"), ANA)).toBe("Ana (you)");
  });

  it("says of somebody who has none that they came with the passphrase, or where none is needed", () => {
    const somebody = samplePerson("x", { share: undefined, name: undefined, via: "client" });
    expect(personName(somebody, BOARD)).toBe("Without a link");
  });
});

describe("presence()", () => {
  it("says by what, since when, and from where", () => {
    expect(presence(samplePerson("Ana", { since: 1_000, address: "192.0.2.7" }), 181_000)).toBe(
      "page for 3 min, from 192.0.2.7",
    );
  });

  it("leaves out where from, when the relay does not say it", () => {
    expect(presence(samplePerson("Ana", { via: "client", since: 0, address: "" }), 5_000)).toBe(
      "jmp for 5 s",
    );
  });
});

describe("whoIsHere()", () => {
  it("says nothing while nobody is", () => {
    expect(whoIsHere([])).toBeUndefined();
  });

  it("names each one once, however often they are connected", () => {
    expect(
      whoIsHere([samplePerson("Ana"), samplePerson("Ben"), samplePerson("Ana", { via: "client" })]),
    ).toBe("Ana and Ben");
  });

  it("counts those without a name, and does not grow without end", () => {
    const client = samplePerson("", { share: undefined, name: undefined, via: "client" });
    expect(whoIsHere([client])).toBe("1 client");
    expect(whoIsHere([samplePerson("Ana"), samplePerson("Ben"), client, client])).toBe(
      "Ana, Ben and 2 clients",
    );
    expect(whoIsHere(["Ana", "Ben", "Cleo", "Dan"].map((name) => samplePerson(name)))).toBe(
      "Ana, Ben and 2 more",
    );
  });
});

describe("seatText()", () => {
  it("lets the person at the board take the seat, take it back, and let go", () => {
    expect(offered(FREE, BOARD)).toEqual(["Nobody drives", "Drive alone: take"]);
    expect(offered(AT_BOARD, BOARD)).toEqual(["You drive", "Let others drive: free"]);
    expect(offered(sampleDrivenBy("Ana"), BOARD)).toEqual(["Ana drives", "Take back: take"]);
  });

  it("lets a colleague take a free seat, leave it, ask for it, and ask no more", () => {
    expect(offered(FREE, ANA)).toEqual(["Nobody drives", "Drive: take"]);
    expect(offered(sampleDrivenBy("Ana"), ANA)).toEqual(["You drive", "Let others drive: free"]);
    expect(offered(sampleDrivenBy("Ana"), BEN)).toEqual(["Ana drives", "Ask to drive: ask"]);
    expect(offered(AT_BOARD, BEN)).toEqual(["The person at the board drives", "Ask to drive: ask"]);
    expect(offered({ ...sampleDrivenBy("Ana"), requests: ASKED }, BEN)).toEqual([
      "Ana drives",
      "Ask no more: withdraw",
    ]);
  });

  it("offers nothing to who may only watch", () => {
    for (const seat of [FREE, AT_BOARD, sampleDrivenBy("Ana")]) {
      expect(seatText(seat, WATCHER).buttons).toEqual([]);
    }
  });
});

describe("driverText()", () => {
  it("is silent while the seat is free", () => {
    expect(driverText(FREE, BOARD)).toBeUndefined();
    expect(driverText(sampleDrivenBy("Ana"), BOARD)).toBe("Ana drives");
    expect(driverText(AT_BOARD, ANA)).toBe("The person at the board drives");
  });
});

describe("requestsFor()", () => {
  const seat = { ...sampleDrivenBy("Ana"), requests: ASKED };

  it("asks the person at the board and who drives, and nobody else", () => {
    expect(requestsFor(seat, BOARD)).toEqual(ASKED);
    expect(requestsFor(seat, ANA)).toEqual(ASKED);
    expect(requestsFor(seat, BEN)).toEqual([]);
    expect(requestsFor(seat, WATCHER)).toEqual([]);
  });
});

describe("requestText()", () => {
  it("says who asks", () => {
    expect(requestText([])).toBeUndefined();
    expect(requestText(ASKED)).toBe("Ben asks to drive");
    expect(requestText([...ASKED, { share: "cleo", name: "Cleo", since: 3 }])).toBe(
      "Ben and Cleo ask to drive",
    );
  });
});
