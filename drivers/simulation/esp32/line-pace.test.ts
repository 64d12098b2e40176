import { describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { LinePace } from "./line-pace.ts";

async function send(pace: LinePace, clock: ManualClock, bytes: number, baudRate: number, arrived: number[]) {
  for await (const piece of pace.pieces(new Uint8Array(bytes), baudRate))
    for (let i = 0; i < piece.length; i++) arrived.push(clock.now());
}

describe("a paced line", () => {
  it("takes ten bits a byte, in pieces", async () => {
    const clock = new ManualClock(0);
    const arrived: number[] = [];
    const sent = send(new LinePace(clock), clock, 11_520, 115_200, arrived);
    await clock.advance(500);
    expect(arrived.length / 11_520).toBeCloseTo(0.5, 1);
    await clock.advance(501);
    await sent;
    expect(arrived.length).toBe(11_520);
    expect(new Set(arrived).size).toBeGreaterThan(100);
  });

  it("lets a few bytes through at once, and counts them with what comes next", async () => {
    const clock = new ManualClock(0);
    const pace = new LinePace(clock);
    const arrived: number[] = [];
    for (let i = 0; i < 4; i++) await send(pace, clock, 10, 115_200, arrived);
    expect(clock.sleeping).toBe(0);
    // 50 bytes in all: more than is let through.
    const sent = send(pace, clock, 10, 115_200, arrived);
    await clock.advance(5);
    await sent;
    expect(arrived.at(-1)).toBeGreaterThan(0);
  });

  it("is not slowed down by a timer that is late", async () => {
    const clock = new ManualClock(0);
    const late = {
      now: () => clock.now(),
      sleep: (ms: number) => clock.sleep(Math.ceil(ms / 20) * 20),
    };
    const arrived: number[] = [];
    const sent = send(new LinePace(late), clock, 11_520, 115_200, arrived);
    await clock.advance(1020);
    await sent;
    expect(arrived.length).toBe(11_520);
  });
});
