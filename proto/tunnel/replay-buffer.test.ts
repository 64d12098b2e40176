import { describe, expect, it } from "vitest";
import { KEPT_MESSAGE_OVERHEAD_BYTES, POOLED_MESSAGE_BYTES } from "./limits.ts";
import { MessageMemory } from "./message-memory.ts";
import { ReplayBuffer } from "./replay-buffer.ts";

const message = (...bytes: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

describe("ReplayBuffer", () => {
  it("keeps what is not acknowledged, in order", () => {
    const buffer = new ReplayBuffer(new MessageMemory());
    for (const byte of [1, 2, 3, 4]) buffer.push(message(byte));
    buffer.acknowledge(2);
    expect([buffer.acknowledged, buffer.sent, buffer.bytes]).toEqual([
      2,
      4,
      2 * (1 + KEPT_MESSAGE_OVERHEAD_BYTES),
    ]);
    expect(buffer.pending().map(([byte]) => byte)).toEqual([3, 4]);
    buffer.push(message(5));
    expect(buffer.pending().map(([byte]) => byte)).toEqual([3, 4, 5]);
    buffer.acknowledge(5);
    expect([buffer.sent, buffer.bytes, buffer.pending().length]).toEqual([5, 0, 0]);
  });

  it("covers what was sent from the last acknowledgement on, and nothing else", () => {
    const buffer = new ReplayBuffer(new MessageMemory());
    for (const byte of [1, 2, 3]) buffer.push(message(byte));
    buffer.acknowledge(1);
    expect([0, 1, 2, 3, 4].map((number) => buffer.covers(number))).toEqual([false, true, true, true, false]);
  });

  it("counts on beyond the 32 bits of an ACK frame", () => {
    const start = 2 ** 32 - 2;
    const buffer = new ReplayBuffer(new MessageMemory(), start);
    for (const byte of [1, 2, 3, 4]) buffer.push(message(byte));
    expect(buffer.numberOf(0xffff_ffff)).toBe(start + 1);
    expect(buffer.numberOf(1)).toBe(start + 3);
    buffer.acknowledge(buffer.numberOf(1));
    expect(buffer.pending().map(([byte]) => byte)).toEqual([4]);
    expect(buffer.numberOf(0), "an older one").toBe(start + 2);
    expect(buffer.numberOf(0xffff_fffe)).toBe(start);
    buffer.acknowledge(start);
    expect(buffer.acknowledged, "nothing is taken back").toBe(start + 3);
  });
});

describe("MessageMemory", () => {
  it("uses memory again once it is released, and never before", () => {
    const memory = new MessageMemory();
    const first = memory.take(100_000);
    const second = memory.take(100_000);
    expect(second.buffer).not.toBe(first.buffer);
    memory.release(first);
    const third = memory.take(110_000);
    expect(third.buffer).toBe(first.buffer);
    expect(third.length).toBe(110_000);
  });

  it("keeps no more than its bound", () => {
    const memory = new MessageMemory();
    const taken = Array.from({ length: 40 }, () => memory.take(200_000));
    for (const each of taken) memory.release(each);
    const again = new Set(Array.from({ length: 40 }, () => memory.take(200_000).buffer));
    const reused = taken.filter(({ buffer }) => again.has(buffer)).length;
    expect(reused).toBeGreaterThan(5);
    expect(reused * 200_000).toBeLessThanOrEqual(POOLED_MESSAGE_BYTES);
  });
});
