import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { LogSource } from "../../../proto/gen/jumpstarter/v1/common_pb.ts";
import {
  type LogStreamResponse,
  LogStreamResponseSchema,
} from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { CONSOLE } from "../testing/scripted-bench.ts";
import { LogLines, MAX_LOG_LINES } from "./log-lines.ts";

function line(message: string, at: number, driverType?: string): LogStreamResponse {
  return create(LogStreamResponseSchema, {
    severity: "WARNING",
    source: LogSource.DRIVER,
    message,
    timestamp: timestampFromMs(at),
    ...(driverType === undefined ? {} : { driverType }),
  });
}

const texts = (log: LogLines): readonly string[] => log.records.map(({ message }) => message);

describe("LogLines", () => {
  it("shows no line twice when the stream begins again, and none of the new ones less", () => {
    const log = new LogLines(() => []);
    for (const [at, message] of ["one", "two", "three"].entries()) log.add(line(message, at));
    log.beginAgain();
    for (const [at, message] of ["one", "two", "three", "four"].entries()) log.add(line(message, at));
    expect(texts(log)).toEqual(["one", "two", "three", "four"]);
  });

  it("tells lines of one millisecond apart by their text", () => {
    const log = new LogLines(() => []);
    log.add(line("one", 5));
    log.beginAgain();
    log.add(line("one", 5));
    log.add(line("two", 5));
    expect(texts(log)).toEqual(["one", "two"]);
  });

  it("shows the same words twice when the exporter has said them twice", () => {
    const log = new LogLines(() => []);
    log.add(line("retry", 5));
    log.add(line("retry", 5));
    expect(texts(log)).toEqual(["retry", "retry"]);
  });

  it("brings nothing back that was cleared", () => {
    const log = new LogLines(() => []);
    log.add(line("one", 1));
    log.clear();
    log.beginAgain();
    log.add(line("one", 1));
    log.add(line("two", 2));
    expect(texts(log)).toEqual(["two"]);
  });

  it("keeps the newest lines, within its bound, each with a number of its own", () => {
    const log = new LogLines(() => []);
    for (let at = 0; at < MAX_LOG_LINES + 10; at += 1) log.add(line(`line ${at}`, at));
    expect(log.records).toHaveLength(MAX_LOG_LINES);
    expect(log.records[0]?.message).toBe("line 10");
    expect(new Set(log.records.map(({ sequence }) => sequence)).size).toBe(MAX_LOG_LINES);
  });

  it("names the one driver of a type, and the type where there are several", () => {
    const other = { ...CONSOLE, name: "second", path: ["second"] };
    let drivers = [CONSOLE];
    const log = new LogLines(() => drivers);
    log.add(line("from one", 1, CONSOLE.type));
    drivers = [CONSOLE, other];
    log.add(line("from two", 2, CONSOLE.type));
    expect(log.records.map(({ driver }) => driver)).toEqual(["console", "PySerial"]);
  });
});
