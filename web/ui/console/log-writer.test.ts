import { describe, expect, it } from "vitest";
import { rawLines, stampedLines } from "./log-lines.ts";
import { LOG_WAITING_BYTES, LogWriter } from "./log-writer.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A file whose writes take as long as the test wants. */
function setup({ typed = false, lines = rawLines } = {}) {
  const file: string[] = [];
  const done: string[] = [];
  const failures: string[] = [];
  let hold: Promise<void> | undefined;
  const begun = Promise.withResolvers<void>();
  const writer = new LogWriter({
    typed,
    lines,
    onFailure: (message) => void failures.push(message),
    sink: {
      async write(bytes) {
        begun.resolve();
        await hold;
        file.push(new TextDecoder().decode(bytes));
      },
      flush: async () => void done.push("flushed"),
      close: async () => void done.push("closed"),
    },
  });
  return { writer, file, done, failures, begun, holdUntil: (promise: Promise<void>) => (hold = promise) };
}

describe("LogWriter", () => {
  it("writes everything in order, and closes the file", async () => {
    const { writer, file, done } = setup();
    writer.data("in", utf8("one "), 1);
    writer.data("in", utf8("two"), 2);
    expect(writer.bytes).toBe(7);
    await writer.stop();
    expect([file.join(""), done]).toEqual(["one two", ["closed"]]);
  });

  it("writes in one go what came while it was writing", async () => {
    const { writer, file, begun, holdUntil } = setup();
    const slow = Promise.withResolvers<void>();
    holdUntil(slow.promise);
    writer.data("in", utf8("a"), 1);
    await begun.promise;
    for (const text of ["b", "c", "d"]) writer.data("in", utf8(text), 2);
    slow.resolve();
    await writer.stop();
    expect(file).toEqual(["a", "bcd"]);
  });

  it("leaves out what was sent unless it is wanted", async () => {
    for (const [typed, wanted] of [
      [false, "login: "],
      [true, "login: root"],
    ] as const) {
      const { writer, file } = setup({ typed });
      writer.data("in", utf8("login: "), 1);
      writer.data("out", utf8("root"), 2);
      await writer.stop();
      expect(file.join("")).toBe(wanted);
    }
  });

  it("counts what the page did not get, and says it in a log with times", async () => {
    const { writer, file } = setup({ lines: stampedLines() });
    writer.lost(12, 1);
    writer.lost(3, 2);
    await writer.stop();
    expect(writer.lostBytes).toBe(15);
    expect(file.join("")).toMatch(/-- 12 bytes are missing here --\n.*-- 3 bytes/);
  });

  it("is over when the file cannot be written, and says so once", async () => {
    const { writer, file, failures, holdUntil } = setup();
    const full = Promise.reject(new Error("the disk is full"));
    full.catch(() => {});
    holdUntil(full);
    writer.data("in", utf8("a"), 1);
    await writer.flush();
    writer.data("in", utf8("b"), 2);
    await writer.flush();
    expect(failures).toEqual(["the disk is full"]);
    expect([file, writer.bytes]).toEqual([[], 0]);
  });

  it("does not collect without end for a disk that does not keep up", async () => {
    const { writer, failures, holdUntil } = setup();
    const never = Promise.withResolvers<void>();
    holdUntil(never.promise);
    const chunk = new Uint8Array(1024 * 1024);
    for (let bytes = 0; bytes <= LOG_WAITING_BYTES + chunk.length; bytes += chunk.length) {
      writer.data("in", chunk, 1);
    }
    expect(failures).toEqual([expect.stringMatching(/slower than the device/)]);
    expect(writer.bytes).toBeLessThanOrEqual(LOG_WAITING_BYTES);
    never.resolve();
  });

  it("brings what came until now into the file when it is asked to", async () => {
    const { writer, file, done } = setup();
    writer.data("in", utf8("a"), 1);
    await writer.flush();
    expect([file, done]).toEqual([["a"], ["flushed"]]);
  });
});
