/**
 * Which machine and which versions the figures are of.
 * Above: main.ts. Below: node:os, Chromium's own word.
 */

import { availableParallelism, cpus, loadavg } from "node:os";
import { runCommand } from "../../scripts/prepare-command.ts";
import type { LoadVersions } from "./load-generator.ts";

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly system: string;
  /** Programs waiting for a processor when the benchmark began, over the last minute. */
  readonly load: number;
  readonly versions: LoadVersions;
}

/** 30 s for `chromium --version` on a busy machine. */
const VERSION_TIMEOUT_MS = 30_000;

export async function describeMachine(chromium: string, load: LoadVersions): Promise<Machine> {
  const said = await runCommand(chromium, ["--version"], { timeoutMs: VERSION_TIMEOUT_MS });
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown processor",
    system: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? 0,
    versions: {
      node: process.versions.node,
      chromium: /\d+(\.\d+)+/.exec(said)?.[0] ?? said.trim(),
      ...load,
    },
  };
}

/** One line for people. */
export function machineLine({ cores, cpu, system, load, versions }: Machine): string {
  const { node, chromium, python, grpcio, jumpstarter } = versions;
  return (
    `${cores} cores (${cpu}), ${system}, load ${load.toFixed(1)} at the start; ` +
    `Node ${node}, Chromium ${chromium}; Python ${python}, grpcio ${grpcio}, Jumpstarter ${jumpstarter}`
  );
}
