/**
 * The power switch and meter of a simulated board, as a child that the board's driver brings along.
 * Above: drivers of simulated boards. Below: the board, and drivers/base.
 * Specification: Jumpstarter's power interface: on, off, and read, which gives one reading and ends.
 */

import type { BuiltInChild, DriverContext } from "../base/driver.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../base/methods.ts";

export interface PoweredBoard {
  readonly on: boolean;
  powerOn(): void;
  powerOff(): void;
  /** What a meter in the supply line shows: volts and amperes. */
  read(): { readonly voltage: number; readonly current: number };
}

export interface BoardPowerOptions {
  /** For people: "Power of the demo board". */
  readonly description: string;
  /** Used until the child has one of its own. */
  readonly log: DriverContext["log"];
}

export interface BoardPower {
  readonly child: BuiltInChild;
  /** Show what the board draws now. */
  update(): void;
}

export function createBoardPower(board: PoweredBoard, { description, log }: BoardPowerOptions): BoardPower {
  let place: Pick<DriverContext, "log" | "setState"> | undefined;
  const update = () => place?.setState({ on: board.on, ...board.read() });
  const say = (message: string) => (place?.log ?? log).info(message);
  return {
    update,
    child: {
      description,
      attached(context) {
        place = context;
        update();
      },
      driver: {
        clientClass: "jumpstarter_driver_power.client.PowerClient",
        category: "power",
        methods: exportedMethods({
          on: exportedCall({}, () => {
            say("power on");
            board.powerOn();
          }),
          off: exportedCall({}, () => {
            say("power off");
            board.powerOff();
          }),
          read: exportedStreamingCall({}, async function* () {
            yield { ...board.read() };
          }),
        }),
        // The board belongs to the parent.
        async [Symbol.asyncDispose]() {},
      },
    },
  };
}
