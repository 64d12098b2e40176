import { describe, expect, it } from "vitest";
import { awaySentence } from "./away-sentence.ts";

const ATTENDED = { pageAddress: "http://127.0.0.1:1/", unattendedFile: undefined, noAuth: false };
const DEPARTED = { name: "one", at: 45_296_000, unfinished: true };

describe("awaySentence()", () => {
  it("says where to open the page when none was ever here", () => {
    expect(awaySentence(undefined, ATTENDED)).toBe(
      "no page attached to this relay: open http://127.0.0.1:1/ in a browser and press Start",
    );
    expect(awaySentence(undefined, { ...ATTENDED, unattendedFile: "bench.yaml" })).toBe(
      "no page attached to this relay: the exporter of bench.yaml has not started, see the relay's log",
    );
  });

  it("says who was here until when, and how long the call has waited", () => {
    expect(awaySentence(DEPARTED, ATTENDED)).toBe(
      'no page attached for this passphrase: exporter "one" was here until 12:34:56 UTC; open its page again at http://127.0.0.1:1/',
    );
    expect(awaySentence(DEPARTED, ATTENDED, 10_000)).toBe(
      'no page attached for this passphrase: exporter "one" was here until 12:34:56 UTC, it did not come back within 10 s; open its page again at http://127.0.0.1:1/',
    );
  });

  it("sends nobody to another page while the one that is away may come back", () => {
    expect(awaySentence({ ...DEPARTED, kept: true }, ATTENDED, 10_000)).toBe(
      'exporter "one" is away: its page has lost its connection at 12:34:56 UTC and may be back within half a minute; try again',
    );
  });

  it("speaks of no passphrase where there is none, and of no page to open where nobody looks at it", () => {
    expect(awaySentence(DEPARTED, { ...ATTENDED, noAuth: true })).toMatch(
      /^no page attached to this relay: /,
    );
    expect(awaySentence(DEPARTED, { ...ATTENDED, unattendedFile: "bench.yaml" }, 20_000)).toBe(
      'no page attached to this relay: exporter "one" was here until 12:34:56 UTC, it did not come back within 20 s; the relay starts it again, see the relay\'s log',
    );
  });
});
