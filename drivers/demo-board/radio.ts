/**
 * The demo board's radio: an ESP32 beside the board's processor, on the same power, with a serial port and a flasher of its own.
 * Above: driver.ts. Below: drivers/simulation/esp32, drivers/base.
 */

import type { Clock } from "../base/clock.ts";
import type { BuiltInChild } from "../base/driver.ts";
import { Esp32Board } from "../simulation/esp32/board.ts";
import { devicesOfOnePort } from "../simulation/one-port.ts";

/** What its port is called; there is only one, so any name finds it. */
const PORT_NAME = "/dev/ttyDEMO1";

/** Eight times as fast as the boot loader begins, and what USB adapters of today take. */
const FLASH_BAUDRATE = 921_600;

export interface Radio extends AsyncDisposable {
  /** The flasher; its console is a child of its own. */
  readonly child: BuiltInChild;
  /** The board's power comes or goes. */
  power(on: boolean): void;
}

export async function createRadio(clock: Clock): Promise<Radio> {
  const chip = new Esp32Board({ clock, chip: "ESP32", paced: true, powered: false });
  const devices = await devicesOfOnePort({ device: chip, info: chip.info });
  const console: BuiltInChild = {
    type: "jumpstarter_driver_pyserial.driver.PySerial",
    config: { url: PORT_NAME },
    devices: { serial: devices, usb: undefined },
    description: "Console of the demo board's radio",
  };
  return {
    child: {
      type: "jumpstarter_driver_esp32.driver.Esp32Flasher",
      config: { baudrate: FLASH_BAUDRATE },
      devices: { serial: undefined, usb: undefined },
      description: "Radio of the demo board, an ESP32 to flash",
      children: new Map([["serial", console]]),
    },
    power(on) {
      if (on) chip.powerOn();
      else chip.powerOff();
    },
    async [Symbol.asyncDispose]() {
      chip[Symbol.dispose]();
      await devices[Symbol.asyncDispose]();
    },
  };
}
