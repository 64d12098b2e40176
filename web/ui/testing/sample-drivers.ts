/**
 * Driver snapshots for unit tests.
 * Above: tests beside the elements. Below: web/messages.ts.
 */

import type { DriverSnapshot } from "../../messages.ts";

export function sampleDriver(path: string, values: Partial<DriverSnapshot> = {}): DriverSnapshot {
  const names = path.split(".");
  return {
    path: names,
    name: names.at(-1) ?? "",
    uuid: `uuid of ${path}`,
    type: "jumpstarter_driver_network.driver.EchoNetwork",
    clientClass: "jumpstarter_driver_network.client.NetworkClient",
    category: "network",
    description: undefined,
    calls: [],
    streamingCalls: [],
    streams: ["connect"],
    state: {},
    binding: undefined,
    canVerify: false,
    openStreams: 0,
    refOf: undefined,
    children: [],
    ...values,
  };
}

export function samplePower(path: string, values: Partial<DriverSnapshot> = {}): DriverSnapshot {
  return sampleDriver(path, {
    type: "jumpstarter_driver_power.driver.MockPower",
    clientClass: "jumpstarter_driver_power.client.PowerClient",
    category: "power",
    calls: ["on", "off"],
    streamingCalls: ["read"],
    streams: [],
    ...values,
  });
}

export function sampleSerial(path: string, values: Partial<DriverSnapshot> = {}): DriverSnapshot {
  return sampleDriver(path, {
    type: "jumpstarter_driver_pyserial.driver.PySerial",
    clientClass: "jumpstarter_driver_pyserial.client.PySerialClient",
    category: "serial",
    calls: ["close", "set_dtr", "set_rts"],
    streams: ["connect"],
    ...values,
  });
}

export function sampleBoard(path: string, children: readonly DriverSnapshot[]): DriverSnapshot {
  return sampleDriver(path, {
    type: "jumptab.simulator.DemoBoard",
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    category: "composite",
    streams: [],
    children,
  });
}
