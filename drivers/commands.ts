/**
 * The commands of `j`, by the Python client class that has them.
 * Above: the worker gives them to web/j. Below: drivers/<name>/commands.ts.
 * Specification: the client classes of Jumpstarter 0.9. A class that is not here has no place in `j`, as in Python where
 * its package is not installed.
 */

import type { CommandCatalogue } from "./base/command.ts";
import { compositeCommands } from "./composite/commands.ts";
import { networkCommands } from "./network/commands.ts";
import { powerCommands, virtualPowerCommands } from "./power/commands.ts";
import { pySerialCommands } from "./pyserial/commands.ts";

export const commands: CommandCatalogue = new Map([
  ["jumpstarter_driver_composite.client.CompositeClient", compositeCommands],
  ["jumpstarter_driver_network.client.NetworkClient", networkCommands],
  ["jumpstarter_driver_power.client.PowerClient", powerCommands],
  ["jumpstarter_driver_power.client.VirtualPowerClient", virtualPowerCommands],
  ["jumpstarter_driver_pyserial.client.PySerialClient", pySerialCommands],
]);
