import { describe, expect, it } from "vitest";
import { definition as probeRs } from "../cmsis-dap/probe-rs.ts";
import { call, createTestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

describe("ProbeBoard", () => {
  it("has a probe that flashes its microcontroller, and reads it", async () => {
    await using board = await definition.create(createTestContext(), {});
    const child = board.builtInChildren?.get("probe");
    if (child === undefined || !("type" in child)) throw new Error("the probe is a type of the catalogue");
    expect(child.type).toBe(probeRs.type);
    const context = createTestContext({ devices: child.devices });
    await using probe = await probeRs.create(context, {
      ...child.config,
      probe: null,
      chip: null,
      connect_under_reset: false,
      speed: null,
    });
    const source = context.resources.toDriver(Uint8Array.of(0x00, 0x20, 0x00, 0x20, 0xc1, 0, 0, 0));
    expect(await call(probe, "download", source)).toMatch(/^Finished/);
    expect(await call(probe, "read", "b32", "0x0", "2")).toEqual(["20002000", "000000c1"]);
  });
});
