import { expect, it } from "vitest";
import { AddressCount } from "./address-limits.ts";
import { visitTunnel } from "./tunnel-visit.ts";

const limits = () => ({ tunnels: new AddressCount(3), ungreeted: new AddressCount(2) });

it("takes two places, gives one back with HELLO and the other at the end", () => {
  const { tunnels, ungreeted } = limits();
  const visit = visitTunnel({ tunnels, ungreeted }, "a");
  expect([tunnels.of("a"), ungreeted.of("a")]).toEqual([1, 1]);
  visit.greeted();
  expect([tunnels.of("a"), ungreeted.of("a")]).toEqual([1, 0]);
  visit.gone();
  expect([tunnels.of("a"), ungreeted.of("a")]).toEqual([0, 0]);
});

it("refuses what is too much with a sentence that fits a close frame, and keeps no place then", () => {
  const { tunnels, ungreeted } = limits();
  const both = { tunnels, ungreeted };
  const first = visitTunnel(both, "a");
  visitTunnel(both, "a");
  const stranger = visitTunnel(both, "a");
  expect(stranger.refusal).toBe("2 pages of your address are connecting at once: try again in a moment");
  expect(tunnels.of("a")).toBe(2);
  first.greeted();
  expect(visitTunnel(both, "a").refusal).toBeUndefined();
  const fourth = visitTunnel(both, "a");
  expect(fourth.refusal).toBe(
    "your address has 3 connections of pages, which is all it may have: close some",
  );
  stranger.gone();
  fourth.gone();
  expect([tunnels.of("a"), ungreeted.of("a")]).toEqual([3, 2]);
  expect(visitTunnel(both, "b").refusal).toBeUndefined();
  // RFC 6455 section 5.5: 123 bytes.
  for (const { refusal = "" } of [stranger, fourth]) expect(refusal.length).toBeLessThan(115);
});
