/**
 * What the demo board's software sees of the board it runs on. Above: firmware.ts, boot-loader.ts, shell.ts.
 * Below: board.ts makes one at each power on.
 */

import type { Clock } from "../base/clock.ts";
import type { LineEditor } from "./line-editor.ts";
import type { Terminal } from "./terminal.ts";

/** What the board is doing. */
export type Phase = "off" | "boot-loader" | "boot-prompt" | "kernel" | "login" | "shell" | "halted";

export interface Machine {
  readonly terminal: Terminal;
  readonly editor: LineEditor;
  readonly clock: Clock;
  /** Aborted when the power goes: everything that waits rejects. */
  readonly power: AbortSignal;
  phase: Phase;
  led: boolean;
  /** When the system was started, milliseconds since 1970. */
  startedAt: number;
  /** What the kernel said. */
  readonly kernelLog: string[];
  /** Degrees Celsius. */
  temperature(): number;
}

/** Wait `ms` milliseconds, unless the power goes. */
export function pause(machine: Machine, ms: number): Promise<void> {
  return machine.clock.sleep(ms, { signal: machine.power });
}
