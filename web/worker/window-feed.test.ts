import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { LOG_RING_LINES, LogRing } from "../exporter/index.ts";
import type { ExporterSnapshot, FromWorker } from "../messages.ts";
import { MAX_WAITING_LINES, SNAPSHOT_INTERVAL_MS, WindowFeed } from "./window-feed.ts";

const SNAPSHOT: ExporterSnapshot = {
  phase: "running",
  name: "bench",
  failure: undefined,
  status: { name: "LEASE_READY", message: "", since: undefined },
  hook: undefined,
  inUseBy: undefined,
  tunnel: { kind: "off" },
  drivers: [],
  transfers: [],
  problems: [],
  activity: { calls: 0, streams: 0, totalCalls: 0 },
  startedAt: undefined,
  shares: [],
  people: [],
  seat: { holder: { kind: "free" }, requests: [] },
};

function world() {
  const clock = new ManualClock();
  const posted: FromWorker[] = [];
  const log: LogRing = new LogRing(
    () => clock.now(),
    () => feed.changed(),
  );
  const feed = new WindowFeed({
    clock,
    post: (message) => posted.push(message),
    snapshot: () => SNAPSHOT,
    log: () => log,
  });
  return {
    clock,
    feed,
    posted,
    say: (lines: number) => {
      for (let line = 0; line < lines; line += 1)
        log.append({ severity: "INFO", source: "system", message: "line" });
    },
    sequences: () =>
      posted
        .flatMap((message) => (message.kind === "log" ? message.records : []))
        .map((line) => line.sequence),
  };
}

describe("WindowFeed", () => {
  it("makes one message of many changes, and has nothing to say of a log without new lines", async () => {
    const { clock, feed, posted } = world();
    for (let change = 0; change < 10; change += 1) feed.changed();
    expect(posted).toEqual([]);
    await clock.advance(SNAPSHOT_INTERVAL_MS);
    expect(posted).toEqual([{ kind: "snapshot", snapshot: SNAPSHOT }]);
    await clock.advance(10 * SNAPSHOT_INTERVAL_MS);
    expect(posted).toHaveLength(1);
  });

  it("tells each line once, with the snapshot of its time", async () => {
    const { clock, posted, say, sequences } = world();
    say(2);
    await clock.advance(SNAPSHOT_INTERVAL_MS);
    say(1);
    await clock.advance(SNAPSHOT_INTERVAL_MS);
    expect(posted.map(({ kind }) => kind)).toEqual(["snapshot", "log", "snapshot", "log"]);
    expect(sequences()).toEqual([0, 1, 2]);
  });

  it("loses no line of a flood that the log itself does not keep", async () => {
    const { clock, say, sequences } = world();
    const lines = 3 * LOG_RING_LINES + 1;
    say(lines);
    expect(sequences()).toHaveLength(6 * MAX_WAITING_LINES);
    await clock.advance(SNAPSHOT_INTERVAL_MS);
    expect(sequences()).toEqual(Array.from({ length: lines }, (_, sequence) => sequence));
  });
});
