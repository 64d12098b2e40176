/**
 * ProbeBoard: a microcontroller board with a debug probe, to try both without having one. A composite that brings one child, `probe`: the
 * ordinary ProbeRs on a simulated probe with DAPLink firmware.
 * Above: the registry. Below: drivers/simulation/cmsis-dap, drivers/base.
 */

import { configObject } from "../base/config-object.ts";
import { type BuiltInChild, type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { exportedMethods } from "../base/methods.ts";
import { createUsbDevices } from "../base/usb-devices.ts";
import { DapLink } from "../simulation/cmsis-dap/dap-link.ts";
import { FakeUsb } from "../simulation/fake-usb.ts";

export const definition = defineDriver({
  type: "jumptab.simulator.ProbeBoard",
  summary: "A simulated microcontroller board with a debug probe. Needs nothing.",
  about: { title: "Board with a debug probe, simulated", category: "composite", brings: ["probe"] },
  config: configObject({}),
  create: createProbeBoard,
});

async function createProbeBoard({ setState }: DriverContext): Promise<Driver> {
  const usb = new FakeUsb();
  usb.plug({ device: new DapLink() });
  const devices = createUsbDevices({ usb, remembered: {} });
  await devices.refresh();
  setState({ on: true });
  return {
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    category: "composite",
    methods: exportedMethods({}),
    builtInChildren: new Map<string, BuiltInChild>([
      [
        "probe",
        {
          type: "jumpstarter_driver_probe_rs.driver.ProbeRs",
          config: {},
          devices: { serial: undefined, usb: devices },
          description: "Debug probe of the simulated board",
        },
      ],
    ]),
    async [Symbol.asyncDispose]() {
      await devices[Symbol.asyncDispose]();
    },
  };
}
