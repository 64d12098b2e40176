import { describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import type { DriverSnapshot, ExporterSnapshot, Share, SharedBench } from "../messages.ts";
import { BenchFeed, MAX_WATCHERS } from "./bench-feed.ts";
import { PASSPHRASE, type Principal } from "./principal.ts";

/** What stands in what colleagues must not see. */
const PRIVATE = "not-for-colleagues";

const SHARE: Share = {
  id: "ana",
  name: "Ana",
  role: "view",
  createdAt: 0,
  expiresAt: null,
  oneTime: false,
  secret: PRIVATE,
  hash: PRIVATE,
  spentHash: PRIVATE,
  ended: undefined,
};

const EVA: Principal = { kind: "share", share: SHARE, standing: "open" };

function driver(name: string, parts: Partial<DriverSnapshot>): DriverSnapshot {
  return {
    path: [name],
    name,
    uuid: "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11",
    type: "t.Driver",
    clientClass: "t.Client",
    category: "serial",
    description: undefined,
    calls: [],
    streamingCalls: [],
    streams: ["connect"],
    state: {},
    binding: undefined,
    canVerify: false,
    openStreams: 0,
    refOf: undefined,
    children: [],
    ...parts,
  };
}

/** A bench with something private wherever there is room for it. */
function bench(parts: Partial<ExporterSnapshot> = {}): ExporterSnapshot {
  const told = { usbVendorId: 1, usbProductId: 2, usbSerialNumber: PRIVATE };
  const chip = driver("chip", {
    binding: {
      kind: "usb",
      status: "present",
      label: "CP2102",
      twin: "told",
      told,
      request: { filters: [], hint: PRIVATE },
    },
  });
  return {
    phase: "running",
    name: "bench",
    failure: undefined,
    status: { name: "LEASE_READY", message: "", since: 0 },
    hook: undefined,
    inUseBy: { client: PRIVATE, since: 0 },
    tunnel: { kind: "waiting", since: 0, retryAt: 0, reason: PRIVATE, lost: true, kept: true },
    drivers: [
      driver("con", {
        binding: {
          kind: "serial",
          status: "missing",
          label: "a serial port",
          told,
          request: { kind: "any", hint: PRIVATE },
        },
        children: [chip],
      }),
    ],
    transfers: [],
    problems: [{ severity: "warning", line: 1, column: 1, endLine: 1, endColumn: 1, message: PRIVATE }],
    activity: { calls: 0, streams: 0, totalCalls: 0 },
    startedAt: 0,
    shares: [SHARE],
    people: [
      {
        id: "1",
        share: "ana",
        name: "Ana",
        role: "view",
        via: "page",
        address: PRIVATE,
        since: 0,
      },
    ],
    seat: { holder: { kind: "free" }, requests: [] },
    ...parts,
  };
}

function feed() {
  const clock = new ManualClock();
  const end = new AbortController();
  const world = { now: bench(), looks: 0 };
  const it = new BenchFeed({
    clock,
    snapshot: () => {
      world.looks += 1;
      return world.now;
    },
  });
  return { clock, world, feed: it, end, watch: (who: Principal) => it.watch(who, { signal: end.signal }) };
}

const parsed = ({ value }: IteratorResult<string, unknown>): SharedBench => JSON.parse(String(value));

describe("the bench as colleagues see it", () => {
  it("has nothing of links, addresses, the relay, the configuration, and what tells devices apart", async () => {
    const { watch } = feed();
    for (const standing of ["open", "unopened"] as const) {
      const { value } = await watch({ ...EVA, standing }).next();
      expect(value).not.toContain(PRIVATE);
    }
  });

  it("has its cards, and the names of their devices", async () => {
    const { watch } = feed();
    const { snapshot } = parsed(await watch(EVA).next());
    expect(snapshot.drivers).toMatchObject([
      {
        name: "con",
        binding: { kind: "serial", status: "missing", label: "a serial port" },
        children: [{ name: "chip", binding: { kind: "usb", status: "present", label: "CP2102" } }],
      },
    ]);
  });

  it("is looked at once for all who watch, when something has changed", async () => {
    const { clock, feed: it_, watch, world } = feed();
    const watchers = [watch(EVA), watch(PASSPHRASE), watch(EVA)];
    for (const watcher of watchers) await watcher.next();
    const before = world.looks;
    const next = watchers.map((watcher) => watcher.next());
    world.now = bench({ name: "another" });
    for (let count = 0; count < 100; count += 1) it_.changed();
    await clock.advance(100);
    for (const each of next) expect(parsed(await each).snapshot.name).toBe("another");
    expect(world.looks).toBe(before + 1);
  });

  it("is not looked at while nobody watches, and forgets who has left", async () => {
    const { clock, feed: it_, watch, world, end } = feed();
    it_.changed();
    await clock.advance(1000);
    expect(world.looks).toBe(0);
    const watcher = watch(EVA);
    await watcher.next();
    const last = watcher.next();
    end.abort();
    expect((await last).done).toBe(true);
    it_.changed();
    await clock.advance(1000);
    expect(world.looks).toBe(1);
  });

  it("is watched by so many, and by one more when one has left", async () => {
    const { watch } = feed();
    const watchers = Array.from({ length: MAX_WATCHERS }, () => watch(EVA));
    for (const watcher of watchers) await watcher.next();
    await expect(watch(EVA).next()).rejects.toThrow(`${MAX_WATCHERS} pages are watching this bench`);
    await watchers[0]?.return();
    await settle();
    expect((await watch(EVA).next()).done).toBe(false);
  });
});
