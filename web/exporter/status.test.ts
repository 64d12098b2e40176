import { describe, expect, it } from "vitest";
import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import {
  MAX_STATUS_MESSAGE_CHARACTERS,
  STATUS_STEPS,
  STATUS_TEXT,
  StatusMachine,
  statusName,
} from "./status.ts";

/** Columns in the order of the rows: a step that exists is an x. */
const STEPS: Readonly<Record<string, string>> = {
  //                        UNSP OFFL AVAI BEFO READ AFTE BF_F AF_F
  UNSPECIFIED: "             .    .    .    .    .    .    .    .",
  OFFLINE: "                 .    .    .    .    .    .    .    .",
  AVAILABLE: "               .    x    .    x    x    .    .    .",
  BEFORE_LEASE_HOOK: "       .    x    x    .    x    x    x    .",
  LEASE_READY: "             .    x    x    .    .    x    .    .",
  AFTER_LEASE_HOOK: "        .    x    x    .    .    .    .    x",
  BEFORE_LEASE_HOOK_FAILED: ".    x    x    .    .    .    .    .",
  AFTER_LEASE_HOOK_FAILED: " .    x    x    .    .    .    .    .",
};

/** The shortest way to each status. */
const WAY: ReadonlyMap<ExporterStatus, readonly ExporterStatus[]> = new Map([
  [ExporterStatus.AVAILABLE, []],
  [ExporterStatus.OFFLINE, [ExporterStatus.OFFLINE]],
  [ExporterStatus.BEFORE_LEASE_HOOK, [ExporterStatus.BEFORE_LEASE_HOOK]],
  [ExporterStatus.LEASE_READY, [ExporterStatus.LEASE_READY]],
  [ExporterStatus.AFTER_LEASE_HOOK, [ExporterStatus.LEASE_READY, ExporterStatus.AFTER_LEASE_HOOK]],
  [
    ExporterStatus.BEFORE_LEASE_HOOK_FAILED,
    [ExporterStatus.BEFORE_LEASE_HOOK, ExporterStatus.BEFORE_LEASE_HOOK_FAILED],
  ],
  [
    ExporterStatus.AFTER_LEASE_HOOK_FAILED,
    [ExporterStatus.LEASE_READY, ExporterStatus.AFTER_LEASE_HOOK, ExporterStatus.AFTER_LEASE_HOOK_FAILED],
  ],
]);

const ALL = Object.values(ExporterStatus);

function machine(): StatusMachine {
  return new StatusMachine(
    () => 0,
    () => undefined,
  );
}

function machineAt(status: ExporterStatus): StatusMachine {
  const made = machine();
  for (const step of WAY.get(status) ?? []) made.set(step, "");
  return made;
}

describe("StatusMachine", () => {
  it("starts AVAILABLE at version 0, without a previous status", () => {
    expect(machine().current).toEqual({
      status: ExporterStatus.AVAILABLE,
      message: "",
      version: 0n,
      previous: undefined,
      since: 0,
    });
  });

  it("counts each step by one, and remembers what was before and since when it is", () => {
    let changes = 0;
    let now = 1000;
    const status = new StatusMachine(
      () => now,
      () => {
        changes += 1;
      },
    );
    status.set(ExporterStatus.LEASE_READY, "Ready for commands");
    now = 2000;
    status.set(ExporterStatus.OFFLINE, "gone");
    expect(status.current).toEqual({
      status: ExporterStatus.OFFLINE,
      message: "gone",
      version: 2n,
      previous: ExporterStatus.LEASE_READY,
      since: 2000,
    });
    expect(changes).toBe(2);
  });

  for (const [from, row] of Object.entries(STEPS)) {
    for (const [index, mark] of row.trim().split(/ +/).entries()) {
      const before = ExporterStatus[from as keyof typeof ExporterStatus];
      const after = ALL.toSorted((a, b) => a - b)[index] ?? ExporterStatus.UNSPECIFIED;
      const goes = mark === "x";
      it(`${goes ? "goes" : "does not go"} from ${from} to ${statusName(after)}`, () => {
        expect(STATUS_STEPS[before]?.includes(after)).toBe(goes);
        if (!WAY.has(before)) return; // no way leads to UNSPECIFIED
        const status = machineAt(before);
        const { version } = status.current;
        if (goes) {
          status.set(after, "x");
          expect(status.current).toMatchObject({ status: after, previous: before, version: version + 1n });
        } else {
          expect(() => status.set(after, "x")).toThrow(RangeError);
          expect(status.current).toMatchObject({ status: before, version });
        }
      });
    }
  }

  it("never says the word that makes clients log in again", () => {
    const status = machine();
    status.set(ExporterStatus.BEFORE_LEASE_HOOK, STATUS_TEXT.beforeLease);
    status.set(
      ExporterStatus.BEFORE_LEASE_HOOK_FAILED,
      STATUS_TEXT.failed("beforeLease", "the certificate has Expired, and EXPexpiredIRED"),
    );
    expect(status.current.message).not.toMatch(/expired/i);
    expect(status.current.message).toContain("the certificate has lapsed");
  });

  it("has no text of its own with that word", () => {
    const texts = Object.values(STATUS_TEXT).map((text) =>
      typeof text === "string" ? text : text("afterLease", "reason"),
    );
    expect(texts.join("\n")).not.toMatch(/expired/i);
  });

  it("cuts a message that is too long for a status", () => {
    const status = machine();
    status.set(ExporterStatus.OFFLINE, "x".repeat(10 * MAX_STATUS_MESSAGE_CHARACTERS));
    expect(status.current.message.length).toBeLessThan(MAX_STATUS_MESSAGE_CHARACTERS + 10);
  });

  const accepting = new Set<ExporterStatus>([
    ExporterStatus.LEASE_READY,
    ExporterStatus.BEFORE_LEASE_HOOK,
    ExporterStatus.AFTER_LEASE_HOOK,
  ]);
  for (const status of WAY.keys()) {
    it(`${accepting.has(status) ? "lets" : "does not let"} drivers be called in ${statusName(status)}`, () => {
      expect(machineAt(status).acceptsCalls).toBe(accepting.has(status));
    });
  }
});
