import { describe, expect, it } from "vitest";
import type { Clock } from "../../drivers/base/clock.ts";
import { BoundedOutput } from "./bounded-output.ts";
import {
  MAX_POSTS_PER_INTERVAL,
  MAX_SCRIPT_OUTPUT_CHARACTERS,
  MAX_WAITING_CHARACTERS,
  OUTPUT_INTERVAL_MS,
} from "./limits.ts";
import type { FromInterpreter } from "./protocol.ts";

function output() {
  const messages: FromInterpreter[] = [];
  const timers: (() => void)[] = [];
  const time = { now: 1_000 };
  const clock: Clock = {
    now: () => time.now,
    sleep: () => new Promise((resolve) => timers.push(resolve)),
  };
  return { out: new BoundedOutput((message) => messages.push(message), clock), messages, timers, time };
}

function textOf(messages: readonly FromInterpreter[]): string {
  return messages
    .flatMap((message) => (message.kind === "output" ? message.pieces : []))
    .map(({ text }) => text)
    .join("");
}

describe("BoundedOutput", () => {
  it("posts at once while there is little", () => {
    const { out, messages } = output();
    out.write("stdout", "a\n");
    out.write("stderr", "b\n");
    expect(messages).toEqual([
      { kind: "output", pieces: [{ stream: "stdout", text: "a\n" }] },
      { kind: "output", pieces: [{ stream: "stderr", text: "b\n" }] },
    ]);
  });

  it("collects when there is much, until the interval is over", async () => {
    const { out, messages, timers, time } = output();
    for (let i = 0; i < MAX_POSTS_PER_INTERVAL + 10; i++) out.write("stdout", "x");
    expect(messages).toHaveLength(MAX_POSTS_PER_INTERVAL);
    expect(timers).toHaveLength(1);
    timers[0]?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(messages).toHaveLength(MAX_POSTS_PER_INTERVAL + 1);
    time.now += OUTPUT_INTERVAL_MS;
    out.write("stdout", "y");
    expect(messages.at(-1)).toEqual({ kind: "output", pieces: [{ stream: "stdout", text: "y" }] });
  });

  it("does not let more wait than its bound", () => {
    const { out, messages } = output();
    for (let i = 0; i < MAX_POSTS_PER_INTERVAL; i++) out.write("stdout", "x");
    const piece = "y".repeat(1024);
    for (let i = 0; i < MAX_WAITING_CHARACTERS / 1024; i++) out.write("stdout", piece);
    expect(messages).toHaveLength(MAX_POSTS_PER_INTERVAL + 1);
  });

  it("posts a long text in parts, none with half a character at its end", () => {
    const { out, messages } = output();
    const text = `x${"\u{1f600}".repeat(2 * MAX_WAITING_CHARACTERS)}`;
    out.write("stdout", text);
    expect(textOf(messages)).toBe(text);
    expect(messages.length).toBeGreaterThanOrEqual(4);
    for (const message of messages) {
      const part = textOf([message]);
      expect(part.length).toBeLessThanOrEqual(MAX_WAITING_CHARACTERS);
      expect(part.isWellFormed()).toBe(true);
    }
  });

  it("keeps the beginning, and says once where it stops", () => {
    const { out, messages } = output();
    const piece = "z".repeat(100_000);
    for (let i = 0; i < 20; i++) out.write("stdout", piece);
    out.end();
    expect(textOf(messages)).toHaveLength(MAX_SCRIPT_OUTPUT_CHARACTERS);
    expect(messages.filter(({ kind }) => kind === "output-bound")).toHaveLength(1);
    expect(messages.at(-1)).toEqual({ kind: "output-bound" });
  });

  it("joins a character whose bytes come in two pieces, each stream for itself", () => {
    const { out, messages } = output();
    const [first = 0, ...rest] = new TextEncoder().encode("é");
    out.write("stdout", Uint8Array.of(first));
    out.write("stderr", "e");
    out.write("stdout", Uint8Array.from(rest));
    out.write("stdout", Uint8Array.of(first));
    out.end();
    expect(textOf(messages)).toBe("eé\uFFFD");
  });
});
