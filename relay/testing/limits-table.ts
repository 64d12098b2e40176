/**
 * The tables of docs/limits.md, from the files that hold the limits: names, values and the sentences above them.
 * Above: limits.test.ts. Below: nothing.
 */

/** What `import * as limits` gives. */
export type Limits = Readonly<Record<string, unknown>>;

interface Row {
  readonly name: string;
  readonly value: string;
  readonly reason: string;
}

/** One table for each heading (`// --- heading`) of the source; the first may have none. */
export function limitTables(source: string, limits: Limits): string {
  const [first = "", ...rest] = source.split(/^\/\/ --- /m);
  const parts = [{ heading: undefined, text: first }, ...rest.map(headingAndText)];
  return parts
    .map(({ heading, text }) => ({ heading, rows: rowsOf(text, limits) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ heading, rows }) => (heading === undefined ? table(rows) : `### ${heading}\n\n${table(rows)}`))
    .join("\n\n");
}

/** Limits that the source exports and no row names: without a comment of their own, or computed in another way. */
export function unlisted(source: string, limits: Limits): string[] {
  const listed = new Set(rowsOf(source, limits).map(({ name }) => name));
  return Object.entries(limits)
    .filter(([name, value]) => typeof value === "number" && !listed.has(name))
    .map(([name]) => name);
}

function headingAndText(part: string): { heading: string; text: string } {
  const end = part.indexOf("\n");
  const heading = part.slice(0, end).trim();
  return { heading: heading.charAt(0).toUpperCase() + heading.slice(1), text: part.slice(end) };
}

/** A comment and the constants below it, or the fields of an interface whose values are those of a constant. */
const COMMENTED =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n((?:(?:export const \w+[\s\S]*?;| {2}readonly \w+: number;)\n)+)/g;

function rowsOf(source: string, limits: Limits): Row[] {
  const rows: Row[] = [];
  for (const [, comment = "", below = ""] of source.matchAll(COMMENTED)) {
    const reason = comment
      .replaceAll(/\s*\n\s*\*\s*/g, " ")
      .replaceAll("|", "\\|")
      .trim();
    for (const [, name = ""] of below.matchAll(/(?:export const|readonly) (\w+)/g)) {
      const value = findValue(name, limits);
      if (value !== undefined) rows.push({ name, value: withUnit(name, value), reason });
    }
  }
  return rows;
}

function findValue(name: string, limits: Limits): number | undefined {
  for (const candidate of [limits, ...Object.values(limits)]) {
    if (typeof candidate !== "object" || candidate === null) continue;
    const value: unknown = Object.entries(candidate).find(([key]) => key === name)?.[1];
    if (typeof value === "number") return value;
  }
  return undefined;
}

/** In the unit that the name ends with. */
export function withUnit(name: string, value: number): string {
  if (/(?:_MS|Ms)$/.test(name))
    return value % 100 === 0 && value >= 1000 ? `${value / 1000} s` : `${value} ms`;
  if (/_MB$/.test(name)) return `${value} MB`;
  if (/(?:_BYTES|Bytes)$/.test(name)) {
    const units = ["B", "KiB", "MiB", "GiB"];
    let scaled = value;
    let unit = 0;
    for (; scaled >= 1024 && scaled % 1024 === 0 && unit < units.length - 1; scaled /= 1024) unit += 1;
    return `${scaled} ${units[unit]}`;
  }
  return String(value);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, reason }) => `| \`${name}\` | ${value} | ${reason} |`);
  return ["| name | default | what, and why |", "| --- | --- | --- |", ...lines].join("\n");
}
