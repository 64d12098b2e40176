/**
 * A driver of this folder with a simulated probe on its USB port.
 * Above: tests of this folder. Below: drivers/simulation, drivers/base.
 */

import type { Clock } from "../../base/clock.ts";
import type { Driver, DriverContext } from "../../base/driver.ts";
import type { JsonValue } from "../../base/json.ts";
import type { WorkStep } from "../../base/methods.ts";
import { createUsbDevices } from "../../base/usb-devices.ts";
import { DapLink, type DapLinkOptions } from "../../simulation/cmsis-dap/dap-link.ts";
import { FakeUsb } from "../../simulation/fake-usb.ts";
import type { FakeUsbDevice } from "../../simulation/fake-usb-device.ts";
import { settle } from "../../testing/manual-clock.ts";
import { createTestContext, type TestContext } from "../../testing/test-context.ts";

export interface ProbeBench extends AsyncDisposable {
  readonly driver: Driver;
  readonly context: TestContext;
  readonly probe: DapLink;
  readonly device: FakeUsbDevice;
  readonly usb: FakeUsb;
  readonly steps: readonly WorkStep[];
  call(method: string, ...args: readonly JsonValue[]): Promise<JsonValue>;
  /** Resolves when the probe has heard so many bytes. */
  heard(bytes: number): Promise<void>;
  /** Aborts the calls that run. */
  readonly abort: AbortController;
}

export async function createProbeBench(
  create: (context: DriverContext) => Driver | Promise<Driver>,
  options: DapLinkOptions & { readonly clock?: Clock; readonly unkind?: boolean } = {},
): Promise<ProbeBench> {
  const usb = new FakeUsb();
  const probe = new DapLink(options);
  const device = usb.plug({ device: probe, unkind: options.unkind ?? false });
  const devices = createUsbDevices({ usb, remembered: {} });
  await devices.refresh();
  const context = createTestContext({
    devices: { usb: devices },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const driver = await create(context);
  const steps: WorkStep[] = [];
  const abort = new AbortController();
  return {
    driver,
    context,
    probe,
    device,
    usb,
    steps,
    abort,
    async call(method, ...args) {
      const exported = driver.methods.get(method);
      if (exported?.kind !== "call") throw new Error(`${method} is not an exported call`);
      const report = { step: (step: WorkStep) => void steps.push(step), image: () => undefined };
      return exported.run(args, { signal: abort.signal, report });
    },
    async heard(bytes) {
      while (probe.received < bytes) await settle();
      await settle();
    },
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await devices[Symbol.asyncDispose]();
    },
  };
}
