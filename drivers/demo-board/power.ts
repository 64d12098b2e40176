/**
 * The demo board's power switch and meter. Above: driver.ts. Below: board.ts.
 * Specification: Jumpstarter's power interface: on, off, and read, which gives one reading and ends.
 */

import type { BuiltInChild, DriverContext } from "../base/driver.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../base/methods.ts";
import type { Board } from "./board.ts";

export interface BoardPower {
  readonly child: BuiltInChild;
  /** Show what the board draws now. */
  update(): void;
}

/** `log` is used until the child has one of its own. */
export function createBoardPower(board: Board, log: DriverContext["log"]): BoardPower {
  let place: Pick<DriverContext, "log" | "setState"> | undefined;
  const update = () => place?.setState({ on: board.on, ...board.read() });
  const say = (message: string) => (place?.log ?? log).info(message);
  return {
    update,
    child: {
      description: "Power of the demo board",
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
