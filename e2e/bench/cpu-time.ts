/**
 * How much processor time processes have used, by what they are.
 * Above: main.ts, comparison.ts, systems.ts, program.ts. Below: /proc (proc(5)); on other systems than Linux there is nothing to read.
 */

import { readdir, readFile } from "node:fs/promises";

/** Ticks per second in /proc: USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessTime {
  readonly pid: number;
  readonly parent: number;
  /** When it started, in ticks since boot: with the pid it names a process for good. */
  readonly started: number;
  /** User and system time so far. */
  readonly seconds: number;
  /** That of its children that have ended, and of theirs. */
  readonly endedSeconds: number;
}

/** All processes of this machine by pid; empty where there is no /proc. */
export async function readProcesses(): Promise<ReadonlyMap<number, ProcessTime>> {
  const processes = new Map<number, ProcessTime>();
  if (process.platform !== "linux") return processes;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readIfThere(`/proc/${name}/stat`);
    if (text !== undefined) processes.set(Number(name), parseStat(text));
  }
  return processes;
}

/** One line of /proc/PID/stat. The name is in parentheses, and may have parentheses and spaces in it. */
export function parseStat(text: string): ProcessTime {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // proc(5) counts from 1, and the first of these is its field 3.
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid,
    parent: field(4),
    seconds: (field(14) + field(15)) / TICKS_PER_SECOND,
    endedSeconds: (field(16) + field(17)) / TICKS_PER_SECOND,
    started: field(22),
  };
}

/** A process and all that it has started, and they in their turn, as far as it can be seen. */
export function treeOf(root: number, processes: ReadonlyMap<number, ProcessTime>): ProcessTime[] {
  const first = processes.get(root);
  if (first === undefined) return [];
  const tree = [first];
  // The array grows while it is walked.
  for (const { pid } of tree) {
    for (const candidate of processes.values()) if (candidate.parent === pid) tree.push(candidate);
  }
  return tree;
}

/** Processor time of a process and of all that it has started, also of what has ended since. */
export function treeSeconds(root: number, processes: ReadonlyMap<number, ProcessTime>): number {
  return treeOf(root, processes).reduce((sum, { seconds, endedSeconds }) => sum + seconds + endedSeconds, 0);
}

/** Command line of a process, empty when it has gone. */
export async function commandLine(pid: number): Promise<string> {
  return ((await readIfThere(`/proc/${pid}/cmdline`)) ?? "").replaceAll("\0", " ").trim();
}

/** Seconds that all processors of the machine have spent on anything, since boot; undefined where there is no /proc. */
export async function machineBusySeconds(): Promise<number | undefined> {
  const text = process.platform === "linux" ? await readIfThere("/proc/stat") : undefined;
  if (text === undefined) return undefined;
  const [, user, nice, system, , , irq, softirq, steal] = (text.split("\n", 1)[0] ?? "")
    .split(/\s+/)
    .map(Number);
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>(
    (sum, value) => sum + (value ?? 0),
    0,
  );
  return ticks / TICKS_PER_SECOND;
}

/** A process may end while it is looked at. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
