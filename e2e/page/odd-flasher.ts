/**
 * A flasher that does with its file what a driver should not: it reads half of it, or none, or stops in the middle.
 * Above: test-drivers.ts. Below: drivers/base.
 */

import * as v from "valibot";
import { type DriverContext, defineDriver } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { type CallOptions, exportedCall, exportedMethods } from "../../drivers/base/methods.ts";
import { type ResourceHandle, resourceArgument } from "../../drivers/base/resource.ts";

/** 100 KiB: more than one frame, and less than the clients of the tests send. */
const HALF_BYTES = 100 * 1024;

const TARGETS = ["half", "none", "stall", "fail", "cut"] as const;

export const oddFlasher = defineDriver({
  type: "jumptab.test.OddFlasher",
  summary: "Takes a part of a file, for tests.",
  config: v.strictObject({}),
  create: (context) => {
    let stalled = 0;
    let released = Promise.withResolvers<void>();
    return {
      clientClass: "jumpstarter_driver_opendal.client.FlasherClient",
      category: "storage",
      methods: exportedMethods({
        /** `target` says what is done with the file. */
        flash: exportedCall(
          { source: resourceArgument, target: v.picklist(TARGETS) },
          async ({ source, target }, options) => {
            if (target === "none") return;
            await using file = await open(context, source, options);
            await file.take(HALF_BYTES);
            if (target === "fail") throw new DriverError("device-io", "the flash is worn out: replace it");
            if (target !== "stall") return;
            stalled += 1;
            await Promise.race([released.promise, aborted(options.signal)]);
            stalled -= 1;
            await file.take(Number.POSITIVE_INFINITY);
          },
        ),
        /** A file that has no end: half of it, and then an error (`cut`), or nothing at all. */
        dump: exportedCall(
          { target: resourceArgument, partition: v.nullish(v.string()) },
          async ({ target, partition }, options) => {
            const writer = (await context.resources.write(target, options)).getWriter();
            await writer.write(new Uint8Array(HALF_BYTES));
            if (partition === "cut") throw new DriverError("device-io", "the flash is worn out: replace it");
            await writer.close();
          },
        ),
        stalled: exportedCall({}, () => stalled),
        /** Those that stall now go on. */
        release: exportedCall({}, () => {
          released.resolve();
          released = Promise.withResolvers();
        }),
      }),
      async [Symbol.asyncDispose]() {},
    };
  },
});

interface OpenFile extends AsyncDisposable {
  /** Read at least so many bytes, or all there are. */
  take(bytes: number): Promise<void>;
}

async function open(
  { resources }: DriverContext,
  source: ResourceHandle,
  options: CallOptions,
): Promise<OpenFile> {
  const { readable } = await resources.read(source, options);
  const reader = readable.getReader();
  return {
    async take(bytes) {
      for (let taken = 0; taken < bytes; ) {
        const { done, value } = await reader.read();
        if (done) return;
        taken += value.length;
      }
    },
    async [Symbol.asyncDispose]() {
      reader.releaseLock();
    },
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
