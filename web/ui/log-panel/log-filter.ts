/**
 * Which log lines are shown: from a severity on, and from where.
 * Above: log-panel.ts. Below: LogRecord of web/messages.ts.
 */

import type { LogRecord } from "../../messages.ts";

type Severity = LogRecord["severity"];

export interface LogFilter {
  /** This and all that is graver. */
  readonly atLeast: Severity;
  /** ANYWHERE, `source:<source>` or `driver:<path>`. */
  readonly origin: string;
}

export const ANYWHERE = "";

export const SEVERITIES: readonly Severity[] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

export const ALL_LINES: LogFilter = { atLeast: "DEBUG", origin: ANYWHERE };

export function filterLog(log: readonly LogRecord[], { atLeast, origin }: LogFilter): readonly LogRecord[] {
  if (atLeast === ALL_LINES.atLeast && origin === ANYWHERE) return log;
  const least = SEVERITIES.indexOf(atLeast);
  return log.filter(
    (record) =>
      SEVERITIES.indexOf(record.severity) >= least && (origin === ANYWHERE || isFrom(record, origin)),
  );
}

/** As a filter's `origin`. */
export function sourceOrigin(source: LogRecord["source"]): string {
  return `source:${source}`;
}

/** A composite's lines are also those of its children. */
function isFrom({ source, driver }: LogRecord, origin: string): boolean {
  if (origin === sourceOrigin(source)) return true;
  return driver !== undefined && `driver:${driver}.`.startsWith(`${origin}.`);
}

export interface Origin {
  readonly origin: string;
  readonly label: string;
}

/** Where lines come from, for a list to choose from; what is chosen stays in it when its lines are gone. */
export function originsOf(log: readonly LogRecord[], chosen: string): readonly Origin[] {
  const sources = new Set<string>();
  const drivers = new Set<string>();
  for (const { source, driver } of log) {
    sources.add(sourceOrigin(source));
    if (driver !== undefined) drivers.add(`driver:${driver}`);
  }
  if (chosen.startsWith("source:")) sources.add(chosen);
  if (chosen.startsWith("driver:")) drivers.add(chosen);
  return [
    ...SOURCE_LABELS.filter(({ origin }) => sources.has(origin)),
    ...[...drivers].sort().map((origin) => ({ origin, label: origin.slice("driver:".length) })),
  ];
}

const SOURCE_LABELS: readonly Origin[] = [
  { origin: sourceOrigin("beforeLease"), label: "beforeLease hook" },
  { origin: sourceOrigin("afterLease"), label: "afterLease hook" },
  { origin: sourceOrigin("driver"), label: "all drivers" },
  { origin: sourceOrigin("system"), label: "the exporter itself" },
];

/** As the tab remembers it. */
export function writeFilter(filter: LogFilter): string {
  return JSON.stringify(filter);
}

/** What the tab remembers; all lines where it remembers nothing, or nothing that is a filter. */
export function readFilter(text: string | undefined): LogFilter {
  try {
    const { atLeast, origin } = JSON.parse(text ?? "{}") as Partial<Record<keyof LogFilter, unknown>>;
    return {
      atLeast: SEVERITIES.find((severity) => severity === atLeast) ?? ALL_LINES.atLeast,
      origin: typeof origin === "string" ? origin : ANYWHERE,
    };
  } catch {
    return ALL_LINES; // Another version's, or somebody else's: a filter is soon chosen again.
  }
}
