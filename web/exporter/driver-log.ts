/**
 * A driver's log as lines of the exporter's ring, from the level on that its configuration asks for.
 * Above: build-tree.ts. Below: log-ring.ts.
 */

import type { DriverLog, LogFields, Severity } from "../../drivers/base/log.ts";
import type { LogRing } from "./log-ring.ts";

const SEVERITY_ORDER: readonly Severity[] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/** Whether a driver whose lines are logged from `level` on logs one of this severity. */
export function logs(level: Severity, severity: Severity): boolean {
  return SEVERITY_ORDER.indexOf(severity) >= SEVERITY_ORDER.indexOf(level);
}

export function createDriverLog(
  ring: LogRing,
  driver: string,
  level: Severity,
  driverType: () => string,
): DriverLog {
  const append = (severity: Severity, message: string, fields?: LogFields): void => {
    if (!logs(level, severity)) return;
    ring.append({
      severity,
      source: "driver",
      message,
      driver,
      driverType: driverType(),
      ...(fields === undefined ? {} : { fields }),
    });
  };
  return {
    debug: (message, fields) => append("DEBUG", message, fields),
    info: (message, fields) => append("INFO", message, fields),
    warning: (message, fields) => append("WARNING", message, fields),
    error: (message, fields) => append("ERROR", message, fields),
  };
}
