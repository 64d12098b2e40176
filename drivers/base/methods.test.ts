import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { booleanArgument, integerArgument, stringArgument } from "./arguments.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "./methods.ts";

const options = { signal: new AbortController().signal };

describe("an exported call", () => {
  const call = exportedCall(
    { name: stringArgument, count: v.optional(integerArgument, 2), force: v.nullish(booleanArgument) },
    ({ name, count, force }) => ({ name, count, force: force ?? null }),
  );

  for (const [args, result] of [
    [["a"], { name: "a", count: 2, force: null }],
    [["a", null], { name: "a", count: 2, force: null }],
    [["a", 5, "yes"], { name: "a", count: 5, force: true }],
    [["a", 5, null, null, null], { name: "a", count: 5, force: null }],
  ] as const) {
    it(`fills in defaults for ${JSON.stringify(args)}`, async () => {
      expect(await call.run(args, options)).toEqual(result);
    });
  }

  for (const [args, message] of [
    [[], /^argument 1 \(name\) is missing$/],
    [[null], /^argument 1 \(name\): text is needed, not null$/],
    [["a", "x"], /^argument 2 \(count\): a whole number is needed, not "x"$/],
    [["a", 1, true, "extra"], /^too many arguments: 4 given, at most 3 \(name, count, force\) taken$/],
  ] as const) {
    it(`refuses ${JSON.stringify(args)}`, async () => {
      await expect(call.run(args, options)).rejects.toMatchObject({
        code: "invalid-argument",
        message: expect.stringMatching(message),
      });
    });
  }

  it("answers null for nothing, and rejects when the driver throws", async () => {
    expect(await exportedCall({}, () => {}).run([], options)).toBeNull();
    const failure = new Error("no");
    const failing = exportedCall({}, () => {
      throw failure;
    });
    await expect(failing.run([], options)).rejects.toBe(failure);
  });

  it("says that it takes no arguments", async () => {
    await expect(exportedCall({}, () => {}).run([1], options)).rejects.toThrow(/1 given, none taken/);
  });
});

describe("an exported streaming call", () => {
  const count = exportedStreamingCall({ upTo: integerArgument }, async function* ({ upTo }) {
    for (let n = 1; n <= upTo; n++) yield n;
  });

  it("gives its items", async () => {
    const items = [];
    for await (const item of count.run([3], options)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
  });

  it("refuses wrong arguments before the first item", () => {
    expect(() => count.run(["many"], options)).toThrow(/argument 1 \(upTo\)/);
  });
});

it("a method table has only what was put in", () => {
  const methods = exportedMethods({ on: exportedCall({}, () => {}) });
  expect([...methods.keys()]).toEqual(["on"]);
  expect(methods.get("constructor")).toBeUndefined();
});
