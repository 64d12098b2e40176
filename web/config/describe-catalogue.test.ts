import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Catalogue } from "../../drivers/base/catalogue.ts";
import { configObject } from "../../drivers/base/config-object.ts";
import { defineDriver } from "../../drivers/base/driver.ts";
import { catalogue } from "../../drivers/registry.ts";
import { checkExporterConfig } from "./check-exporter-config.ts";
import { describeCatalogue } from "./describe-catalogue.ts";
import { addDriver } from "./edit-config.ts";

const described = await describeCatalogue(catalogue);

describe("describeCatalogue()", () => {
  it("has every driver that runs here, and every other one with the reason", () => {
    expect(described.drivers.map(({ type }) => type)).toEqual(catalogue.available);
    expect(described.absent).toContainEqual({
      type: "jumpstarter_driver_network.driver.TcpNetwork",
      kind: "impossible",
      reason: expect.stringContaining("cannot open TCP sockets"),
    });
  });

  it("tells of a serial port what it needs and how it is set", () => {
    const serial = described.drivers.find(({ type }) => type.endsWith(".PySerial"));
    expect(serial).toMatchObject({ title: "Serial port", category: "serial", needs: ["serial"] });
    expect(serial?.fields).toContainEqual({
      key: "baudrate",
      kind: "number",
      required: false,
      default: 115_200,
      description: "Bits a second.",
      options: [],
      examples: [],
      min: 1,
      max: 50_000_000,
      integer: true,
    });
  });

  it("tells of a driver that has only a schema what that says", async () => {
    const type = "acme.driver.Gadget";
    const definition = defineDriver({
      type,
      summary: "A gadget.",
      config: configObject({
        mode: v.nullish(v.picklist(["fast", "slow"])),
        size: v.union([v.literal(1), v.literal(2)]),
        list: v.optional(v.array(v.string()), []),
      }),
      create: () => {
        throw new Error("nobody builds it");
      },
    });
    const one: Catalogue = {
      available: [type],
      find: () => ({ kind: "available", summary: "", load: async () => definition }),
    };
    expect((await describeCatalogue(one)).drivers).toMatchObject([
      {
        type,
        title: "Gadget",
        category: "other",
        fields: [
          { key: "mode", kind: "choice", options: ["fast", "slow"], required: false, default: null },
          { key: "size", kind: "choice", options: [1, 2], required: true },
          { key: "list", kind: "other", required: false, default: [] },
        ],
      },
    ]);
  });

  for (const { type, title, fields, summary } of described.drivers) {
    it(`says of ${title} what each setting is, and one that is added as it is offered can start`, async () => {
      for (const { key, description } of fields) expect(description, `${type} ${key}`).toMatch(/\.$/);
      expect(summary).toMatch(/\.$/);
      const config = Object.fromEntries(
        fields.filter(({ required }) => required).map(({ key, examples }) => [key, examples[0] ?? null]),
      );
      const start =
        "metadata: {name: x}\nexport:\n  power: {type: jumpstarter_driver_power.driver.MockPower}\n";
      const added = addDriver(start, [], "added", {
        type,
        ...(Object.keys(config).length > 0 && { config }),
      });
      expect(added.ok).toBe(true);
      const check = added.ok ? await checkExporterConfig(added.text, catalogue) : undefined;
      expect(check).toMatchObject({ startable: true });
      expect(check?.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    });
  }
});
