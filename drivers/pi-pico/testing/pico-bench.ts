/**
 * A flasher with a simulated Pico before it, and nothing between them but WebUSB and Web Serial.
 * Above: tests of this folder. Below: drivers/simulation/rp2.
 */

import { parse } from "valibot";
import type { Driver } from "../../base/driver.ts";
import type { JsonValue } from "../../base/json.ts";
import type { CallOptions, WorkReport, WorkStep } from "../../base/methods.ts";
import { createSerialDevices, type ManagedSerialDevices } from "../../base/serial-devices.ts";
import { createUsbDevices, type ManagedUsbDevices } from "../../base/usb-devices.ts";
import { SimulatedPico, type SimulatedPicoOptions } from "../../simulation/rp2/simulated-pico.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { createTestContext, type TestContext } from "../../testing/test-context.ts";
import { definition } from "../driver.ts";

export interface PicoBenchOptions extends Partial<Omit<SimulatedPicoOptions, "clock">> {
  readonly config?: object;
  /** Children of the flasher, made with the board's serial ports. */
  readonly children?: (
    serial: ManagedSerialDevices,
    pico: SimulatedPico,
    clock: ManualClock,
    /** Where what a child logs can be asked for. */
    keepLines: (name: string, lines: readonly string[]) => void,
  ) => Promise<ReadonlyMap<string, Driver>>;
}

export interface PicoBench extends AsyncDisposable {
  readonly pico: SimulatedPico;
  readonly clock: ManualClock;
  readonly context: TestContext;
  readonly driver: Driver;
  readonly children: ReadonlyMap<string, Driver>;
  readonly usb: ManagedUsbDevices;
  /** What a child has logged. */
  lines(child: string): readonly string[];
  /** Steps of the work, as "writing 4096/8192", oldest first. */
  readonly steps: readonly string[];
  readonly phases: readonly string[];
  call(method: string, args: readonly JsonValue[], options?: Partial<CallOptions>): Promise<JsonValue>;
  /** `flash` with this file, while time goes on as fast as anybody waits for it. */
  flash(file: Uint8Array, options?: Partial<CallOptions>): Promise<JsonValue>;
  /** Let time go on until the work is done. */
  running<T>(work: Promise<T>): Promise<T>;
}

/** Milliseconds that a clock is moved at a time: finer than any wait that is to be told apart. */
const TICK_MS = 10;

export async function createPicoBench(options: PicoBenchOptions = {}): Promise<PicoBench> {
  const { config = {}, children: makeChildren, ...picoOptions } = options;
  const clock = new ManualClock();
  const pico = new SimulatedPico({ chip: "rp2040", clock, ...picoOptions });
  const usb = createUsbDevices({ usb: pico.usb, remembered: {} });
  const serial = createSerialDevices({ serial: pico.serial, remembered: {} });
  await Promise.all([usb.refresh(), serial.refresh()]);
  const lines = new Map<string, readonly string[]>();
  const keepLines = (name: string, its: readonly string[]): void => void lines.set(name, its);
  const children = (await makeChildren?.(serial, pico, clock, keepLines)) ?? new Map<string, Driver>();
  const context = createTestContext({ path: ["pico"], clock, devices: { usb }, children });
  const driver = await definition.create(context, parse(definition.config, config));
  const steps: WorkStep[] = [];
  const connecting = new Set<() => void>();
  const report: WorkReport = {
    step(step) {
      steps.push(step);
      if (step.phase === "connecting") for (const resolve of connecting) resolve();
    },
    image: () => undefined,
  };
  const call: PicoBench["call"] = async (method, args, callOptions = {}) => {
    const exported = driver.methods.get(method);
    if (exported?.kind !== "call") throw new Error(`${method} is not an exported call`);
    return exported.run(args, { signal: new AbortController().signal, report, ...callOptions });
  };
  const running: PicoBench["running"] = async (work) => {
    let over = false;
    const settled = work.then(
      () => (over = true),
      () => (over = true),
    );
    while (!over) await clock.advance(TICK_MS);
    await settled;
    return work;
  };
  return {
    pico,
    clock,
    context,
    driver,
    children,
    usb,
    lines: (child) => lines.get(child) ?? [],
    get steps() {
      return steps.map(({ phase, done, total }) => `${phase} ${done}/${total ?? "?"}`);
    },
    get phases() {
      return [...new Set(steps.map(({ phase }) => phase))];
    },
    call,
    running,
    async flash(file, callOptions = {}) {
      const begun = new Promise<void>((resolve) => connecting.add(resolve));
      const work = call("flash", [context.resources.toDriver(file), null], callOptions);
      // Receiving takes time of the machine, and none of the clock's.
      await Promise.race([begun, work.catch(() => undefined)]);
      return running(work);
    },
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      for (const child of children.values()) await child[Symbol.asyncDispose]();
      await pico[Symbol.asyncDispose]();
      await usb[Symbol.asyncDispose]();
      await serial[Symbol.asyncDispose]();
      if (clock.sleeping > 0) throw new Error(`${clock.sleeping} still sleep`);
    },
  };
}
