/**
 * A driver's log as lines of the exporter's ring, from the level on that its configuration asks for.
 * Above: build-tree.ts. Below: log-ring.ts.
 */

import type { DriverLog, LogFields, Severity } from "../../drivers/base/log.ts";
import type { LogRing } from "./log-ring.ts";

const SEVERITY_ORDER: readonly Severity[] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

export function createDriverLog(
  ring: LogRing,
  driver: string,
  level: Severity,
  driverType: () => string,
): DriverLog {
  const threshold = SEVERITY_ORDER.indexOf(level);
  const append = (severity: Severity, message: string, fields: LogFields = {}): void => {
    if (SEVERITY_ORDER.indexOf(severity) < threshold) return;
    ring.append({ severity, source: "driver", message, driver, driverType: driverType(), fields });
  };
  return {
    debug: (message, fields) => append("DEBUG", message, fields),
    info: (message, fields) => append("INFO", message, fields),
    warning: (message, fields) => append("WARNING", message, fields),
    error: (message, fields) => append("ERROR", message, fields),
  };
}
