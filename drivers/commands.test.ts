import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "./base/json.ts";
import { commands } from "./commands.ts";
import { catalogue } from "./registry.ts";
import { createTestContext } from "./testing/test-context.ts";

/** Enough of a configuration for each driver that needs one. */
const CONFIGS: Readonly<Record<string, JsonObject>> = {
  "jumpstarter_driver_opendal.driver.Opendal": { scheme: "memory", kwargs: {} },
  "jumpstarter_driver_pyserial.driver.PySerial": { url: "loop://" },
};

describe("the commands of j", () => {
  for (const type of catalogue.available) {
    it(`has some for the client of ${type}`, async () => {
      const entry = catalogue.find(type);
      if (entry?.kind !== "available") throw new Error(`${type} is not available`);
      const definition = await entry.load();
      const config = parse(definition.config, { ...CONFIGS[type] });
      const driver = await definition.create(createTestContext(), config);
      expect([...commands.keys()]).toContain(driver.clientClass);
      await driver[Symbol.asyncDispose]();
    });
  }

  for (const [clientClass, group] of commands) {
    describe(clientClass, () => {
      it("has a line about itself, and children or commands", () => {
        expect(group.summary).toMatch(/^\S[^\n]*[^.\s]$/);
        expect(group.children || group.commands.length > 0).toBe(true);
        const names = group.commands.map((command) => command.name);
        expect(new Set(names).size).toBe(names.length);
      });

      for (const command of group.commands) {
        it(`has ${command.name} well-formed`, () => {
          expect(command.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
          expect(command.summary).toMatch(/^\S[^\n]*[^.\s]$/);
          const names = Object.values(command.options).flatMap((option) => option.names);
          expect(new Set([...names, "--help"]).size).toBe(names.length + 1);
          for (const name of names) expect(name).toMatch(/^(-[a-z]|--[a-z]+(-[a-z]+)*)$/);
          // A value has one key.
          const keys = [...Object.keys(command.options), ...Object.keys(command.arguments)];
          expect(new Set(keys).size).toBe(keys.length);
          // What takes all that is left has no rival.
          const many = Object.values(command.arguments).filter(({ count }) => count === "many");
          expect(many.length).toBeLessThanOrEqual(1);
        });
      }
    });
  }
});
