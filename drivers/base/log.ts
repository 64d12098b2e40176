/**
 * A driver's log: lines that go to the page and to every client that reads the exporter's log stream.
 * Above: every driver. Below: the exporter's log ring. Severities are Python's level names, as clients need them.
 */

export type Severity = "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL";

/** Extra facts of a line; short strings. */
export type LogFields = Readonly<Record<string, string>>;

export interface DriverLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
