/**
 * The demo board's shell: a handful of commands on a handful of files.
 * Above: firmware.ts. Below: machine.ts. Specification: what a person tries first on a small Linux board; own words.
 */

import { type Machine, pause } from "./machine.ts";

export const SHELL_PROMPT = "root@jumptab-demo:~# ";

const FILES: Readonly<Record<string, string>> = {
  "/etc/hostname": "jumptab-demo\n",
  "/etc/os-release": `NAME="Demo Linux"
ID=demo
VERSION_ID=1.0
PRETTY_NAME="Demo Linux 1.0 (simulated)"
`,
  "/proc/cpuinfo": `processor\t: 0
model name\t: DemoCore, simulated
BogoMIPS\t: 16.00
Hardware\t: jumptab demo board
`,
  "/root/notes.txt": `This board lives in a browser tab.
Try: led on, temp, reboot. Pull the power while it boots: it does not mind.
`,
};

const HOME = "/root";
const KERNEL = "Linux jumptab-demo 6.12.0-demo #1 Fri Nov 20 10:00:00 UTC 2026 armv7l";
/** KiB. */
const MEMORY = { total: 126_976, used: 18_432 };

type Exit = "logout" | "restart" | "halted";
type Command = (machine: Machine, args: readonly string[]) => string | Exit | Promise<string | Exit>;

/** What a command prints, or why the shell ends. Text always ends in a line feed, so the two cannot be confused. */
const COMMANDS: Readonly<Record<string, Command>> = {
  cat: (_, args) => (args.length === 0 ? "cat: which file?\n" : args.map(printFile).join("")),
  clear: () => "\x1b[2J\x1b[H",
  dmesg: ({ kernelLog }) => kernelLog.map((line) => `${line}\n`).join(""),
  echo: (_, args) => `${args.join(" ")}\n`,
  exit: () => "logout",
  free: () => {
    const row = (cells: readonly (string | number)[]) =>
      cells.map((cell) => String(cell).padStart(11)).join("");
    return `    ${row(["total", "used", "free"])}\nMem:${row([MEMORY.total, MEMORY.used, MEMORY.total - MEMORY.used])}\n`;
  },
  help: () => `${Object.keys(COMMANDS).join(" ")}\n`,
  led: (machine, [what = "status"]) => {
    if (what === "on" || what === "off") machine.led = what === "on";
    else if (what !== "status") return "led: say on, off or status\n";
    return `led is ${machine.led ? "on" : "off"}\n`;
  },
  ls: (_, args) => (args.length === 0 ? list(HOME) : args.map(list).join("")),
  poweroff: async (machine) => {
    machine.terminal.print("The system is going down ...\n");
    await pause(machine, 400);
    machine.terminal.print("System halted. Switch the power off and on to start again.\n");
    return "halted";
  },
  reboot: async (machine) => {
    machine.terminal.print("The system is going down for a reboot ...\n");
    await pause(machine, 400);
    return "restart";
  },
  temp: (machine) => `${machine.temperature().toFixed(1)} C\n`,
  uname: (_, args) => (args.includes("-a") ? `${KERNEL}\n` : "Linux\n"),
  uptime: ({ clock, startedAt }) => {
    const seconds = Math.floor((clock.now() - startedAt) / 1000);
    const time = new Date(clock.now()).toISOString().slice(11, 19);
    return ` ${time} up ${Math.floor(seconds / 60)} min ${seconds % 60} s, load average: 0.02, 0.01, 0.00\n`;
  },
};

/** Until the person logs out, or the board stops. */
export async function runShell(machine: Machine): Promise<Exit> {
  const { terminal, editor, power } = machine;
  machine.phase = "shell";
  for (;;) {
    const line = await editor.read(SHELL_PROMPT, power);
    if (line.kind === "end") return "logout";
    if (line.kind === "interrupt") continue;
    const [name = "", ...args] = splitWords(line.text);
    if (name === "") continue;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      terminal.print(`-sh: ${name}: not found\n`);
      continue;
    }
    const result = await command(machine, args);
    if (result === "logout" || result === "restart" || result === "halted") return result;
    terminal.print(result);
  }
}

/** Words as a shell splits them; quotes keep spaces. */
function splitWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function printFile(name: string): string {
  const path = resolve(name);
  if (Object.hasOwn(FILES, path)) return FILES[path] ?? "";
  return isFolder(path) ? `cat: ${name}: is a directory\n` : `cat: ${name}: no such file\n`;
}

function list(name: string): string {
  const path = resolve(name);
  if (Object.hasOwn(FILES, path)) return `${name}\n`;
  if (!isFolder(path)) return `ls: ${name}: no such file or directory\n`;
  const below = path === "/" ? "/" : `${path}/`;
  const names = Object.keys(FILES)
    .filter((file) => file.startsWith(below))
    .map((file) => file.slice(below.length).split("/", 1)[0] ?? "");
  return `${[...new Set(names)].sort().join("  ")}\n`;
}

function isFolder(path: string): boolean {
  return path === "/" || Object.keys(FILES).some((file) => file.startsWith(`${path}/`));
}

/** An absolute path without `.`, `..` and trailing slashes. */
function resolve(name: string): string {
  const from = name.startsWith("/") ? name : `${HOME}/${name === "~" ? "" : name}`;
  const parts: string[] = [];
  for (const part of from.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
