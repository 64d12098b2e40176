import { describe, expect, it } from "vitest";
import { type LogLines, rawLines, stampedLines } from "./log-lines.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const AT = new Date(2026, 10, 21, 14, 3, 59, 120).getTime();

function text(parts: readonly (readonly Uint8Array[])[]): string {
  return parts
    .flat()
    .map((part) => new TextDecoder().decode(part))
    .join("");
}

const log = (lines: LogLines) => ({
  in: (bytes: string, after = 0) => lines.data("in", utf8(bytes), AT + after),
  out: (bytes: string, after = 0) => lines.data("out", utf8(bytes), AT + after),
  lost: (bytes: number) => lines.lost(bytes, AT),
});

describe("a log as it is", () => {
  it("has every byte and nothing else", () => {
    const { in: into, lost } = log(rawLines);
    expect(text([into("a\r"), lost(3), into("\nb")])).toBe("a\r\nb");
  });
});

describe("a log with times", () => {
  it("has the time of the first byte of each line, however it comes", () => {
    const it = log(stampedLines());
    expect(text([it.in("one\r"), it.in("\nt", 5), it.in("wo\r\n\r\n", 900), it.in("end", 1000)])).toBe(
      [
        "[2026-11-21 14:03:59.120] one\r",
        "[2026-11-21 14:03:59.125] two\r",
        "[2026-11-21 14:04:00.020] \r",
        "[2026-11-21 14:04:00.120] end",
      ].join("\n"),
    );
  });

  it("puts what was sent on lines of its own", () => {
    const it = log(stampedLines());
    expect(text([it.in("login: "), it.out("root\r"), it.in("root\r\n"), it.out("ls\n")])).toBe(
      [
        "[2026-11-21 14:03:59.120] login: ",
        "[2026-11-21 14:03:59.120] > root\r",
        "[2026-11-21 14:03:59.120] root\r",
        "[2026-11-21 14:03:59.120] > ls",
        "",
      ].join("\n"),
    );
  });

  it("says where bytes are missing, and how many", () => {
    const it = log(stampedLines());
    expect(text([it.in("half a li"), it.lost(7), it.in("next\n")])).toBe(
      [
        "[2026-11-21 14:03:59.120] half a li",
        "[2026-11-21 14:03:59.120] -- 7 bytes are missing here --",
        "[2026-11-21 14:03:59.120] next",
        "",
      ].join("\n"),
    );
  });
});
