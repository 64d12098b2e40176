/**
 * Waiting for a device that went away and comes back, as another port object.
 * Above: shared-port.ts. Below: the binding.
 * Specification: devices with USB of their own enumerate anew when they reset: `disconnect`, then `connect` with a new SerialPort.
 */

import type { Clock } from "../base/clock.ts";
import type { SerialBinding } from "../base/devices.ts";
import { DriverError } from "../base/error.ts";

/** Resolves when the binding has a port that is not `lost`. Rejects with `device-missing` after `ms`, and with the signal's reason. */
export async function anotherPort(
  binding: SerialBinding,
  lost: SerialPort | undefined,
  { ms, clock, signal }: { readonly ms: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<SerialPort> {
  signal.throwIfAborted();
  const now = () => {
    const port = binding.status === "present" ? binding.port() : undefined;
    return port === lost ? undefined : port;
  };
  const there = now();
  if (there !== undefined) return there;
  const over = new AbortController();
  const { promise, resolve } = Promise.withResolvers<SerialPort>();
  binding.onChange(
    () => {
      const port = now();
      if (port !== undefined) resolve(port);
    },
    { signal: over.signal },
  );
  const late = clock.sleep(ms, { signal: AbortSignal.any([signal, over.signal]) }).then(() => {
    throw new DriverError(
      "device-missing",
      `${binding.label} did not come back within ${ms / 1000} s: plug it in again, and allow it on the page if it is new there`,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
    late.catch(() => {}); // told, or no longer asked
  }
}
