import { createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import type { BuiltInChild, Driver } from "../../drivers/base/driver.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { connect, driverNode, testDriver } from "./testing/connected.ts";

const NOTHING = { config: {}, devices: { serial: undefined, usb: undefined } };

/** A board that brings `serial`, and `flasher` whose own child means it. */
async function board(ref: string) {
  const serial = testDriver({ category: "serial" });
  const seen: (Driver | undefined)[] = [];
  const builtInChildren = new Map<string, BuiltInChild>([
    ["serial", { type: "test.Serial", ...NOTHING }],
    [
      "flasher",
      {
        type: "test.Flasher",
        ...NOTHING,
        children: new Map<string, BuiltInChild>([["port", { ref }]]),
      },
    ],
  ]);
  const world = await connect({
    children: [driverNode("board", "test.Board", { line: 4 })],
    drivers: {
      "test.Board": () => testDriver({ builtInChildren }),
      "test.Serial": () => serial,
      "test.Flasher": ({ children }) => {
        seen.push(children.get("port"));
        return testDriver({});
      },
    },
  });
  const { reports } = await createClient(ExporterService, world.transport).getReport({});
  return { world, serial, seen, reports };
}

describe("children that a driver brings", () => {
  it("may mean one of each other, which is the same driver, and reported as a ref of the configuration is", async () => {
    const { world, serial, seen, reports } = await board("serial");
    await using _ = world;
    expect(seen).toEqual([serial]);
    expect(reports.map(({ labels }) => labels["jumpstarter.dev/name"])).toEqual([
      undefined,
      "board",
      "serial",
      "flasher",
      "port",
    ]);
    const [, , first, flasher, port] = reports;
    expect(port?.uuid).toBe(first?.uuid);
    expect(port?.parentUuid).toBe(flasher?.uuid);
  });

  it("do without one that is not there, and say so", async () => {
    const { world, seen, reports } = await board("console");
    await using _ = world;
    expect(seen).toEqual([undefined]);
    expect(reports).toHaveLength(4);
    expect(world.exporter.failures).toEqual([
      { path: ["board", "flasher", "port"], line: 4, message: "its target console is left out" },
    ]);
  });
});
