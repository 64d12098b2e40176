/**
 * The demo board's boot loader: a banner, a countdown that a key stops, and a small prompt.
 * Above: firmware.ts. Below: machine.ts. Specification: how boot loaders of small boards look and feel; own words.
 */

import { type Machine, pause } from "./machine.ts";

export const BOOT_PROMPT = "demo=> ";
const VERSION = "jumptab demo boot loader 1.0";

/** Milliseconds for a count: time enough for a person to press a key, three seconds at most for a boot. */
const COUNT_MS = 700;
/** Milliseconds between lines of the banner. */
const LINE_MS = 40;

const BANNER = [
  "",
  VERSION,
  "",
  "Board: jumptab demo board, simulated",
  "CPU:   DemoCore at 800 MHz",
  "DRAM:  128 MiB",
  "Flash: 16 MiB",
];

const VARIABLES: Readonly<Record<string, string>> = {
  baudrate: "115200",
  board: "jumptab-demo",
  bootcmd: "boot",
  bootdelay: "2",
};

const HELP = `boot      start the system
help      show this list
printenv  show the variables
reset     start again from the beginning
version   show the version of the boot loader
`;

/** @returns what to do next. */
export async function runBootLoader(machine: Machine): Promise<"boot" | "reset"> {
  const { terminal } = machine;
  machine.phase = "boot-loader";
  for (const line of BANNER) {
    await pause(machine, LINE_MS);
    terminal.print(`${line}\n`);
  }
  terminal.print("Hit any key to stop autoboot: ");
  for (const count of [2, 1, 0]) {
    terminal.print(`${count === 2 ? "" : "\b\b"} ${count}`);
    if (count > 0 && (await keyWithin(machine, COUNT_MS))) {
      await terminal.key(machine.power);
      terminal.print("\n");
      return runPrompt(machine);
    }
  }
  terminal.print("\n");
  return "boot";
}

async function runPrompt(machine: Machine): Promise<"boot" | "reset"> {
  const { terminal, editor, power } = machine;
  machine.phase = "boot-prompt";
  for (;;) {
    const line = await editor.read(BOOT_PROMPT, power);
    if (line.kind !== "text") continue;
    const [command = "", ...rest] = line.text.trim().split(/\s+/);
    switch (command) {
      case "":
        break;
      case "boot":
        return "boot";
      case "reset":
        terminal.print("resetting ...\n");
        return "reset";
      case "help":
      case "?":
        terminal.print(HELP);
        break;
      case "version":
        terminal.print(`${VERSION}\n`);
        break;
      case "printenv":
        terminal.print(printVariables(rest));
        break;
      default:
        terminal.print(`Unknown command '${command}', try 'help'\n`);
    }
  }
}

function printVariables(names: readonly string[]): string {
  const wanted = names.length === 0 ? Object.keys(VARIABLES) : names;
  return wanted
    .map((name) => {
      const value = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
      return value === undefined ? `"${name}" is not set\n` : `${name}=${value}\n`;
    })
    .join("");
}

async function keyWithin(machine: Machine, ms: number): Promise<boolean> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, machine.power]);
  try {
    return await Promise.race([
      machine.terminal.keyPressed(signal).then(() => true),
      machine.clock.sleep(ms, { signal }).then(() => false),
    ]);
  } finally {
    over.abort();
    machine.terminal.interrupt();
  }
}
