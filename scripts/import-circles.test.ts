import { describe, expect, it } from "vitest";
import { findCircles } from "./import-circles.ts";

const graph = (edges: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(edges));

describe("findCircles()", () => {
  it("finds none where all goes downwards", () => {
    expect(findCircles(graph({ a: ["b", "c"], b: ["c"], c: [] }))).toEqual([]);
  });
  it("finds a file that imports itself", () => {
    expect(findCircles(graph({ a: ["a"] }))).toEqual([["a"]]);
  });
  it("tells the way round", () => {
    expect(findCircles(graph({ a: ["x", "b"], b: ["c"], c: ["a"], x: [] }))).toEqual([["a", "b", "c"]]);
  });
  it("tells the shortest way of a knot, and each knot once", () => {
    const found = findCircles(graph({ a: ["b", "c"], b: ["c"], c: ["a"], d: ["e"], e: ["d", "a"] }));
    expect(found).toEqual([
      ["a", "c"],
      ["d", "e"],
    ]);
  });
});
