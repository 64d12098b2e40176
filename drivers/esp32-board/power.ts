/**
 * What an ESP32 board draws, and that its driver hears of the switch. Above: driver.ts. Below: drivers/simulation.
 */

import type { PoweredBoard } from "../simulation/board-power.ts";
import type { Esp32Board } from "../simulation/esp32/board.ts";

/** Volts of USB, and amperes by what the chip runs: typical of data sheets, with the radio off. */
const VOLTS = 5.02;
const AMPERES: Readonly<Record<Esp32Board["esp32"]["program"], number>> = {
  off: 0.004,
  "rom-loader": 0.026,
  "stub-loader": 0.041,
  "from-flash": 0.068,
};

/** `onChange`: it was switched. */
export function withMeter(board: Esp32Board, onChange: () => void): PoweredBoard {
  return {
    get on() {
      return board.on;
    },
    powerOn() {
      board.powerOn();
      onChange();
    },
    powerOff() {
      board.powerOff();
      onChange();
    },
    read: () =>
      board.on ? { voltage: VOLTS, current: AMPERES[board.esp32.program] } : { voltage: 0, current: 0 },
  };
}
