import { describe, expect, it } from "vitest";
import type { JNode } from "./j-tree.ts";
import { COMPOSITE, createBench, NETWORK, POWER, SERIAL } from "./testing/bench.ts";

const signal = new AbortController().signal;

function child(node: JNode, ...path: readonly string[]): JNode {
  const [name, ...rest] = path;
  if (name === undefined) return node;
  const found = node.children.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return child(found, ...rest);
}

describe("createJTree()", () => {
  it("has every driver under its name, with what the configuration says of it", async () => {
    await using bench = await createBench(
      {
        board: {
          type: COMPOSITE,
          children: { power: { type: POWER, description: "Main", methods: { on: "On!" } } },
        },
      },
      "A bench",
    );
    expect(bench.tree).toMatchObject({
      name: "",
      clientClass: "jumpstarter_driver_composite.client.CompositeClient",
      description: "A bench",
    });
    expect(child(bench.tree, "board", "power")).toMatchObject({
      name: "power",
      clientClass: "jumpstarter_driver_power.client.PowerClient",
      description: "Main",
      methodsDescription: { on: "On!" },
      children: [],
    });
  });

  it("shows an alias as its target under its own name, with all that is in it", async () => {
    await using bench = await createBench({
      board: { type: COMPOSITE, children: { power: { type: POWER, description: "Main" } } },
      same: { ref: ["board"] },
      deeper: { type: COMPOSITE, children: { again: { ref: ["board", "power"] } } },
    });
    expect(child(bench.tree, "same").name).toBe("same");
    expect(child(bench.tree, "same", "power")).toMatchObject({ name: "power", description: "Main" });
    const again = child(bench.tree, "deeper", "again");
    expect(again).toMatchObject({ name: "again", description: "Main" });
    await again.handle.call("on", [], { signal });
    expect(bench.root.children[0]).toMatchObject({ kind: "instance" });
  });

  it("gives handles on calls, streaming calls and streams", async () => {
    await using bench = await createBench({
      power: { type: POWER },
      serial: { type: SERIAL, config: { url: "loop://" } },
    });
    const power = child(bench.tree, "power").handle;
    expect(await power.call("on", [], { signal })).toBeNull();
    const readings = [];
    for await (const item of power.streamingCall("read", [], { signal })) readings.push(item);
    expect(readings).toEqual([
      { voltage: 0, current: 0 },
      { voltage: 5, current: 2 },
    ]);
    const stream = await child(bench.tree, "serial").handle.stream("connect", { signal });
    const writer = stream.writable.getWriter();
    await writer.write(Uint8Array.of(1, 2, 3));
    const reader = stream.readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: Uint8Array.of(1, 2, 3) });
    await writer.close();
    await reader.cancel();
  });

  it("rejects with a DriverError for what is not there, or of another kind", async () => {
    await using bench = await createBench({ power: { type: POWER }, net: { type: NETWORK } });
    const { handle } = child(bench.tree, "power");
    const notThere = { name: "DriverError", code: "not-implemented" };
    await expect(handle.call("explode", [], { signal })).rejects.toMatchObject(notThere);
    await expect(handle.call("read", [], { signal })).rejects.toMatchObject(notThere);
    await expect(handle.stream("connect", { signal })).rejects.toMatchObject(notThere);
    const items = handle.streamingCall("on", [], { signal })[Symbol.asyncIterator]();
    await expect(items.next()).rejects.toMatchObject(notThere);
    await expect(handle.call("on", [1], { signal })).rejects.toMatchObject({ code: "invalid-argument" });
  });
});
