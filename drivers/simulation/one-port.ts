/**
 * A simulated board's serial port as its driver instances see it: one port, and every wish for a port finds it.
 * Above: simulated boards that bring a PySerial of their own. Below: FakeSerial, drivers/base/serial-devices.ts.
 */

import { createSerialDevices, type ManagedSerialDevices } from "../base/serial-devices.ts";
import { FakeSerial } from "./fake-serial.ts";
import type { FakeSerialPortOptions } from "./fake-serial-port.ts";

/** Plugged in and known by the time it resolves. */
export async function devicesOfOnePort(port: FakeSerialPortOptions): Promise<ManagedSerialDevices> {
  const serial = new FakeSerial();
  serial.plug(port);
  const devices = createSerialDevices({ serial, remembered: {} });
  await devices.refresh();
  return devices;
}
