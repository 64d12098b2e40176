import { describe, expect, it } from "vitest";
import {
  LOG_HOOK_LINES,
  LOG_REPLAY_LINES,
  LOG_RING_LINES,
  type LogLine,
  LogRing,
  MAX_LOG_LINE_CHARACTERS,
} from "./log-ring.ts";

function ring(): { ring: LogRing; say(message: string, source?: LogLine["source"]): void } {
  const log = new LogRing(() => 1000);
  return {
    ring: log,
    say: (message, source = "driver") =>
      log.append({ severity: "INFO", source, message, driver: "power", driverType: "power" }),
  };
}

async function take(reader: AsyncIterator<LogLine>, count: number): Promise<string[]> {
  const messages: string[] = [];
  while (messages.length < count) {
    const { value, done } = await reader.next();
    if (done === true) break;
    messages.push(value.message);
  }
  return messages;
}

describe("LogRing", () => {
  it("gives each of two readers every line", async () => {
    const { ring: log, say } = ring();
    const { signal } = new AbortController();
    const readers = [log.read({ signal }), log.read({ signal })];
    const taken = readers.map((reader) => take(reader, 3));
    for (const message of ["a", "b", "c"]) say(message);
    expect(await Promise.all(taken)).toEqual([
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });

  it("tells a new reader what the session's hooks said, whatever flood came after", async () => {
    const { ring: log, say } = ring();
    log.beginSession();
    say("hook line 1", "beforeLease");
    say("hook line 2", "beforeLease");
    for (let index = 0; index < 10 * LOG_RING_LINES; index += 1) say(String(index));
    const taken = await take(log.read({ signal: new AbortController().signal }), 3);
    expect(taken).toEqual(["hook line 1", "hook line 2", String(10 * LOG_RING_LINES - LOG_REPLAY_LINES)]);
  });

  it("keeps the newest lines of a hook that says very much", async () => {
    const { ring: log, say } = ring();
    log.beginSession();
    for (let index = 0; index < 100_000; index += 1) say(String(index), "beforeLease");
    say("driver line");
    const taken = await take(log.read({ signal: new AbortController().signal }), LOG_HOOK_LINES + 1);
    expect(taken[0]).toBe(String(100_000 - LOG_HOOK_LINES));
    expect(taken.at(-1)).toBe("driver line");
  });

  it("does not tell a new reader what hooks said in earlier sessions", async () => {
    const { ring: log, say } = ring();
    log.beginSession();
    say("earlier", "beforeLease");
    say("driver line");
    say("earlier", "afterLease");
    log.beginSession();
    say("now", "beforeLease");
    expect(await take(log.read({ signal: new AbortController().signal }), 2)).toEqual(["now", "driver line"]);
  });

  it("pushes a line to each reader as soon as it is there, once, after the replay", async () => {
    const { ring: log, say } = ring();
    say("before", "beforeLease");
    const readers = [1, 2, 3].map(() => log.read({ signal: new AbortController().signal }));
    const first = await Promise.all(readers.map((reader) => take(reader, 1)));
    expect(first).toEqual([["before"], ["before"], ["before"]]);
    const live = readers.map((reader) => take(reader, 2));
    say("live", "beforeLease");
    say("more");
    expect(await Promise.all(live)).toEqual(Array(3).fill(["live", "more"]));
  });

  it("tells a new reader of the time before it came, hooks first", async () => {
    const { ring: log, say } = ring();
    say("driver line");
    say("hook line", "beforeLease");
    expect(await take(log.read({ signal: new AbortController().signal }), 2)).toEqual([
      "hook line",
      "driver line",
    ]);
  });

  it("replays no more than its bound and keeps the newest", async () => {
    const { ring: log, say } = ring();
    for (let index = 0; index < 100_000; index += 1) say(String(index));
    expect(log.since(0).lines).toHaveLength(LOG_RING_LINES);
    const replay = await take(log.read({ signal: new AbortController().signal }), LOG_REPLAY_LINES);
    expect(replay[0]).toBe(String(100_000 - LOG_REPLAY_LINES));
    expect(replay.at(-1)).toBe("99999");
  });

  it("tells a slow reader how many lines it missed, and goes on with those that are left", async () => {
    const { ring: log, say } = ring();
    const reader = log.read({ signal: new AbortController().signal });
    say("first");
    expect(await take(reader, 1)).toEqual(["first"]);
    for (let index = 0; index < LOG_RING_LINES + 50; index += 1) say(String(index));
    expect(await take(reader, 2)).toEqual(["this reader was too slow: 50 log lines are left out here", "50"]);
  });

  it("ends with its signal, also while it waits", async () => {
    const { ring: log } = ring();
    const cancel = new AbortController();
    const reader = log.read({ signal: cancel.signal });
    const waiting = reader.next();
    expect(log.readers).toBe(1);
    cancel.abort();
    expect((await waiting).done).toBe(true);
    expect(log.readers).toBe(0);
  });

  it("cuts a line that is too long", () => {
    const { ring: log, say } = ring();
    say("x".repeat(10 * MAX_LOG_LINE_CHARACTERS));
    expect(log.since(0).lines[0]?.message.length).toBeLessThan(MAX_LOG_LINE_CHARACTERS + 10);
  });
});
