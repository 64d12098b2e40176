/**
 * The commands of `j`, by the Python client class that has them.
 * Above: the worker gives them to web/j. Below: drivers/<name>/commands.ts.
 * Specification: the client classes of Jumpstarter 0.9. A class that is not here has no place in `j`, as in Python where
 * its package is not installed.
 */

import type { CommandCatalogue } from "./base/command.ts";
import { probeRsCommands } from "./cmsis-dap/probe-rs-commands.ts";
import { stlinkMsdCommands } from "./cmsis-dap/stlink-msd-commands.ts";
import { compositeCommands } from "./composite/commands.ts";
import { esp32Commands } from "./esp32/commands.ts";
import { networkCommands } from "./network/commands.ts";
import { opendalCommands } from "./opendal/commands.ts";
import { piPicoCommands } from "./pi-pico/commands.ts";
import { powerCommands, virtualPowerCommands } from "./power/commands.ts";
import { pySerialCommands } from "./pyserial/commands.ts";
import { flasherCommands, storageMuxCommands, storageMuxFlasherCommands } from "./storage/commands.ts";

export const commands: CommandCatalogue = new Map([
  ["jumpstarter.client.flasher.FlasherClient", flasherCommands],
  ["jumpstarter_driver_composite.client.CompositeClient", compositeCommands],
  ["jumpstarter_driver_esp32.client.Esp32FlasherClient", esp32Commands],
  ["jumpstarter_driver_network.client.NetworkClient", networkCommands],
  ["jumpstarter_driver_opendal.client.FlasherClient", flasherCommands],
  ["jumpstarter_driver_opendal.client.OpendalClient", opendalCommands],
  ["jumpstarter_driver_opendal.client.StorageMuxClient", storageMuxCommands],
  ["jumpstarter_driver_opendal.client.StorageMuxFlasherClient", storageMuxFlasherCommands],
  ["jumpstarter_driver_pi_pico.client.PiPicoClient", piPicoCommands],
  ["jumpstarter_driver_power.client.PowerClient", powerCommands],
  ["jumpstarter_driver_power.client.VirtualPowerClient", virtualPowerCommands],
  ["jumpstarter_driver_probe_rs.client.ProbeRsClient", probeRsCommands],
  ["jumpstarter_driver_pyserial.client.PySerialClient", pySerialCommands],
  ["jumpstarter_driver_stlink_msd.client.StlinkMsdFlasherClient", stlinkMsdCommands],
]);
