import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endSilence, type SilentSession } from "./http2-silence.ts";

const SILENCE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** What of a session counts here, on a timer that the test turns. */
class FakeSession extends EventEmitter {
  destroyed = false;
  readonly goodbyes: string[] = [];

  goaway(code?: number, _lastStream?: number, data?: NodeJS.ArrayBufferView): void {
    // As Node does it.
    if (this.destroyed) throw new Error("The session has been destroyed");
    this.goodbyes.push(`${code} ${data}`);
  }

  destroy(): void {
    this.destroyed = true;
  }
}

function watched(): FakeSession {
  const session = new FakeSession();
  endSilence(session as unknown as SilentSession, SILENCE_MS);
  return session;
}

describe("an HTTP/2 connection without a call", () => {
  it("is told why it ends, and ended, when its time is over", () => {
    const session = watched();
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(session.goodbyes).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(session.goodbyes).toEqual(["0 no request came within 60 s"]);
    expect(session.destroyed).toBe(true);
  });

  it("stays for as long as it pings", () => {
    const session = watched();
    for (let turn = 0; turn < 10; turn += 1) {
      vi.advanceTimersByTime(SILENCE_MS - 1);
      session.emit("ping", Buffer.alloc(8));
    }
    expect(session.goodbyes).toEqual([]);
    vi.advanceTimersByTime(SILENCE_MS + 1);
    expect(session.destroyed).toBe(true);
  });

  it("stays for ever after its first stream, and leaves no timer when it closes", () => {
    for (const event of ["stream", "close"]) {
      const session = watched();
      session.emit(event);
      session.emit("ping", Buffer.alloc(8));
      vi.advanceTimersByTime(10 * SILENCE_MS);
      expect(session.goodbyes).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("is told nothing when its session is over before the connection is", () => {
    const session = watched();
    session.destroy();
    vi.advanceTimersByTime(SILENCE_MS + 1);
    expect(session.goodbyes).toEqual([]);
  });
});
