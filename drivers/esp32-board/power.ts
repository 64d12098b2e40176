/**
 * The power switch and meter of a simulated ESP32 board. Above: driver.ts. Below: drivers/simulation/esp32.
 * Specification: Jumpstarter's power interface: on, off, and read, which gives one reading and ends.
 */

import type { BuiltInChild, DriverContext } from "../base/driver.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../base/methods.ts";
import type { Esp32Board } from "../simulation/esp32/board.ts";

/** Volts of USB, and amperes by what the chip runs: typical of data sheets, with the radio off. */
const VOLTS = 5.02;
const AMPERES: Readonly<Record<Esp32Board["esp32"]["program"], number>> = {
  off: 0.004,
  "rom-loader": 0.026,
  "stub-loader": 0.041,
  "from-flash": 0.068,
};

export interface BoardPower {
  readonly child: BuiltInChild;
  /** Show what the board draws now. */
  update(): void;
}

/** `log` is used until the child has one of its own; `onChange`: it was switched. */
export function createPower(board: Esp32Board, log: DriverContext["log"], onChange: () => void): BoardPower {
  let place: Pick<DriverContext, "log" | "setState"> | undefined;
  const read = () =>
    board.on ? { voltage: VOLTS, current: AMPERES[board.esp32.program] } : { voltage: 0, current: 0 };
  const update = () => place?.setState({ on: board.on, ...read() });
  const turn = (on: boolean) => {
    (place?.log ?? log).info(`power ${on ? "on" : "off"}`);
    if (on) board.powerOn();
    else board.powerOff();
    onChange();
  };
  return {
    update,
    child: {
      description: "Power of the simulated board",
      attached(context) {
        place = context;
        update();
      },
      driver: {
        clientClass: "jumpstarter_driver_power.client.PowerClient",
        category: "power",
        methods: exportedMethods({
          on: exportedCall({}, () => turn(true)),
          off: exportedCall({}, () => turn(false)),
          read: exportedStreamingCall({}, async function* () {
            yield read();
          }),
        }),
        // The board belongs to the parent.
        async [Symbol.asyncDispose]() {},
      },
    },
  };
}
