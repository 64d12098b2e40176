/**
 * Everything that the demo board runs between power on and power off: boot loader, system, login, shell.
 * Above: board.ts. Below: boot-loader.ts, shell.ts. Specification: the course of a small Linux board; own words.
 */

import { runBootLoader } from "./boot-loader.ts";
import { type Machine, pause } from "./machine.ts";
import { runShell } from "./shell.ts";

export const LOGIN_PROMPT = "jumptab-demo login: ";

/** Milliseconds before the line, and the line. */
const KERNEL_LINES: readonly (readonly [number, string])[] = [
  [0, "Demo Linux 6.12.0-demo starting on CPU 0"],
  [30, "Machine: jumptab demo board"],
  [20, "Memory: 126976K available"],
  [60, "clocksource: simulated counter at 24 MHz"],
  [40, "ttyD0: console at 115200 baud"],
  [70, "flash: 16 MiB, 4 partitions"],
  [50, "leds: one user LED"],
  [40, "thermal: one sensor"],
  [110, "rootfs: mounted read-only from flash"],
  [60, "init: started"],
];

/** What starts, and the milliseconds it takes. */
const SERVICES: readonly (readonly [string, number])[] = [
  ["system log", 90],
  ["random seed", 50],
  ["device manager", 140],
];

/** Runs until the board halts; rejects when the power goes. */
export async function runFirmware(machine: Machine): Promise<void> {
  while ((await runOnce(machine)) === "restart");
  machine.phase = "halted";
}

async function runOnce(machine: Machine): Promise<"restart" | "halted"> {
  machine.led = false;
  machine.terminal.clear();
  if ((await runBootLoader(machine)) === "reset") return "restart";
  await startSystem(machine);
  for (;;) {
    await logIn(machine);
    const exit = await runShell(machine);
    if (exit !== "logout") return exit;
    machine.terminal.print("\n");
  }
}

async function startSystem(machine: Machine): Promise<void> {
  const { terminal, clock } = machine;
  machine.phase = "kernel";
  terminal.print("Loading the system from flash ... ");
  await pause(machine, 150);
  terminal.print("4194304 bytes, sum ok\nStarting the system ...\n\n");
  machine.startedAt = clock.now();
  machine.kernelLog.length = 0;
  for (const [waitMs, text] of KERNEL_LINES) {
    await pause(machine, waitMs);
    const seconds = (clock.now() - machine.startedAt) / 1000;
    const line = `[${seconds.toFixed(6).padStart(12)}] ${text}`;
    machine.kernelLog.push(line);
    terminal.print(`${line}\n`);
  }
  for (const [service, takesMs] of SERVICES) {
    terminal.print(`Starting ${service}: `);
    await pause(machine, takesMs);
    terminal.print("OK\n");
  }
  terminal.print("\nDemo Linux 1.0, log in as root without a password\n\n");
}

async function logIn(machine: Machine): Promise<void> {
  const { terminal, editor, power } = machine;
  machine.phase = "login";
  for (;;) {
    const name = await editor.read(LOGIN_PROMPT, power);
    if (name.kind !== "text" || name.text.trim() === "") continue;
    if (name.text.trim() === "root") return;
    await editor.read("Password: ", power, { secret: true });
    await pause(machine, 300);
    terminal.print("Login incorrect\n");
  }
}
