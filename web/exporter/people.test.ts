import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { MAX_PEOPLE, type Share } from "../messages.ts";
import { CLIENT_LINGER_MS, People, type Visitor } from "./people.ts";
import { PASSPHRASE } from "./principal.ts";

const CALL = { watches: false };
const WATCH = { watches: true };

const share = (name: string): Share => ({
  id: name.toLowerCase(),
  name,
  role: "view",
  createdAt: 0,
  expiresAt: null,
  oneTime: false,
  secret: undefined,
  hash: "",
  spentHash: undefined,
  ended: undefined,
});

/** Somebody with a link, or with the passphrase. */
function visitor(
  name: string | undefined,
  connection: string,
  { address = "10.0.0.7", web = false } = {},
): Visitor {
  return {
    principal: name === undefined ? PASSPHRASE : { kind: "share", share: share(name), standing: "open" },
    caller: { address, connection },
    web,
  };
}

function world() {
  const clock = new ManualClock();
  const arrived: string[] = [];
  const connected: string[] = [];
  const people = new People({
    clock,
    onChange: () => undefined,
    onArrived: ({ name, via }) => arrived.push(`${name} ${via}`),
    onConnected: (id, is) => connected.push(`${id} ${is ? "there" : "gone"}`),
  });
  const shown = (): string[] =>
    people.snapshot.map(({ name = "passphrase", via, address }) => `${name} ${via} ${address}`);
  return { people, clock, arrived, connected, shown };
}

describe("people", () => {
  it("are a client for all that one machine does with one link, and stay between two commands", async () => {
    const { people, clock, shown, arrived } = world();
    const since = clock.now();
    const endShell = people.arrive(visitor("Ana", "shell"), CALL);
    for (const connection of ["j1", "j2"]) people.arrive(visitor("Ana", connection), CALL)();
    expect(people.snapshot).toEqual([
      { id: "1", share: "ana", name: "Ana", role: "view", via: "client", address: "10.0.0.7", since },
    ]);
    endShell();
    await clock.advance(CLIENT_LINGER_MS - 1);
    people.arrive(visitor("Ana", "j3"), CALL)();
    await clock.advance(CLIENT_LINGER_MS - 1);
    expect(shown()).toEqual(["Ana client 10.0.0.7"]);
    await clock.advance(1);
    expect(shown()).toEqual([]);
    expect(arrived).toEqual(["Ana client"]);
    expect(clock.sleeping).toBe(0);
  });

  it("are told apart by link and by machine, in the order they came", () => {
    const { people, shown } = world();
    people.arrive(visitor("Ben", "b"), CALL);
    people.arrive(visitor(undefined, "p"), CALL);
    people.arrive(visitor("Ben", "b2", { address: "10.0.0.8" }), CALL);
    expect(shown()).toEqual(["Ben client 10.0.0.7", "passphrase client 10.0.0.7", "Ben client 10.0.0.8"]);
    expect(people.snapshot.map(({ role }) => role)).toEqual(["view", "control", "view"]);
  });

  it("are a page while it watches, and what the page calls belongs to it", () => {
    const { people, shown } = world();
    // It asked for something before.
    people.arrive(visitor("Ana", "c1"), CALL)();
    const endWatch = people.arrive(visitor("Ana", "c1"), WATCH);
    people.arrive(visitor("Ana", "c1"), CALL);
    expect(shown()).toEqual(["Ana page 10.0.0.7"]);
    expect(people.isPage(visitor("Ana", "c1"))).toBe(true);
    expect(people.isPage(visitor("Ana", "jmp"))).toBe(false);
    endWatch();
    expect(shown()).toEqual([]);
  });

  it("are one page that begins over gRPC-Web and goes on over its tunnel", () => {
    const { people, shown, arrived } = world();
    const endFirst = people.arrive(visitor("Ana", "http", { web: true }), WATCH);
    people.arrive(visitor("Ana", "http2", { web: true }), CALL);
    const endSecond = people.arrive(visitor("Ana", "tunnel"), WATCH);
    expect(shown()).toEqual(["Ana page 10.0.0.7"]);
    endFirst();
    expect(shown()).toEqual(["Ana page 10.0.0.7"]);
    endSecond();
    expect(shown()).toEqual([]);
    expect(arrived).toEqual(["Ana page"]);
  });

  it("are one page still when the tunnel was the slower way, and it stays on gRPC-Web", () => {
    const { people, shown } = world();
    const endFirst = people.arrive(visitor("Ana", "http", { web: true }), WATCH);
    const endSecond = people.arrive(visitor("Ana", "tunnel"), WATCH);
    endSecond();
    expect(shown()).toEqual(["Ana page 10.0.0.7"]);
    people.arrive(visitor("Ana", "tunnel"), CALL);
    expect(shown()).toEqual(["Ana page 10.0.0.7"]);
    endFirst();
    expect(shown()).toEqual([]);
  });

  it("are two pages in two browsers, and a client beside them", () => {
    const { people, shown } = world();
    people.arrive(visitor("Ana", "c1"), WATCH);
    people.arrive(visitor("Ana", "c2"), WATCH);
    people.arrive(visitor("Ana", "jmp"), CALL);
    expect(shown()).toEqual(["Ana page 10.0.0.7", "Ana page 10.0.0.7", "Ana client 10.0.0.7"]);
  });

  it("are there with a link from its first call to the end of its last", () => {
    const { people, connected } = world();
    const end = people.arrive(visitor("Ana", "c1"), CALL);
    const endOther = people.arrive(visitor("Ana", "c2"), WATCH);
    people.arrive(visitor(undefined, "p"), CALL)();
    end();
    expect(connected).toEqual(["ana there"]);
    endOther();
    expect(connected).toEqual(["ana there", "ana gone"]);
  });

  it("are gone at once when their link ends", async () => {
    const { people, clock, shown } = world();
    const end = people.arrive(visitor("Ana", "c1"), CALL);
    people.arrive(visitor("Ana", "c2"), WATCH);
    people.arrive(visitor("Ben", "b"), CALL);
    people.ended("ana");
    expect(shown()).toEqual(["Ben client 10.0.0.7"]);
    end();
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });

  it("are not shown beyond MAX_PEOPLE, and their calls go on", () => {
    const { people, shown, connected } = world();
    for (let count = 0; count <= MAX_PEOPLE; count += 1) {
      people.arrive(visitor("Ana", `c${count}`), WATCH);
    }
    people.arrive(visitor("Ben", "b"), CALL)();
    expect(shown()).toHaveLength(MAX_PEOPLE);
    expect(connected).toEqual(["ana there", "ben there", "ben gone"]);
  });
});
