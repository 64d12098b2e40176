/**
 * PicoBoard: a Raspberry Pi Pico that is not there, to try flashing on. A composite that brings its own children, `serial` and `pico`: the
 * ordinary PySerial and PiPicoFlasher drivers, on a simulated port and a simulated USB device.
 * Above: the registry. Below: drivers/simulation/rp2, drivers/base.
 */

import * as v from "valibot";
import { configObject } from "../base/config-object.ts";
import { type BuiltInChild, type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { exportedMethods } from "../base/methods.ts";
import { createSerialDevices } from "../base/serial-devices.ts";
import { createUsbDevices } from "../base/usb-devices.ts";
import { createProgram } from "../simulation/rp2/program.ts";
import { REAL_FLASH_TIMES, SimulatedPico } from "../simulation/rp2/simulated-pico.ts";

/** What its port is called; there is only one, so any name finds it. */
const PORT_NAME = "/dev/ttyPICO0";
/** The program that it comes with, and its bytes. */
const FIRST_PROGRAM = "welcome";
const FIRST_PROGRAM_BYTES = 16 * 1024;

const config = configObject({
  chip: v.optional(
    v.pipe(v.picklist(["rp2040", "rp2350"], "write rp2040 or rp2350"), v.description("Which chip it has.")),
    "rp2040",
  ),
  paced: v.optional(
    v.pipe(v.boolean("paced is true or false"), v.description("Its flash takes as long as a real one.")),
    true,
  ),
  bootsel: v.optional(
    v.pipe(
      v.boolean("bootsel is true or false"),
      v.description("In its boot loader at the start, as one whose button was held."),
    ),
    false,
  ),
});

export const definition = defineDriver({
  type: "jumptab.simulator.PicoBoard",
  summary: "A simulated Raspberry Pi Pico with a serial console and a flasher. Needs nothing.",
  about: { title: "Raspberry Pi Pico, simulated", category: "composite", brings: ["serial", "pico"] },
  config,
  create: createPicoBoard,
});

async function createPicoBoard(
  { clock, setState }: DriverContext,
  { chip, paced, bootsel }: v.InferOutput<typeof config>,
): Promise<Driver> {
  const pico = new SimulatedPico({
    chip,
    clock,
    ...(paced ? { flashTimes: REAL_FLASH_TIMES } : {}),
    onChange: () => setState({ mode: pico.mode, program: pico.program?.name ?? null }),
  });
  pico.preload(createProgram({ chip, name: FIRST_PROGRAM, size: FIRST_PROGRAM_BYTES }));
  pico.plugIn({ bootsel });
  const serial = createSerialDevices({ serial: pico.serial, remembered: {} });
  const usb = createUsbDevices({ usb: pico.usb, remembered: {} });
  await Promise.all([serial.refresh(), usb.refresh()]);
  return {
    clientClass: "jumpstarter_driver_composite.client.CompositeClient",
    category: "composite",
    methods: exportedMethods({}),
    builtInChildren: new Map<string, BuiltInChild>([
      [
        "serial",
        {
          type: "jumpstarter_driver_pyserial.driver.PySerial",
          config: { url: PORT_NAME },
          devices: { serial, usb: undefined },
          description: "Console of the simulated Pico",
        },
      ],
      [
        "pico",
        {
          type: "jumpstarter_driver_pi_pico.driver.PiPicoFlasher",
          config: {},
          devices: { serial: undefined, usb },
          description: "Flasher of the simulated Pico",
          children: new Map<string, BuiltInChild>([["serial", { ref: "serial" }]]),
        },
      ],
    ]),
    async [Symbol.asyncDispose]() {
      await pico[Symbol.asyncDispose]();
      await serial[Symbol.asyncDispose]();
      await usb[Symbol.asyncDispose]();
    },
  };
}
