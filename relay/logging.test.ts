import { describe, expect, it } from "vitest";
import { createLogger } from "./logging.ts";

function lines(format: "json" | "text", level: "debug" | "warning" = "debug") {
  const written: string[] = [];
  const log = createLogger({ level, format, write: (line) => written.push(line), now: () => 0 });
  return { log, written };
}

describe("the logger", () => {
  it("writes JSON for machines", () => {
    const { log, written } = lines("json");
    log.info("listening", { port: 1, tls: false, gone: undefined });
    expect(written).toEqual([
      '{"timestamp":"1970-01-01T00:00:00.000Z","level":"INFO","message":"listening","port":1,"tls":false}',
    ]);
  });

  it("writes one line of text for people, whatever a peer's text contains", () => {
    const { log, written } = lines("text");
    log.warning("a\nb \u001b[31mred", { name: 'two "words"', plain: "x-1" });
    expect(written).toEqual(['00:00:00.000 WARNING a\\nb \\u001b[31mred name="two \\"words\\"" plain=x-1']);
  });

  it("writes no control character that a terminal obeys, not even one of the upper half", () => {
    const { log, written } = lines("text");
    log.info("\u009b31mred\u007f\u2028next", { file: "\u009b2J\u0085" });
    expect(written).toEqual(['00:00:00.000 INFO    \\u009b31mred\\u007f\\u2028next file="\\u009b2J\\u0085"']);
  });

  it("writes JSON without them as well, and with the same meaning", () => {
    const { log, written } = lines("json");
    const message = "\u009b31mred\u007f\u2028next";
    log.info(message);
    expect(written[0]).not.toMatch(/[\p{Cc}\p{Zl}]/u);
    expect(JSON.parse(written[0] ?? "")).toMatchObject({ message });
  });

  it("leaves out what is below its level", () => {
    const { log, written } = lines("json", "warning");
    log.debug("no");
    log.info("no");
    log.warning("yes");
    log.error("yes");
    expect(written).toHaveLength(2);
  });
});
