/**
 * ProbeRs: a debug probe with CMSIS-DAP over Web USB, for everything that uses Jumpstarter's probe-rs client.
 * Above: the registry. Below: probe-session.ts, flash-target.ts, drivers/base.
 * Specification: jumpstarter_driver_probe_rs.driver.ProbeRs. What fails is an error here, where that one answers with an empty text.
 */

import * as v from "valibot";
import { stringArgument } from "../base/arguments.ts";
import { configObject } from "../base/config-object.ts";
import type { UsbFilter } from "../base/devices.ts";
import { type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { JsonValue } from "../base/json.ts";
import { type CallOptions, exportedCall, exportedMethods } from "../base/methods.ts";
import { receiveImage } from "../base/receive-image.ts";
import { type ResourceHandle, resourceArgument } from "../base/resource.ts";
import type { DebugProbe } from "./debug-probe.ts";
import { readFirmware } from "./firmware-file.ts";
import { compareTarget, flashTarget, MAX_FIRMWARE_BYTES } from "./flash-target.ts";
import { KNOWN_PROBES, ProbeSession } from "./probe-session.ts";

/** 64 KiB of memory in one call: as text it stays well below the 4 MiB that a client takes. */
export const MAX_READ_BYTES = 64 * 1024;

const WIDTHS: Readonly<Record<string, number>> = { b8: 1, b16: 2, b32: 4, b64: 8 };

const PROBE = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})(?::(.+))?$/i;

const config = configObject({
  probe: v.nullish(
    v.pipe(
      v.string("write the probe as text, VID:PID in hexadecimal, such as 0d28:0204"),
      v.regex(PROBE, "write the probe as VID:PID in hexadecimal, such as 0d28:0204"),
      v.description("Which probe, as VID:PID in hexadecimal. Any that is known when left out."),
      v.examples(["0d28:0204", "2e8a:000c"]),
    ),
    null,
  ),
  probe_rs_path: v.optional(
    v.pipe(
      v.string("write the path as text"),
      v.description("Means nothing in a page: there are no programs."),
    ),
    "probe-rs",
  ),
  chip: v.nullish(v.pipe(v.string("write the chip as text"), v.description("The target's name.")), null),
  protocol: v.nullish(
    v.pipe(
      v.picklist(["swd", "jtag"], "write swd or jtag"),
      v.description("How the probe speaks to the target."),
    ),
    null,
  ),
  connect_under_reset: v.optional(
    v.pipe(
      v.boolean("write true or false, without quotes"),
      v.description("Holds reset while it connects, for a target whose program locks the probe out."),
    ),
    false,
  ),
  speed: v.nullish(
    v.pipe(
      v.number("write the speed as a number of kHz"),
      v.integer(),
      v.minValue(1, "write a speed of at least 1 kHz"),
      v.description("Clock of the debug port, in kHz."),
    ),
    null,
  ),
});

type Config = v.InferOutput<typeof config>;

export const definition = defineDriver({
  type: "jumpstarter_driver_probe_rs.driver.ProbeRs",
  summary: "A debug probe with CMSIS-DAP. Needs Web USB and a granted probe.",
  about: { title: "Debug probe", category: "debug", needs: ["usb"] },
  config,
  impossible: ({ protocol }) =>
    protocol === "jtag"
      ? {
          key: "protocol",
          reason: "JTAG is not spoken here: write swd, or export the probe with the Python exporter",
        }
      : undefined,
  create: (context, checked) => createProbeRs(context, checked),
});

