import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import { ASK_AGAIN_MS } from "./boot.ts";
import { endWithRelay } from "./unattended-end.ts";

describe("endWithRelay()", () => {
  it("asks again when the connection broke, then stops the exporter with the relay's bound, and says so", async () => {
    const clock = new ManualClock();
    const done: string[] = [];
    let asked = 0;
    const ended = endWithRelay({
      clock,
      ask: async () => {
        asked += 1;
        if (asked === 1) throw new TypeError("network error");
        return { hookMs: 3000 };
      },
      stop: async ({ hookMs }) => void done.push(`stop ${hookMs}`),
      report: (failure) => done.push(`report ${failure}`),
    });
    await clock.advance(ASK_AGAIN_MS);
    await ended;
    expect({ asked, done }).toEqual({ asked: 2, done: ["stop 3000", "report undefined"] });
  });

  it("says why the exporter did not stop: the relay waits for a word in any case", async () => {
    const reported: (string | undefined)[] = [];
    await endWithRelay({
      clock: new ManualClock(),
      ask: async () => ({ hookMs: 1 }),
      stop: () => Promise.reject(new Error("its worker is gone")),
      report: (failure) => reported.push(failure),
    });
    expect(reported).toEqual(["its worker is gone"]);
  });
});
