import { describe, expect, it } from "vitest";
import { IDLE, type OpenBench, type PageState, type View } from "../model.ts";
import { sampleDrivenBy } from "../testing/sample-shares.ts";
import { sampleEnded, sampleTransfer } from "../testing/sample-transfers.ts";
import { pageTitle } from "./page-title.ts";

const bench: OpenBench = {
  id: "1",
  name: "desk",
  yaml: "",
  passphrase: "p",
  file: undefined,
  changed: false,
  access: "shared",
  accessChanged: false,
};

function state(view: View, open: OpenBench | undefined = undefined): PageState {
  return {
    view,
    bench: open,
    benches: [],
    snapshot: IDLE,
    log: [],
    relay: undefined,
    notices: [],
    serial: true,
    usb: true,
    history: [],
    offers: [],
    chosen: undefined,
    chooserClosed: undefined,
    keptImages: new Set(),
    lasting: true,
    busy: false,
    endingSession: false,
  };
}

describe("pageTitle()", () => {
  it("names the bench first, then how it is", () => {
    expect(pageTitle(state({ kind: "bench" }, bench))).toBe("desk: Stopped · jumptab");
  });

  it("says how far a file is that is on its way", () => {
    const { snapshot, ...rest } = state({ kind: "bench" }, bench);
    const title = (transfers: typeof snapshot.transfers): string =>
      pageTitle({ ...rest, snapshot: { ...snapshot, transfers } });
    expect(title([sampleEnded(), sampleTransfer()])).toBe("25 % · desk: Stopped · jumptab");
    expect(title([sampleEnded()])).toBe("desk: Stopped · jumptab");
  });

  it("says first who asks to drive: the person at the board may be in another tab", () => {
    const { snapshot, ...rest } = state({ kind: "bench" }, bench);
    const seat = { ...sampleDrivenBy("Ana"), requests: [{ share: "ben", name: "Ben", since: 0 }] };
    expect(pageTitle({ ...rest, snapshot: { ...snapshot, seat, transfers: [sampleTransfer()] } })).toBe(
      "Ben asks to drive · 25 % · desk: Stopped · jumptab",
    );
  });

  it("is the project's name where there is no bench", () => {
    expect(pageTitle(state({ kind: "welcome" }))).toBe("jumptab");
    expect(
      pageTitle(state({ kind: "editor", draft: { benchId: undefined, yaml: "", note: undefined } })),
    ).toBe("jumptab");
  });

  it("says where the bench is when it is not here", () => {
    expect(pageTitle(state({ kind: "elsewhere", id: "1", name: "desk" }))).toContain("another tab");
  });
});
