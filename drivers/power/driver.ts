/**
 * MockPower: a power switch without a board, for trying things and for tests.
 * Above: the registry. Below: drivers/base.
 * Specification: jumpstarter_driver_power.driver.MockPower and SyncMockPower, which differ only inside Python.
 */

import * as v from "valibot";
import { type Driver, type DriverContext, type DriverDefinition, defineDriver } from "../base/driver.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../base/methods.ts";

/** Volts and amperes, always the same two. */
const READINGS = [
  { voltage: 0, current: 0 },
  { voltage: 5, current: 2 },
];

export const mockPower = defineMockPower("jumpstarter_driver_power.driver.MockPower");
export const syncMockPower = defineMockPower("jumpstarter_driver_power.driver.SyncMockPower");

function defineMockPower(type: string): DriverDefinition {
  return defineDriver({
    type,
    summary: "A pretended power switch that logs what it is told. Needs nothing.",
    about: { title: "Mock power switch", category: "power" },
    config: v.object({}),
    create: createMockPower,
  });
}

function createMockPower({ log, setState }: DriverContext): Driver {
  const turn = (on: boolean) => {
    // Clients look for these words in the log.
    log.info(on ? "power on" : "power off");
    setState({ on });
  };
  setState({ on: false });
  return {
    clientClass: "jumpstarter_driver_power.client.PowerClient",
    category: "power",
    methods: exportedMethods({
      on: exportedCall({}, () => turn(true)),
      off: exportedCall({}, () => turn(false)),
      read: exportedStreamingCall({}, async function* () {
        yield* READINGS;
      }),
    }),
    async [Symbol.asyncDispose]() {},
  };
}
