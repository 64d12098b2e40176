/**
 * Esp32Board: a development board with an ESP32, to try flashing on without having one. A composite that brings its own children: `power`,
 * `serial` (the ordinary PySerial on a simulated port), and `esp32` (the ordinary Esp32Flasher over that port).
 * Above: the registry. Below: drivers/simulation/esp32, drivers/base.
 */

import * as v from "valibot";
import { configObject } from "../base/config-object.ts";
import { type BuiltInChild, type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { exportedMethods } from "../base/methods.ts";
import { createBoardPower } from "../simulation/board-power.ts";
import { Esp32Board } from "../simulation/esp32/board.ts";
import { devicesOfOnePort } from "../simulation/one-port.ts";
import { withMeter } from "./power.ts";

/** What the board's port is called; there is only one, so any name finds it. */
const PORT_NAME = "/dev/ttyESP0";

const config = configObject({
  chip: v.optional(
    v.pipe(
      v.picklist(["ESP32", "ESP32-C3", "ESP32-S3"], "the chip is ESP32, ESP32-C3 or ESP32-S3"),
      v.description("Which chip it has."),
    ),
    "ESP32",
  ),
  paced: v.optional(
    v.pipe(v.boolean("paced is true or false"), v.description("Bytes take as long as on a real line.")),
    true,
  ),
  baudrate: v.optional(
    v.pipe(
      v.number("write the baud rate as a number, such as 921600, without quotes"),
      v.integer("write the baud rate as a whole number, such as 921600"),
      v.minValue(9600, "write a baud rate of at least 9600, such as 115200"),
      v.maxValue(5_000_000, "write a baud rate of at most 5000000"),
      v.description("Baud rate of the flasher."),
    ),
    921_600,
  ),
});

export const definition = defineDriver({
  type: "jumptab.simulator.Esp32Board",
  summary: "A simulated ESP32 board with power, a serial console and a flasher. Needs nothing.",
  about: { title: "ESP32 board, simulated", category: "composite", brings: ["power", "serial", "esp32"] },
  config,
  create: createBoard,
});

async function createBoard(
  { clock, log, setState }: DriverContext,
  { chip, paced, baudrate }: v.InferOutput<typeof config>,
): Promise<Driver> {
  let update = () => {};
  const board = new Esp32Board({ clock, chip, paced, onStart: () => update() });
  const metered = withMeter(board, () => update());
  const power = createBoardPower(metered, { description: "Power of the simulated board", log });
  update = () => {
    setState({ on: board.on, program: board.esp32.program });
    power.update();
  };
  const devices = await devicesOfOnePort({ device: board, info: board.info });
  update();
  return {
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    category: "composite",
    methods: exportedMethods({}),
    builtInChildren: new Map<string, BuiltInChild>([
      ["power", power.child],
      [
        "serial",
        {
          type: "jumpstarter_driver_pyserial.driver.PySerial",
          config: { url: PORT_NAME },
          devices: { serial: devices, usb: undefined },
          description: `Console of the simulated ${chip}`,
        },
      ],
      [
        "esp32",
        {
          type: "jumpstarter_driver_esp32.driver.Esp32Flasher",
          config: { baudrate },
          devices: { serial: undefined, usb: undefined },
          description: `Flasher of the simulated ${chip}`,
          children: new Map<string, BuiltInChild>([["serial", { ref: "serial" }]]),
        },
      ],
    ]),
    async [Symbol.asyncDispose]() {
      board[Symbol.dispose]();
      await devices[Symbol.asyncDispose]();
    },
  };
}
