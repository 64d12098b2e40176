/**
 * Log lines for unit tests.
 * Above: tests beside the elements. Below: web/messages.ts.
 */

import type { LogRecord } from "../../messages.ts";

export function sampleRecord(sequence: number, values: Partial<LogRecord> = {}): LogRecord {
  return {
    sequence,
    timestamp: 0,
    severity: "INFO",
    source: "system",
    message: "started",
    driver: undefined,
    operation: undefined,
    ...values,
  };
}
