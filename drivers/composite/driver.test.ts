import { parse } from "valibot";
import { expect, it } from "vitest";
import { createTestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

it("a composite is driven by the composite client and offers no methods", async () => {
  await using driver = await definition.create(createTestContext(), parse(definition.config, {}));
  expect(driver.clientClass).toBe("jumpstarter_driver_composite.client.CompositeClient");
  expect(driver.category).toBe("composite");
  expect([...driver.methods.keys()]).toEqual([]);
});
