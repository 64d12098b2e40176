import { readdir, readFile } from "node:fs/promises";
import { safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { notHere } from "./not-here.ts";
import { catalogue } from "./registry.ts";

const here = new URL("./", import.meta.url);
/** Folders that are no drivers. */
const HELPERS = ["base", "simulation", "testing"];

describe("the catalogue", () => {
  for (const type of catalogue.available) {
    it(`loads ${type} under its own name`, async () => {
      const entry = catalogue.find(type);
      if (entry?.kind !== "available") throw new Error("listed as available");
      const definition = await entry.load();
      expect(definition.type).toBe(type);
      expect(entry.summary).toMatch(/\.$/);
    });
  }

  it("does not know what nobody has heard of, nor what every object has", () => {
    expect(catalogue.find("nope.driver.Nope")).toBeUndefined();
    expect(catalogue.find("constructor")).toBeUndefined();
  });

  it("says of every other type why it is not here and what to do, and of none twice", () => {
    expect(notHere.size).toBeGreaterThan(60);
    for (const [type, { reason }] of notHere) {
      expect(catalogue.available, type).not.toContain(type);
      expect(catalogue.find(type)).toBe(notHere.get(type));
      expect(reason, type).toMatch(/^\S.*\S$/);
    }
    expect(catalogue.find("jumpstarter_driver_network.driver.TcpNetwork")).toMatchObject({
      kind: "impossible",
      reason: expect.stringMatching(/cannot open TCP sockets/),
    });
    expect(catalogue.find("jumpstarter_driver_yepkit.driver.Ykush")).toMatchObject({ kind: "planned" });
  });
});

describe("every driver folder", async () => {
  const folders = (await readdir(here, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !HELPERS.includes(entry.name))
    .map(({ name }) => name);

  for (const folder of folders) {
    it(`${folder}/ has a README, and an example whose configuration its drivers take`, async () => {
      expect(await readFile(new URL(`${folder}/README.md`, here), "utf8")).toMatch(/^# /);
      const example = parseYaml(await readFile(new URL(`${folder}/exporter.yaml`, here), "utf8"));
      expect(example).toMatchObject({ apiVersion: "jumpstarter.dev/v1alpha1", kind: "ExporterConfig" });
      const entries = Object.values(example.export) as Entry[];
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) await checkEntry(entry);
    });
  }
});

interface Entry {
  readonly type: string;
  /** An alias, which has nothing else. */
  readonly ref?: string;
  readonly config?: object;
  readonly children?: Readonly<Record<string, Entry>>;
}

async function checkEntry({ type, ref, config = {}, children = {} }: Entry): Promise<void> {
  if (ref !== undefined) return;
  const entry = catalogue.find(type);
  if (entry?.kind !== "available") throw new Error(`${type} is not available`);
  const definition = await entry.load();
  expect(safeParse(definition.config, config).issues).toBeUndefined();
  for (const child of Object.values(children)) await checkEntry(child);
}
