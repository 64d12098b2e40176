/**
 * DemoBoard: a board to try everything on without having one. A composite that brings its own children, `power` and
 * `serial`; the serial one is the ordinary PySerial driver on a simulated port. Who asks for them gets `storage` and `esp32` too.
 * Above: the registry. Below: board.ts, radio.ts, drivers/simulation, drivers/base.
 */

import * as v from "valibot";
import { configObject } from "../base/config-object.ts";
import { type BuiltInChild, type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { exportedMethods } from "../base/methods.ts";
import { createBoardPower } from "../simulation/board-power.ts";
import { devicesOfOnePort } from "../simulation/one-port.ts";
import { Board } from "./board.ts";
import { createRadio } from "./radio.ts";

/** What the board's UART is called; there is only one port, so any name finds it. */
const PORT_NAME = "/dev/ttyDEMO0";

/** It is in the board as a drive of its own: the board's software does not look at it. */
const STORAGE: readonly [string, BuiltInChild] = [
  "storage",
  {
    type: "jumpstarter_driver_opendal.driver.MockStorageMuxFlasher",
    config: {},
    devices: { serial: undefined, usb: undefined },
    description: "Drive of the demo board",
  },
];

export const definition = defineDriver({
  type: "jumptab.simulator.DemoBoard",
  summary: "A simulated board with power and a serial console. Needs nothing.",
  about: { title: "Demo board", category: "composite", brings: ["power", "serial"] },
  config: configObject({
    powered: v.optional(
      v.pipe(v.boolean("powered is true or false"), v.description("Switched on at the start.")),
      false,
    ),
    /** Not unless asked for: Jumpstarter 0.8 has no commands at all for a board with a child whose client is not installed. */
    storage: v.optional(
      v.pipe(
        v.boolean("storage is true or false"),
        v.description("Has a drive, as the child storage. Clients need jumpstarter-driver-opendal."),
      ),
      false,
    ),
    esp32: v.optional(
      v.pipe(
        v.boolean("esp32 is true or false"),
        v.description("Has an ESP32 to flash, as the child esp32. Clients need jumpstarter-driver-esp32."),
      ),
      false,
    ),
  }),
  create: createDemoBoard,
});

async function createDemoBoard(
  { clock, log, setState }: DriverContext,
  { powered, storage, esp32 }: { powered: boolean; storage: boolean; esp32: boolean },
): Promise<Driver> {
  const board = new Board(clock, log, () => update());
  const radio = esp32 ? await createRadio(clock) : undefined;
  const power = createBoardPower(board, { description: "Power of the demo board", log });
  const update = () => {
    setState({ on: board.on, ...board.read(), led: board.led, phase: board.phase });
    power.update();
    radio?.power(board.on);
  };
  const devices = await devicesOfOnePort({ device: board });
  update();
  if (powered) board.powerOn();
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
          description: "Console of the demo board",
        },
      ],
      ...(storage ? [STORAGE] : []),
      ...(radio === undefined ? [] : [["esp32", radio.child] as const]),
    ]),
    async [Symbol.asyncDispose]() {
      board[Symbol.dispose]();
      await radio?.[Symbol.asyncDispose]();
      await devices[Symbol.asyncDispose]();
    },
  };
}
