/**
 * What the log says of every driver call, whoever makes it: that it has started, and how it ended.
 * Above: services.ts, exporter.ts (the page's own calls and those of hooks). Below: log-ring.ts.
 * Specification: the log lines of Python's exporter for each call; a failure has the name that its exception has there.
 *
 * A client that cancels a call leaves a device that may be anywhere, so that is a failure (`CancelledError`). Leaving a streaming
 * call is how clients end one: it is complete.
 */

import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";
import type { LogFields } from "../../drivers/base/log.ts";
import { type DriverInstance, pathText } from "./driver-instance.ts";
import { logs } from "./driver-log.ts";
import type { LogRing } from "./log-ring.ts";

/** The exception that a Python driver would have raised. */
export const PYTHON_ERROR: Readonly<Record<DriverErrorCode, string>> = {
  "invalid-argument": "ValueError",
  "not-implemented": "NotImplementedError",
  timeout: "TimeoutError",
  connection: "ConnectionError",
  "device-not-bound": "OSError",
  "device-missing": "OSError",
  "device-in-use": "OSError",
  "device-disconnected": "OSError",
  "device-io": "OSError",
  "file-not-found": "FileNotFoundError",
  "storage-full": "OSError",
  other: "RuntimeError",
};

const SUCCESS: LogFields = { result: "success" };

/** A call that runs: it says once how it ended. */
export interface LoggedCall {
  completed(): void;
  /** @param cancelled The client has gone, or the session ended: whatever the driver says, that is why. */
  failed(error: unknown, cancelled: boolean): void;
}

export function logCall(log: LogRing, instance: DriverInstance, operation: string): LoggedCall {
  const line = {
    source: "driver",
    driver: pathText(instance.path),
    driverType: instance.driver.category,
    operation,
  } as const;
  const level = instance.logLevel;
  if (logs(level, "INFO")) log.append({ ...line, severity: "INFO", message: "Operation started" });
  return {
    completed: () => {
      if (!logs(level, "INFO")) return;
      log.append({ ...line, severity: "INFO", message: "Operation completed", fields: SUCCESS });
    },
    failed: (error, cancelled) => {
      if (!logs(level, "WARNING")) return;
      const fields = { result: "failure", error_type: cancelled ? "CancelledError" : pythonError(error) };
      log.append({ ...line, severity: "WARNING", message: "Operation failed", fields });
    },
  };
}

function pythonError(error: unknown): string {
  return error instanceof DriverError ? PYTHON_ERROR[error.code] : "RuntimeError";
}

/** Run a call, and say how it went. */
export async function loggedCall<T>(
  log: LogRing,
  instance: DriverInstance,
  operation: string,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  const call = logCall(log, instance, operation);
  try {
    const result = await run();
    call.completed();
    return result;
  } catch (error) {
    call.failed(error, signal.aborted);
    throw error;
  }
}

/** Pass the items of a streaming call on, and say how it went. */
export async function* loggedStreamingCall<T>(
  log: LogRing,
  instance: DriverInstance,
  operation: string,
  signal: AbortSignal,
  run: () => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const call = logCall(log, instance, operation);
  let failure: { readonly error: unknown } | undefined;
  try {
    yield* run();
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    // Also where the reader has left.
    if (failure === undefined || signal.aborted) call.completed();
    else call.failed(failure.error, false);
  }
}
