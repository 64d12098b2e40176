import { Code, createClient } from "@connectrpc/connect";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../../drivers/base/methods.ts";
import { settle } from "../../drivers/testing/manual-clock.ts";
import { LogSource } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { PYTHON_ERROR } from "./call-log.ts";
import { connect, driverNode, testDriver } from "./testing/connected.ts";

const POWER = "test.Power";

function power() {
  return testDriver({
    methods: exportedMethods({
      on: exportedCall({}, () => undefined),
      fail: exportedCall({ code: v.string() }, ({ code }) => {
        if (code === "plain") throw new TypeError("no driver error");
        throw new DriverError(code as DriverErrorCode, "trouble");
      }),
      hang: exportedCall({}, (_, { signal }) => {
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new DriverError("other", "given up")));
        });
      }),
      deaf: exportedCall({}, () => new Promise(() => undefined)),
      read: exportedStreamingCall({ fail: v.optional(v.boolean()) }, async function* ({ fail }) {
        yield 1;
        yield 2;
        if (fail) throw new DriverError("timeout", "no reading");
      }),
      forever: exportedStreamingCall({}, async function* (_, { signal }) {
        for (let reading = 0; !signal.aborted; reading += 1) {
          yield reading;
          await settle();
        }
      }),
    }),
  });
}

async function world(logLevel: "INFO" | "WARNING" | "ERROR" = "INFO") {
  const made = await connect({
    children: [driverNode("power", POWER, { logLevel })],
    drivers: { [POWER]: power },
  });
  const client = createClient(ExporterService, made.transport);
  const { reports } = await client.getReport({});
  const uuid = reports.find((report) => report.labels["jumpstarter.dev/name"] === "power")?.uuid ?? "";
  return {
    made,
    client,
    uuid,
    signal: new AbortController().signal,
    lines: () =>
      made.log
        .since(0)
        .lines.filter(({ source }) => source === "driver")
        .map(({ severity, message, driver, driverType, operation, fields }) => ({
          line: `${severity} ${message} ${operation} ${driver} ${driverType}`,
          fields,
        })),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

const started = (operation: string) => ({
  line: `INFO Operation started ${operation} power power`,
  fields: {},
});
const completed = (operation: string) => ({
  line: `INFO Operation completed ${operation} power power`,
  fields: { result: "success" },
});
const failed = (operation: string, error_type: string) => ({
  line: `WARNING Operation failed ${operation} power power`,
  fields: { result: "failure", error_type },
});

describe("the log of driver calls", () => {
  it("has the start and the end of a client's call, on the wire too", async () => {
    await using made = await world();
    await made.client.driverCall({ uuid: made.uuid, method: "on" });
    expect(made.lines()).toEqual([started("on"), completed("on")]);
    const cancel = new AbortController();
    const seen: unknown[] = [];
    for await (const line of made.client.logStream({}, { signal: cancel.signal })) {
      if (line.source !== LogSource.DRIVER) continue;
      const { severity, message, driverType, operation, structuredFields, timestamp } = line;
      expect(timestamp).toBeDefined();
      seen.push({ severity, message, driverType, operation, structuredFields });
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([
      {
        severity: "INFO",
        message: "Operation started",
        driverType: "power",
        operation: "on",
        structuredFields: {},
      },
      {
        severity: "INFO",
        message: "Operation completed",
        driverType: "power",
        operation: "on",
        structuredFields: { result: "success" },
      },
    ]);
  });

  for (const [code, name] of [...Object.entries(PYTHON_ERROR), ["plain", "RuntimeError"] as const]) {
    it(`names a failure ${code} ${name}`, async () => {
      await using made = await world();
      await expect(made.made.exporter.call(["power"], "fail", [code], made.signal)).rejects.toThrow();
      expect(made.lines()).toEqual([started("fail"), failed("fail", name)]);
    });
  }

  it("names a wrong argument ValueError", async () => {
    await using made = await world();
    await expect(made.client.driverCall({ uuid: made.uuid, method: "fail" })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
    expect(made.lines()).toEqual([started("fail"), failed("fail", "ValueError")]);
  });

  it("has the page's own calls, and streaming calls from their start to their end", async () => {
    await using made = await world();
    await made.made.exporter.call(["power"], "on", [], made.signal);
    for await (const _ of made.made.exporter.streamingCall(["power"], "read", [], made.signal)) {
      expect(made.lines().at(-1)).toEqual(started("read"));
    }
    expect(made.lines()).toEqual([started("on"), completed("on"), started("read"), completed("read")]);
  });

  it("has a streaming call that fails in the middle", async () => {
    await using made = await world();
    const items = made.made.exporter.streamingCall(["power"], "read", [true], made.signal);
    const reading = async (): Promise<void> => {
      for await (const item of items) expect([1, 2]).toContain(item);
    };
    await expect(reading()).rejects.toThrow("no reading");
    expect(made.lines()).toEqual([started("read"), failed("read", "TimeoutError")]);
  });

  it("counts a call that its client cancels as failed, whatever the driver says", async () => {
    await using made = await world();
    const cancel = new AbortController();
    const call = made.client.driverCall({ uuid: made.uuid, method: "hang" }, { signal: cancel.signal });
    const refused = expect(call).rejects.toMatchObject({ code: Code.Canceled });
    while (made.lines().length < 1) await settle();
    cancel.abort();
    await refused;
    while (made.lines().length < 2) await settle();
    expect(made.lines()).toEqual([started("hang"), failed("hang", "CancelledError")]);
  });

  it("counts a streaming call that its client leaves as completed: that is how one ends", async () => {
    await using made = await world();
    const cancel = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const _ of made.client.streamingDriverCall(
        { uuid: made.uuid, method: "forever" },
        { signal: cancel.signal },
      ))
        cancel.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: Code.Canceled });
    while (made.lines().length < 2) await settle();
    expect(made.lines()).toEqual([started("forever"), completed("forever")]);
  });

  it("ends calls with their session, also of a driver that does not listen", async () => {
    await using made = await world();
    const calls = ["hang", "deaf"].map((method) =>
      expect(made.client.driverCall({ uuid: made.uuid, method })).rejects.toMatchObject({
        code: Code.Unavailable,
        rawMessage: expect.stringContaining("the session has ended"),
      }),
    );
    while (made.lines().length < 2) await settle();
    await made.client.endSession({});
    await Promise.all(calls);
    expect(made.lines().slice(2)).toEqual(
      expect.arrayContaining([failed("hang", "CancelledError"), failed("deaf", "CancelledError")]),
    );
  });

  it("says nothing of a call that was refused: it never began", async () => {
    await using made = await world();
    await expect(made.client.driverCall({ uuid: made.uuid, method: "nothing" })).rejects.toThrow();
    await made.made.exporter.stop();
    await expect(made.client.driverCall({ uuid: made.uuid, method: "on" })).rejects.toThrow();
    expect(made.lines()).toEqual([]);
  });

  it("keeps to the level that the driver's configuration asks for", async () => {
    await using warnings = await world("WARNING");
    await warnings.made.exporter.call(["power"], "on", [], warnings.signal);
    await warnings.made.exporter.call(["power"], "fail", ["other"], warnings.signal).catch(() => undefined);
    expect(warnings.lines()).toEqual([failed("fail", "RuntimeError")]);
    await using errors = await world("ERROR");
    await errors.made.exporter.call(["power"], "fail", ["other"], errors.signal).catch(() => undefined);
    expect(errors.lines()).toEqual([]);
  });
});
