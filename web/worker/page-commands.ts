/**
 * What hooks and the page's shell can do beside the shell's own commands: `j`, on the drivers of this very page.
 * Above: exporter-host.ts. Below: web/j, drivers/commands.ts. There is no network in between, and so no passphrase.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { commands } from "../../drivers/commands.ts";
import type { Exporter, ScriptCommand } from "../exporter/index.ts";
import { createJCommand, createJTree } from "../j/index.ts";

export function pageCommands(exporter: Exporter, clock: Clock): Readonly<Record<string, ScriptCommand>> {
  return { j: createJCommand({ commands, clock, tree: () => createJTree(exporter.root, exporter) }) };
}
