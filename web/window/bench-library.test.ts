import { describe, expect, it } from "vitest";
import { MemoryBenchStore } from "../store/memory-bench-store.ts";
import { BenchLibrary } from "./bench-library.ts";

const YAML = "metadata:\n  name: desk  # as on the lid\nexport: {}\n";
const CHECK = { name: "desk", problems: [], startable: true };

function createLibrary() {
  const store = new MemoryBenchStore();
  let number = 0;
  const library = new BenchLibrary({
    store,
    examples: () => Promise.reject(new Error("no example is asked for")),
    newId: () => `id-${++number}`,
    newPassphrase: () => `passphrase-${number}`,
    now: () => ++number,
  });
  return { store, library };
}

describe("BenchLibrary", () => {
  it("gives a bench whose name is taken a number, in its text too, and keeps the comment", async () => {
    const { library } = createLibrary();
    await library.import(YAML, CHECK);
    const second = await library.import(YAML, CHECK, { "./on.sh": "true" });
    expect(second).toMatchObject({ name: "desk-2", files: { "./on.sh": "true" } });
    expect(second.yaml).toBe(YAML.replace("desk ", "desk-2 "));
  });

  it("renames a bench in its text, to a name that is free", async () => {
    const { store, library } = createLibrary();
    const bench = await library.import(YAML, CHECK);
    const other = await library.import(YAML, CHECK);
    await library.rename(other.id, " desk ");
    expect(await store.get(other.id)).toMatchObject({ name: "desk-2" });
    await library.rename(bench.id, "bank: 3");
    expect(await store.get(bench.id)).toMatchObject({
      name: "bank: 3",
      yaml: YAML.replace("desk ", '"bank: 3" '),
      passphrase: bench.passphrase,
    });
    await library.rename(bench.id, "  ");
    expect(await store.get(bench.id)).toMatchObject({ name: "bank: 3" });
  });

  it("copies a bench with its devices, and another name and passphrase", async () => {
    const { store, library } = createLibrary();
    const bench = await library.create(YAML, "desk", { serial: { usbVendorId: 1, usbProductId: 2 } });
    const copy = await library.duplicate(bench.id);
    expect(copy).toMatchObject({ name: "desk-2", bindings: bench.bindings });
    expect(copy.passphrase).not.toBe(bench.passphrase);
    expect(await store.list()).toHaveLength(2);
  });

  it("keeps the chosen device of a driver that was renamed or moved", async () => {
    const { library } = createLibrary();
    const bench = await library.create(YAML, "desk", { serial: { usbVendorId: 1, usbProductId: 2 } });
    const changed = await library.withYaml(bench, "export: {box: {}}\n", CHECK, [
      { from: ["serial"], to: ["console"] },
      { from: ["console"], to: ["box", "console"] },
    ]);
    expect(changed.bindings).toEqual({ "box.console": { usbVendorId: 1, usbProductId: 2 } });
  });

  it("does not rename what a file of the relay's machine names, nor a text that cannot be read", async () => {
    const { store, library } = createLibrary();
    const bench = await library.import(YAML, CHECK);
    await store.put({ ...bench, file: "desk.yaml" });
    await expect(library.rename(bench.id, "new")).rejects.toThrow(/desk\.yaml/);
    const broken = await library.import("metadata: [\n", { ...CHECK, name: undefined });
    await expect(library.rename(broken.id, "new")).rejects.toThrow(/^Line \d: .*Edit it first\.$/);
    expect(await store.get(broken.id)).toMatchObject({ yaml: "metadata: [\n" });
  });
});
