import { Terminal } from "@xterm/xterm";
import { describe, expect, it } from "vitest";
import { LineTimes } from "./line-times.ts";
import { followLines } from "./terminal-rows.ts";

/** The real terminal, without a page around it. */
function setup({ cols = 20, rows = 5, scrollback = 100 } = {}) {
  const terminal = new Terminal({ cols, rows, scrollback, allowProposedApi: true });
  let times: LineTimes | undefined;
  times = followLines(terminal, (its) => new LineTimes(its, scrollback + rows));
  const write = (text: string, at: number) =>
    new Promise<void>((resolve) => {
      terminal.write("", () => times?.begin(at));
      terminal.write(text, () => {
        times?.end();
        resolve();
      });
    });
  /** What stands on the screen, from its first row, with its time. */
  const shown = (from = terminal.buffer.active.baseY) => {
    const { active } = terminal.buffer;
    return (times?.of(from, active.length - from) ?? [])
      .map((time, index) => {
        const text = active.getLine(from + index)?.translateToString(true) ?? "";
        return `${time === undefined ? "|" : (time.at ?? "-")} ${text}`.trimEnd();
      })
      .slice(0, 5);
  };
  return { terminal, write, shown, times: () => times };
}

describe("LineTimes", () => {
  it("has the time of each line's first byte, however it comes in pieces", async () => {
    const { write, shown } = setup();
    await write("one\r\n", 100);
    await write("t", 200);
    await write("wo\r\nth", 300);
    await write("ree", 400);
    expect(shown()).toEqual(["100 one", "200 two", "300 three", "-", "-"]);
  });

  it("gives an empty line the time of its end, and the line after an end none until it begins", async () => {
    const { write, shown } = setup();
    await write("one\r\n", 100);
    expect(shown().slice(0, 2)).toEqual(["100 one", "-"]);
    await write("\r\n", 200);
    await write("three", 300);
    expect(shown().slice(0, 3)).toEqual(["100 one", "200", "300 three"]);
  });

  it("keeps a CR LF together that comes in two pieces, and LF CR as well", async () => {
    const { write, shown } = setup();
    await write("one\r", 100);
    await write("\n", 200);
    await write("two\n", 300);
    await write("\r", 400);
    await write("three", 500);
    expect(shown().slice(0, 3)).toEqual(["100 one", "300 two", "500 three"]);
  });

  it("has one time for a line of several rows", async () => {
    const { write, shown } = setup({ cols: 10 });
    await write("0123456789ABCDE", 100);
    await write("FGHIJKLMNO\r\nnext", 200);
    expect(shown().slice(0, 4)).toEqual(["100 0123456789", "| ABCDEFGHIJ", "| KLMNO", "200 next"]);
  });

  it("keeps the time of a line that is written again", async () => {
    const { write, shown } = setup();
    await write("copying\r\n 10 %", 100);
    await write("\r 50 %", 200);
    await write("\r100 %\r\ndone", 300);
    expect(shown().slice(0, 3)).toEqual(["100 copying", "100 100 %", "300 done"]);
  });

  it("is not led astray by a cursor that goes up and down", async () => {
    const { write, shown } = setup();
    await write("a\r\nb\r\nc\r\n", 100);
    await write("\x1b[3AA\r\nB\r\nC\r\n", 200);
    await write("d\r\n", 300);
    expect(shown().slice(0, 4)).toEqual(["100 A", "100 B", "100 C", "300 d"]);
  });

  it("gives lines new times after the screen was erased", async () => {
    const { write, shown } = setup();
    await write("a\r\nb\r\nc", 100);
    await write("\x1b[2J\x1b[Hnew\r\nlines", 200);
    expect(shown().slice(0, 3)).toEqual(["200 new", "200 lines", "-"]);
    await write("\x1b[1;1H\x1b[J", 300);
    await write("again", 400);
    expect(shown().slice(0, 2)).toEqual(["400 again", "-"]);
  });

  it("goes on after the scrollback was cleared, with the line that is left", async () => {
    const { terminal, write, shown } = setup();
    for (let n = 1; n <= 20; n += 1) await write(`line ${n}\r\n`, n);
    await write("prompt", 50);
    terminal.clear();
    await write(" ls\r\nfile", 60);
    expect(shown().slice(0, 2)).toEqual(["50 prompt ls", "60 file"]);
  });

  it("follows lines through a full scrollback", async () => {
    const { write, shown } = setup({ scrollback: 1500 });
    for (let n = 0; n < 40; n += 1) {
      await write(Array.from({ length: 100 }, (_, line) => `${n}.${line}\r\n`).join(""), n);
    }
    expect(shown()).toEqual(["39 39.96", "39 39.97", "39 39.98", "39 39.99", "-"]);
    expect(shown(0)[0]).toBe("24 24.96");
    expect(shown(1003).slice(0, 2)).toEqual(["34 34.99", "35 35.0"]);
  });

  it("finds its way when far more comes at once than is kept", async () => {
    const { write, shown } = setup({ scrollback: 10 });
    await write("before\r\n", 1);
    await write(Array.from({ length: 5000 }, (_, n) => `line ${n}\r\n`).join(""), 2);
    await write("x".repeat(20_000), 3);
    await write("\r\nend", 4);
    expect(shown().slice(1)).toEqual(expect.arrayContaining(["4 end"]));
  });

  it("has the right times after the terminal became narrower or wider", async () => {
    const { terminal, write, shown, times } = setup({ cols: 20 });
    await write("aaaaaaaaaaaaaaa\r\n", 1);
    await write("bbbbbbbbbbbbbbb\r\n", 2);
    await write("c", 3);
    for (const [cols, rows] of [
      [10, 5],
      [40, 5],
      [6, 8],
      [20, 5],
    ] as const) {
      terminal.resize(cols, rows);
      times()?.resized();
      await write("c", 9);
    }
    expect(shown(0).filter((line) => /[abc]/.test(line))).toEqual([
      "1 aaaaaaaaaaaaaaa",
      "2 bbbbbbbbbbbbbbb",
      "3 ccccc",
    ]);
  });

  it("has no times for a program with a screen of its own, and the old ones after it", async () => {
    const { write, shown } = setup();
    await write("$ vi\r\n", 1);
    await write("\x1b[?1049h\x1b[2J\x1b[Htext\r\nmore\r\n\x1b[5;1Hstatus", 2);
    expect(shown().map((line) => line[0])).toEqual(["|", "|", "|", "|", "|"]);
    await write("\x1b[?1049l$ ", 3);
    expect(shown().slice(0, 2)).toEqual(["1 $ vi", "3 $"]);
  });

  it("says how long ago the line before was", async () => {
    const { write, times } = setup();
    await write("one\r\n", 100);
    await write("two", 250);
    expect(times()?.of(0, 2)).toEqual([
      { at: 100, before: undefined },
      { at: 250, before: 100 },
    ]);
  });
});
