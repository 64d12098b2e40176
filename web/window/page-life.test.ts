import { describe, expect, it } from "vitest";
import { sampleEnded, sampleTransfer } from "../ui/testing/sample-transfers.ts";
import { leavingCosts, whenDoubtful } from "./page-life.ts";

function tab() {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), {
    visibilityState: "visible" as DocumentVisibilityState,
  });
  const network = new EventTarget();
  const end = new AbortController();
  let doubts = 0;
  whenDoubtful({ window, document, network }, () => doubts++, { signal: end.signal });
  return { window, document, network, end, doubts: () => doubts };
}

describe("whenDoubtful()", () => {
  for (const [what, target, type] of [
    ["the browser is online again", "window", "online"],
    ["a frozen tab goes on", "document", "resume"],
    ["the tab is looked at", "document", "visibilitychange"],
    ["the network is another one", "network", "change"],
  ] as const) {
    it(`doubts when ${what}`, () => {
      const page = tab();
      page[target].dispatchEvent(new Event(type));
      expect(page.doubts()).toBe(1);
    });
  }

  it("doubts when the page comes out of the browser's cache, and not when it is first shown", () => {
    const page = tab();
    page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    expect(page.doubts()).toBe(0);
    page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    expect(page.doubts()).toBe(1);
  });

  it("does not doubt when the tab is left, nor after its end", () => {
    const page = tab();
    page.document.visibilityState = "hidden";
    page.document.dispatchEvent(new Event("visibilitychange"));
    page.end.abort();
    page.window.dispatchEvent(new Event("online"));
    expect(page.doubts()).toBe(0);
  });
});

describe("leavingCosts()", () => {
  const idle = { activity: { calls: 0, streams: 0, totalCalls: 9 }, transfers: [sampleEnded()], people: [] };

  it("is no while nobody is at work", () => {
    expect(leavingCosts(idle)).toBe(false);
  });

  it("is yes while clients are, or a file of the page's own is on its way", () => {
    expect(leavingCosts({ ...idle, activity: { calls: 0, streams: 1, totalCalls: 9 } })).toBe(true);
    expect(leavingCosts({ ...idle, transfers: [sampleTransfer(), sampleEnded()] })).toBe(true);
  });

  it("is yes while a colleague is here, also one who only looks on", () => {
    const ana = {
      id: "1",
      share: "s",
      name: "Ana",
      role: "view",
      via: "page",
      address: "",
      since: 0,
    } as const;
    expect(leavingCosts({ ...idle, people: [ana] })).toBe(true);
    expect(leavingCosts({ ...idle, people: [{ ...ana, share: undefined, name: undefined }] })).toBe(false);
  });
});
