import { expect, it } from "vitest";
import { KEPT_TRANSCRIPTS, Transcripts } from "./transcripts.ts";

it("a console finds its transcript again, until too many others came", () => {
  const transcripts = new Transcripts();
  const first = transcripts.of("first");
  for (let n = 1; n < KEPT_TRANSCRIPTS; n += 1) transcripts.of(`other ${n}`);
  expect(transcripts.of("first")).toBe(first);
  transcripts.of("one more");
  expect(transcripts.of("first")).toBe(first);
  for (let n = 0; n < KEPT_TRANSCRIPTS; n += 1) transcripts.of(`new ${n}`);
  expect(transcripts.of("first")).not.toBe(first);
});
