import { describe, expect, it } from "vitest";
import { callId, ExporterIds } from "./correlation.ts";

describe("ExporterIds", () => {
  it("gives eight characters, in which a start of the relay can be told from another", () => {
    const ids = new ExporterIds(() => 36 ** 3);
    expect([ids.next(), ids.next()]).toEqual(["10000001", "10000002"]);
    expect(new ExporterIds().next()).toMatch(/^[0-9a-z]{4}0001$/);
  });

  it("repeats none", () => {
    const ids = new ExporterIds();
    expect(new Set(Array.from({ length: 5000 }, () => ids.next())).size).toBe(5000);
  });
});

describe("callId()", () => {
  it("puts the call's number under its exporter", () => {
    expect(callId("k3x90001", 17)).toBe("k3x90001-17");
  });
});
