import { parse, safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import { call, createTestContext, drain } from "../testing/test-context.ts";
import { mockPower, syncMockPower } from "./driver.ts";

for (const definition of [mockPower, syncMockPower]) {
  describe(definition.type, () => {
    const create = async () => {
      const context = createTestContext();
      return { context, driver: await definition.create(context, parse(definition.config, {})) };
    };

    it("logs what it is told, in the words that clients look for", async () => {
      const { context, driver } = await create();
      expect(await call(driver, "on")).toBeNull();
      expect(context.state).toEqual({ on: true });
      expect(await call(driver, "off")).toBeNull();
      expect(context.state).toEqual({ on: false });
      expect(context.lines).toEqual(["INFO power on", "INFO power off"]);
    });

    it("reads twice and ends", async () => {
      const { driver } = await create();
      expect(await drain(driver, "read")).toEqual([
        { voltage: 0, current: 0 },
        { voltage: 5, current: 2 },
      ]);
    });

    it("passes over keys that it does not know, as Python's does", () => {
      expect(safeParse(definition.config, { on: true })).toMatchObject({ success: true, output: {} });
    });
  });
}
