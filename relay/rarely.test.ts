import { expect, it } from "vitest";
import { Rarely } from "./rarely.ts";

it("says a thing once a minute, and another thing at once", () => {
  let now = 0;
  const rarely = new Rarely({ now: () => now });
  expect([rarely.due("a"), rarely.due("a"), rarely.due("b")]).toEqual([true, false, true]);
  now = 59_999;
  expect(rarely.due("a")).toBe(false);
  now = 60_000;
  expect([rarely.due("a"), rarely.due("a")]).toEqual([true, false]);
});

it("says no more than so many things a minute, whoever asks", () => {
  let now = 0;
  const rarely = new Rarely({ now: () => now, maxKeys: 10 });
  let said = 0;
  for (let index = 0; index < 1000; index += 1) if (rarely.due(String(index))) said += 1;
  expect(said).toBe(10);
  now = 60_000;
  expect(rarely.due("new")).toBe(true);
});
