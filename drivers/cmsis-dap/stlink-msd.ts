/**
 * StlinkMsdFlasher: boards whose probe flashes what is given to it, over CMSIS-DAP instead of its USB drive, which pages cannot reach.
 * Above: the registry. Below: probe-session.ts, flash-target.ts, drivers/base.
 * Specification: jumpstarter_driver_stlink_msd.driver.StlinkMsdFlasher.
 */

import * as v from "valibot";
import { stringArgument } from "../base/arguments.ts";
import { configObject } from "../base/config-object.ts";
import { type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import { exportedCall, exportedMethods } from "../base/methods.ts";
import { receiveImage } from "../base/receive-image.ts";
import { resourceArgument } from "../base/resource.ts";
import { readFirmware } from "./firmware-file.ts";
import { compareTarget, flashTarget, MAX_FIRMWARE_BYTES } from "./flash-target.ts";
import { KNOWN_PROBES, ProbeSession } from "./probe-session.ts";

const DEFAULT_NAME = "firmware.bin";

const config = configObject({
  // Of the USB drive, which is not there.
  volume_name: v.nullish(
    v.pipe(v.string("write the volume's name as text"), v.description("Means nothing in a page.")),
    null,
  ),
});

export const definition = defineDriver({
  type: "jumpstarter_driver_stlink_msd.driver.StlinkMsdFlasher",
  summary: "Boards with DAPLink firmware that take .bin and .hex files. Needs Web USB and a granted probe.",
  about: { title: "DAPLink flasher", name: "flasher", category: "storage", needs: ["usb"] },
  config,
  create: (context) => createFlasher(context),
});

function createFlasher(context: DriverContext): Driver {
  const { log } = context;
  const session = new ProbeSession(context, { filters: KNOWN_PROBES, speed: undefined });
  return {
    clientClass: "jumpstarter_driver_stlink_msd.client.StlinkMsdFlasherClient",
    category: "storage",
    methods: exportedMethods({
      info: exportedCall({}, (_, { signal }) =>
        session.use("looking at the probe", signal, async (probe) => {
          const { vendor, product, serial, firmware } = await probe.info();
          return {
            "CMSIS-DAP Version": firmware,
            Product: product,
            "Unique ID": serial,
            Vendor: vendor,
            // There is no drive; clients print what they get.
            mount_point: "none: over CMSIS-DAP",
          };
        }),
      ),
      flash: exportedCall(
        { source: resourceArgument, target: v.nullish(stringArgument) },
        async ({ source, target }, options) => {
          checkName(target ?? DEFAULT_NAME);
          using image = await receiveImage(context, source, { ...options, maxBytes: MAX_FIRMWARE_BYTES });
          const file = readFirmware(await image.bytes());
          if (file.kind === "ELF") throw unsupported(".elf");
          await session.use("flashing", options.signal, (probe) => flashTarget(probe, file, options));
          log.info(`${target ?? DEFAULT_NAME}: ${image.size} bytes are flashed and verified`);
        },
      ),
      dump: exportedCall({ target: resourceArgument, partition: v.nullish(stringArgument) }, () => {
        throw new DriverError(
          "not-implemented",
          "this flasher only writes: read the target's memory with a ProbeRs driver on the same board",
        );
      }),
    }),
    verify: (image, _target, options) =>
      session.use("verifying", options.signal, async (probe) =>
        compareTarget(probe, readFirmware(await image.bytes()), options),
      ),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** By the file's name, as the Python driver has it, before anything is sent. */
function checkName(name: string): void {
  const ending = /\.[^./\\]*$/.exec(name.toLowerCase())?.[0];
  if (ending === ".bin" || ending === ".hex") return;
  throw unsupported(ending ?? name);
}

function unsupported(format: string): DriverError {
  return new DriverError(
    "invalid-argument",
    `Unsupported firmware format '${format}': flash a .bin or .hex file, which objcopy makes of an ELF file`,
  );
}
