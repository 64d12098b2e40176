import { describe, expect, it } from "vitest";
import { AddressCount, createAddressLimits } from "./address-limits.ts";
import {
  HTTP2_MAX_STREAMS,
  MAX_CALLS_PER_ADDRESS,
  MAX_CLIENTS_PER_ADDRESS,
  MAX_CONNECTIONS,
  MAX_EXPORTERS,
  MAX_EXPORTERS_PER_ADDRESS,
  MAX_STREAMS_PER_ADDRESS,
  MAX_TUNNELS_PER_ADDRESS,
  MAX_UNGREETED_PER_ADDRESS,
  MAX_UNGREETED_TUNNELS,
} from "./limits.ts";

describe("a count for each address", () => {
  it("lets an address have so many, and then no more until one is given back", () => {
    const count = new AddressCount(2);
    const leave = count.enter("a");
    expect(count.enter("a")).toBeTypeOf("function");
    expect(count.enter("a")).toBeUndefined();
    expect(count.enter("b")).toBeTypeOf("function");
    leave?.();
    expect(count.of("a")).toBe(1);
    expect(count.enter("a")).toBeTypeOf("function");
    expect(count.enter("a")).toBeUndefined();
  });

  it("takes one back once only", () => {
    const count = new AddressCount(2);
    const leave = count.enter("a");
    count.enter("a");
    leave?.();
    leave?.();
    expect(count.of("a")).toBe(1);
  });

  it("lets one in that takes the place of another", () => {
    const count = new AddressCount(1);
    const leave = count.enter("a");
    expect(count.enter("a", { replaces: true })).toBeTypeOf("function");
    leave?.();
    expect(count.of("a")).toBe(1);
    expect(count.enter("a")).toBeUndefined();
  });

  it("keeps nothing of an address that has nothing", () => {
    const count = new AddressCount(1);
    for (let index = 0; index < 1000; index += 1) count.enter(`192.0.2.${index}`)?.();
    expect(count.addresses).toBe(0);
  });

  it("has no limit when that is 0, and still counts", () => {
    const count = new AddressCount(0);
    for (let index = 0; index < 5000; index += 1) expect(count.enter("a")).toBeTypeOf("function");
    expect(count.of("a")).toBe(5000);
  });
});

describe("what one address may have", () => {
  it("leaves something for the others, of everything", () => {
    expect(MAX_CLIENTS_PER_ADDRESS).toBeLessThan(MAX_CONNECTIONS);
    expect(MAX_EXPORTERS_PER_ADDRESS).toBeLessThan(MAX_EXPORTERS);
    expect(MAX_UNGREETED_PER_ADDRESS).toBeLessThan(MAX_UNGREETED_TUNNELS);
    expect(MAX_CALLS_PER_ADDRESS).toBeLessThan(HTTP2_MAX_STREAMS);
  });

  it("is set by the operator where it has to be, and what hangs on it follows", () => {
    const limits = createAddressLimits({ clients: 5, calls: 10_000, exporters: 1000 });
    expect(limits.clients.max).toBe(5);
    expect(limits.calls.max).toBe(10_000);
    expect(limits.streams.max).toBe(20_000);
    expect(limits.exporters.max).toBe(1000);
    expect(limits.tunnels.max).toBe(2000);
    const none = createAddressLimits({ clients: 0, calls: 0, exporters: 0 });
    for (const name of ["clients", "calls", "streams", "exporters", "tunnels", "ungreeted"] as const) {
      expect(none[name].max).toBe(0);
    }
  });

  it("has defaults", () => {
    const limits = createAddressLimits();
    expect(limits.streams.max).toBe(MAX_STREAMS_PER_ADDRESS);
    expect(limits.tunnels.max).toBe(MAX_TUNNELS_PER_ADDRESS);
  });
});
