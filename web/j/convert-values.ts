/**
 * From what was typed to what a command takes: counted, and of the right kind.
 * Above: run-j.ts. Below: scan-arguments.ts, drivers/base/command.ts.
 * Specification: click 8's types and their messages; Python's int() and float() for what a number is.
 */

import {
  type ArgumentDefinition,
  type ArgumentDefinitions,
  type CommandValues,
  type OptionDefinitions,
  UsageError,
  type ValueKind,
} from "../../drivers/base/command.ts";
import { argumentTerm } from "./help.ts";
import { quoted, shown } from "./quoted.ts";
import type { Scanned } from "./scan-arguments.ts";

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** @throws UsageError for a value of the wrong kind, and then for arguments that are missing or too many. */
export function convertOptions(scanned: Scanned, definitions: OptionDefinitions): CommandValues {
  const values: Record<string, CommandValues[string]> = {};
  // In the order of typing: the first mistake is told.
  for (const [key, text] of scanned.options) {
    const option = definitions[key];
    if (option === undefined || !("value" in option) || text === true) continue;
    const hint = option.names.map(quoted).join(" / ");
    values[key] =
      option.many === true
        ? (scanned.values.get(key) ?? []).map((each) => convert(each, option.value, hint))
        : convert(text, option.value, hint);
  }
  for (const [key, option] of Object.entries(definitions)) {
    if (!("value" in option)) values[key] = scanned.options.has(key);
    else if (!Object.hasOwn(values, key)) values[key] = option.many === true ? [] : option.default;
  }
  return values;
}

export function convertArguments(typed: readonly string[], definitions: ArgumentDefinitions): CommandValues {
  const values: Record<string, CommandValues[string]> = {};
  const left = [...typed];
  const entries = Object.entries(definitions);
  for (const [index, [key, definition]] of entries.entries()) {
    const hint = quoted(argumentTerm(key, definition));
    if (definition.count === "many") {
      // What follows takes its share from the end.
      const after = entries.length - index - 1;
      const own = left.splice(0, Math.max(left.length - after, 0));
      values[key] = own.map((text) => convert(text, definition.value, hint));
    } else {
      values[key] = convertOne(left.shift(), definition, hint);
    }
  }
  if (left.length > 0) {
    throw new UsageError(
      `Got unexpected extra argument${left.length === 1 ? "" : "s"} (${shown(left.join(" "))})`,
    );
  }
  return values;
}

function convertOne(
  text: string | undefined,
  { value, count }: ArgumentDefinition,
  hint: string,
): string | number | undefined {
  if (text !== undefined) return convert(text, value, hint);
  if (count === "optional") return undefined;
  throw new UsageError(`Missing argument ${hint}.`);
}

function convert(text: string, kind: ValueKind, hint: string): string | number {
  const refuse = (why: string) => new UsageError(`Invalid value for ${hint}: ${quoted(text)} ${why}`);
  if (typeof kind === "object") {
    if (kind.choices.includes(text)) return text;
    throw refuse(`is not one of ${kind.choices.map(quoted).join(", ")}.`);
  }
  if (kind === "text" || kind === "path") return text;
  const number = (kind === "integer" ? INTEGER : FLOAT).test(text.trim())
    ? Number(text.trim().replaceAll("_", ""))
    : Number.NaN;
  if (kind === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number)) return number;
  throw refuse(`is not a valid ${kind}.`);
}
