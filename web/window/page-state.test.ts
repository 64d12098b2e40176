import { describe, expect, it } from "vitest";
import type { LogRecord } from "../messages.ts";
import type { Notice } from "../ui/model.ts";
import { addNotice, appendLog, MAX_LOG_LINES, MAX_NOTICES, sentence } from "./page-state.ts";

const line = (sequence: number): LogRecord => ({
  sequence,
  timestamp: 0,
  severity: "INFO",
  source: "system",
  message: "",
  driver: undefined,
  operation: undefined,
});
const notice = (id: number, text: string): Notice => ({ id, tone: "info", text, action: undefined });

describe("appendLog()", () => {
  it("drops the oldest lines when there are too many", () => {
    const full = Array.from({ length: MAX_LOG_LINES }, (_, index) => line(index));
    const log = appendLog(full, [line(MAX_LOG_LINES)]);
    expect(log).toHaveLength(MAX_LOG_LINES);
    expect(log.at(0)?.sequence).toBe(1);
    expect(log.at(-1)?.sequence).toBe(MAX_LOG_LINES);
  });
});

describe("addNotice()", () => {
  it("says the same thing once", () => {
    const notices = addNotice(addNotice([notice(1, "a")], notice(2, "b")), notice(3, "a"));
    expect(notices.map(({ id }) => id)).toEqual([2, 3]);
  });

  it("keeps the newest few", () => {
    let notices: readonly Notice[] = [];
    for (let id = 0; id < MAX_NOTICES + 2; id++) notices = addNotice(notices, notice(id, String(id)));
    expect(notices.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6]);
  });
});

describe("sentence()", () => {
  it("takes an error's message", () => {
    expect(sentence(new Error("the port is in use"))).toBe("the port is in use");
  });

  it("says something of anything", () => {
    expect(sentence("text")).toBe("text");
    expect(sentence(new TypeError(""))).toBe("TypeError");
  });
});
