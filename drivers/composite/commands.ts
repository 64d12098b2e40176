/**
 * `j board …`: the commands of a composite are its children.
 * Above: drivers/commands.ts. Below: drivers/base. Specification: jumpstarter_driver_composite.client.CompositeClient.
 */

import type { CommandGroup } from "../base/command.ts";

export const compositeCommands: CommandGroup = {
  summary: "A board, by its parts",
  options: {
    log_level: {
      names: ["--log-level"],
      value: { choices: ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] },
      summary: "Taken for scripts that give it; the page's log has levels of its own",
    },
  },
  commands: [],
  children: true,
};
