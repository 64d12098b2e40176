import { describe, expect, it } from "vitest";
import { sampleEnded, sampleTransfer } from "../testing/sample-transfers.ts";
import { NOTHING_WATCHED, type Watched, watchTransfers } from "./transfer-rates.ts";
import {
  cancelQuestion,
  outcome,
  percent,
  phaseLabel,
  progressFigures,
  shortHash,
  transferName,
} from "./transfer-text.ts";

const KIB = 1024;

function step(done: number, total: number | undefined) {
  return { phase: "writing", done, total, since: 0 };
}

/** 5 KiB a second for two seconds. */
function watched(): Watched | undefined {
  const at = (ms: number, before = NOTHING_WATCHED) =>
    watchTransfers(before, [sampleTransfer({ step: step((ms / 1000) * 5 * KIB, 100 * KIB) })], ms);
  return at(2_000, at(1_000, at(0))).get("1");
}

describe("transferName()", () => {
  it("knows the way of a file that has not moved yet", () => {
    expect(transferName(sampleTransfer({ name: undefined, method: "dump", target: "boot" }))).toBe(
      "a file from boot",
    );
  });

  it("says what goes where", () => {
    expect(transferName(sampleTransfer())).toBe("firmware.bin");
    expect(transferName(sampleTransfer({ target: "0x10000" }))).toBe("firmware.bin to 0x10000");
    expect(transferName(sampleTransfer({ name: undefined, target: "boot" }))).toBe("a file to boot");
    expect(transferName(sampleEnded({ name: undefined }))).toBe("image 3f2a9c1d");
    expect(transferName(sampleTransfer({ direction: "from-device", target: "boot" }))).toBe(
      "firmware.bin from boot",
    );
  });
});

describe("percent()", () => {
  it("is not 100 before all is done", () => {
    expect(percent({ done: 999, total: 1000 })).toBe("99 %");
    expect(percent({ done: 1000, total: 1000 })).toBe("100 %");
  });

  it("is not known without an end", () => {
    expect(percent({ done: 999, total: undefined })).toBeUndefined();
  });
});

describe("progressFigures()", () => {
  it("has the rate and the time left once there is one", () => {
    expect(progressFigures(step(10 * KIB, 100 * KIB), watched(), 2_000)).toEqual([
      "10 %",
      "10 KiB of 100 KiB",
      "5.0 KiB/s",
      "18 s left",
    ]);
  });

  it("has what is known, and no more", () => {
    expect(progressFigures(step(0, undefined), undefined, 0)).toEqual([]);
    expect(progressFigures(step(3 * KIB, undefined), undefined, 0)).toEqual(["3.0 KiB"]);
    expect(progressFigures(step(0, 100 * KIB), undefined, 0)).toEqual(["0 %", "0 B of 100 KiB"]);
  });

  it("says that nothing moves, instead of a rate that means nothing", () => {
    expect(progressFigures(step(10 * KIB, 100 * KIB), watched(), 14_000)).toEqual([
      "10 %",
      "10 KiB of 100 KiB",
      "nothing has moved for 12 s",
    ]);
  });
});

describe("cancelQuestion()", () => {
  it("asks nothing of one's own", () => {
    expect(cancelQuestion(sampleTransfer())).toBeUndefined();
  });

  it("says whose work ends, and what is left of it", () => {
    const question = cancelQuestion(sampleTransfer({ by: "client" }));
    expect(question?.title).toBe("Cancel a client's flash?");
    expect(question?.text).toContain("on board.storage: its command fails at once");
  });
});

describe("outcome(), phaseLabel(), shortHash()", () => {
  it("are words for people", () => {
    expect(outcome({ state: "cancelled" })).toEqual({ tone: "off", label: "Cancelled" });
    expect(outcome({ state: "failed" }).tone).toBe("error");
    expect(phaseLabel({ phase: "writing" })).toBe("Writing");
    expect(shortHash("3f2a9c1d".padEnd(64, "0"))).toBe("3f2a9c1d");
  });
});