function createProbeRs(context: DriverContext, { probe, chip, connect_under_reset, speed }: Config): Driver {
  const { log } = context;
  const session = new ProbeSession(context, { filters: filtersOf(probe), speed: speed ?? undefined });
  const underReset = connect_under_reset;

  const download = async (source: ResourceHandle, options: CallOptions): Promise<string> => {
    using image = await receiveImage(context, source, { ...options, maxBytes: MAX_FIRMWARE_BYTES });
    // Before the device: a file that is wrong must not cost the old firmware.
    const file = readFirmware(await image.bytes());
    await session.use("flashing", options.signal, (opened) => flashTarget(opened, file, options));
    log.info(`${file.kind} of ${image.size} bytes is flashed and verified`);
    return `Finished: ${file.kind} file, ${image.size} bytes, verified\n`;
  };

  return {
    clientClass: "jumpstarter_driver_probe_rs.client.ProbeRsClient",
    category: "debug",
    methods: exportedMethods({
      info: exportedCall({}, (_, { signal }) =>
        session.use("looking at the target", signal, (opened) => describe(opened, { chip, underReset })),
      ),
      reset_target: exportedCall({}, async (_, { signal }) => {
        await session.use("resetting the target", signal, (opened) => opened.reset());
        return "Target reset\n";
      }),
      erase: exportedCall({}, () => {
        throw new DriverError(
          "not-implemented",
          "erasing needs the chip's own flash algorithm, which a page does not have: download a firmware, it replaces the old one",
        );
      }),
      download: exportedCall({ src: resourceArgument }, ({ src }, options) => download(src, options)),
      read: exportedCall(
        { width: stringArgument, address: stringArgument, words: stringArgument },
        ({ width, address, words }, { signal }) => {
          const range = readRange(width, address, words);
          return session.use("reading memory", signal, async (opened) => {
            await opened.connectTarget({ underReset });
            return await readValues(opened, range);
          });
        },
      ),
    }),
    verify: (image, _target, options) =>
      session.use("verifying", options.signal, async (opened) =>
        compareTarget(opened, readFirmware(await image.bytes()), options),
      ),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function filtersOf(probe: string | null): readonly UsbFilter[] {
  const [, vendor, product] = PROBE.exec(probe ?? "") ?? [];
  if (vendor === undefined || product === undefined) return KNOWN_PROBES;
  return [{ vendorId: Number.parseInt(vendor, 16), productId: Number.parseInt(product, 16) }];
}

async function describe(
  probe: DebugProbe,
  { chip, underReset }: { readonly chip: string | null; readonly underReset: boolean },
): Promise<string> {
  const { vendor, product, serial, firmware } = await probe.info();
  const { debugPort, core, cpuid } = await probe.connectTarget({ underReset });
  return [
    `Probe: ${[vendor, product].filter((text) => text !== "").join(" ")}`,
    ...(serial === "" ? [] : [`Serial number: ${serial}`]),
    `CMSIS-DAP: ${firmware === "" ? "unknown version" : firmware}`,
    `Debug port: 0x${hex(debugPort, 8)}`,
    `Core: ${core} (CPUID 0x${hex(cpuid, 8)})`,
    ...(chip === null ? [] : [`Chip, by the configuration: ${chip}`]),
    "",
  ].join("\n");
}

interface ReadRange {
  readonly address: number;
  /** Bytes of one value. */
  readonly width: number;
  readonly count: number;
}

function readRange(width: string, address: string, words: string): ReadRange {
  const bytes = WIDTHS[width];
  if (bytes === undefined) {
    throw new DriverError(
      "invalid-argument",
      `the width is one of ${Object.keys(WIDTHS).join(", ")}, not ${width}`,
    );
  }
  const start = wholeNumber(address, "address");
  const count = wholeNumber(words, "number of words");
  if (start % bytes !== 0) {
    throw new DriverError("invalid-argument", `the address has to be a multiple of ${bytes} for ${width}`);
  }
  if (count < 1 || count * bytes > MAX_READ_BYTES) {
    throw new DriverError(
      "invalid-argument",
      `read between 1 and ${MAX_READ_BYTES / bytes} values of ${width} at once`,
    );
  }
  if (start + count * bytes > 2 ** 32) {
    throw new DriverError("invalid-argument", "the target has no memory above 0xffffffff");
  }
  return { address: start, width: bytes, count };
}

function wholeNumber(text: string, what: string): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new DriverError(
    "invalid-argument",
    `the ${what} is a whole number, such as 0x20000000, not ${text.slice(0, 40)}`,
  );
}

/** Hexadecimal digits, as wide as the values are. */
async function readValues(probe: DebugProbe, { address, width, count }: ReadRange): Promise<JsonValue> {
  const aligned = address - (address % 4);
  const words = await probe.readWords(aligned, Math.ceil((address - aligned + count * width) / 4));
  const bytes = new Uint8Array(words.buffer).subarray(address - aligned);
  return Array.from({ length: count }, (_, index) =>
    // The most significant byte comes first in what people read.
    Array.from(bytes.subarray(index * width, (index + 1) * width))
      .reverse()
      .map((byte) => hex(byte, 2))
      .join(""),
  );
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
