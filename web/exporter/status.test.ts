import { describe, expect, it } from "vitest";
import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import { StatusMachine, statusName } from "./status.ts";

describe("StatusMachine", () => {
  it("starts AVAILABLE at version 0, without a previous status", () => {
    expect(new StatusMachine(() => undefined).current).toEqual({
      status: ExporterStatus.AVAILABLE,
      message: "",
      version: 0n,
      previous: undefined,
    });
  });

  it("counts each change by one and remembers what was before", () => {
    let changes = 0;
    const machine = new StatusMachine(() => {
      changes += 1;
    });
    machine.set(ExporterStatus.LEASE_READY, "Ready for commands");
    machine.set(ExporterStatus.OFFLINE, "gone");
    expect(machine.current).toEqual({
      status: ExporterStatus.OFFLINE,
      message: "gone",
      version: 2n,
      previous: ExporterStatus.LEASE_READY,
    });
    expect(changes).toBe(2);
  });

  const accepting = new Set<ExporterStatus>([
    ExporterStatus.LEASE_READY,
    ExporterStatus.BEFORE_LEASE_HOOK,
    ExporterStatus.AFTER_LEASE_HOOK,
  ]);
  for (const status of Object.values(ExporterStatus)) {
    it(`${accepting.has(status) ? "lets" : "does not let"} drivers be called in ${statusName(status)}`, () => {
      const machine = new StatusMachine(() => undefined);
      machine.set(status, "");
      expect(machine.acceptsCalls).toBe(accepting.has(status));
    });
  }
});
