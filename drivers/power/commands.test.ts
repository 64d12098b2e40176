import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import type { JsonValue } from "../base/json.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../base/methods.ts";
import { driverHandle, startCommand } from "../testing/driver-handle.ts";
import { ManualClock, settle } from "../testing/manual-clock.ts";
import { createTestContext } from "../testing/test-context.ts";
import { MAX_PAUSE_S, powerCommands, virtualPowerCommands } from "./commands.ts";
import { mockPower } from "./driver.ts";

async function createPower() {
  const context = createTestContext();
  const driver = await mockPower.create(context, {});
  return { context, handle: driverHandle(driver) };
}

/** A power driver that answers `read` with what it is given, and keeps the arguments of `off`. */
function createOther(readings: readonly JsonValue[]) {
  const offs: JsonValue[] = [];
  const driver: Driver = {
    clientClass: "jumpstarter_driver_power.client.VirtualPowerClient",
    category: "power",
    methods: exportedMethods({
      on: exportedCall({}, () => undefined),
      off: exportedCall({ destroy: v.optional(v.boolean()) }, ({ destroy }) => {
        offs.push(destroy ?? null);
      }),
      read: exportedStreamingCall({}, async function* () {
        yield* readings;
      }),
    }),
    async [Symbol.asyncDispose]() {},
  };
  return { offs, handle: driverHandle(driver) };
}

const MOCK_READINGS =
  "voltage=0.0 V  current=0.0 A  apparent_power=0.0 VA\n" +
  "voltage=5.0 V  current=2.0 A  apparent_power=10.0 VA\n";

describe("j power", () => {
  it("switches on and off, and says nothing", async () => {
    const { context, handle } = await createPower();
    for (const name of ["on", "off"]) {
      const run = startCommand(powerCommands, name, handle);
      await run.done;
      expect(run.out + run.errors).toBe("");
    }
    expect(context.lines).toEqual(["INFO power on", "INFO power off"]);
  });

  it("stays off for as long as it is told, then switches on", async () => {
    const { context, handle } = await createPower();
    const clock = new ManualClock();
    const run = startCommand(powerCommands, "cycle", handle, { clock, values: { wait: 3 } });
    await clock.advance(2_999);
    expect(context.lines).toEqual(["INFO power off"]);
    await clock.advance(1);
    await run.done;
    expect(context.lines).toEqual(["INFO power off", "INFO power on"]);
    expect(run.out).toBe("Power cycling with 3 seconds wait time...\n");
  });

  it("leaves the board off when a cycle is interrupted, and no timer behind", async () => {
    const { context, handle } = await createPower();
    const clock = new ManualClock();
    const run = startCommand(powerCommands, "cycle", handle, { clock, values: { wait: 3 } });
    await settle();
    run.abort.abort(new Error("interrupted"));
    await expect(run.done).rejects.toThrow("interrupted");
    expect(context.lines).toEqual(["INFO power off"]);
    expect(clock.sleeping).toBe(0);
  });

  for (const wait of [-1, MAX_PAUSE_S + 1]) {
    it(`refuses to wait for ${wait} seconds before it switches anything`, async () => {
      const { context, handle } = await createPower();
      const run = startCommand(powerCommands, "cycle", handle, { values: { wait } });
      await expect(run.done).rejects.toThrow(`${wait} is not between 0 and ${MAX_PAUSE_S} seconds`);
      expect(context.lines).toEqual([]);
    });
  }

  it("prints each reading on a line, as Python's client does", async () => {
    const { handle } = await createPower();
    const run = startCommand(powerCommands, "read", handle, { values: { count: 1, interval: 1 } });
    await run.done;
    expect(run.out).toBe(MOCK_READINGS);
  });

  it("reads as often as it is told, with a pause between and none after", async () => {
    const { handle } = await createPower();
    const clock = new ManualClock();
    const run = startCommand(powerCommands, "read", handle, { clock, values: { count: 2, interval: 0.5 } });
    await clock.advance(499);
    expect(run.out).toBe(MOCK_READINGS);
    await clock.advance(1);
    await run.done;
    expect(run.out).toBe(MOCK_READINGS.repeat(2));
    expect(clock.sleeping).toBe(0);
  });

  it("reads until it is interrupted when the count is 0", async () => {
    const { handle } = await createPower();
    const clock = new ManualClock();
    const run = startCommand(powerCommands, "read", handle, { clock, values: { count: 0, interval: 1 } });
    await clock.advance(4_000);
    expect(run.out).toBe(MOCK_READINGS.repeat(5));
    run.abort.abort(new Error("interrupted"));
    await expect(run.done).rejects.toThrow("interrupted");
    expect(clock.sleeping).toBe(0);
  });

  it("lets others have their turn between readings without a pause", async () => {
    const { handle } = await createPower();
    const clock = new ManualClock();
    const run = startCommand(powerCommands, "read", handle, { clock, values: { count: 3, interval: -1 } });
    await settle();
    expect(run.out).toBe(MOCK_READINGS);
    await clock.advance(0);
    await run.done;
    expect(run.out).toBe(MOCK_READINGS.repeat(3));
  });

  for (const reading of [
    null,
    5,
    { voltage: "5", current: 1 },
    { voltage: 5 },
    { voltage: null, current: 0 },
  ]) {
    it(`says that ${JSON.stringify(reading)} is no reading`, async () => {
      const { handle } = createOther([{ voltage: 1, current: 1 }, reading]);
      const run = startCommand(powerCommands, "read", handle, { values: { count: 1, interval: 1 } });
      await expect(run.done).rejects.toThrow("no voltage and current");
      expect(run.out).toBe("voltage=1.0 V  current=1.0 A  apparent_power=1.0 VA\n");
    });
  }
});

describe("j power of a virtual machine", () => {
  it("says whether to destroy it, in a cycle too", async () => {
    const { offs, handle } = createOther([]);
    await startCommand(virtualPowerCommands, "off", handle, { values: { destroy: false } }).done;
    await startCommand(virtualPowerCommands, "off", handle, { values: { destroy: true } }).done;
    const clock = new ManualClock();
    const cycle = startCommand(virtualPowerCommands, "cycle", handle, { clock, values: { wait: 0 } });
    await clock.advance(0);
    await cycle.done;
    expect(offs).toEqual([false, true, false]);
  });
});
