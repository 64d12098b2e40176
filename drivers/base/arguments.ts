/**
 * Schemas for the arguments of driver calls, as lenient as clients expect.
 * Above: drivers, in their method tables. Below: valibot.
 * Specification: pydantic's conversion table, lax mode, JSON input: what a Python driver would have taken.
 */

import * as v from "valibot";

/** pydantic's words for a boolean, in lower case. */
const TRUE_WORDS: ReadonlySet<unknown> = new Set([true, 1, "1", "true", "t", "on", "y", "yes"]);
const FALSE_WORDS: ReadonlySet<unknown> = new Set([false, 0, "0", "false", "f", "off", "n", "no"]);

/** Longest piece of a wrong value that is repeated in a message, in characters: enough to recognise it. */
const SHOWN_CHARACTERS = 40;

/** true/false, 1/0, and the words true/false, t/f, on/off, yes/no, y/n, "1"/"0" in any case. */
export const booleanArgument: v.GenericSchema<unknown, boolean> = lax("true or false", (input) => {
  const value = typeof input === "string" ? input.toLowerCase() : input;
  if (TRUE_WORDS.has(value)) return true;
  return FALSE_WORDS.has(value) ? false : undefined;
});

/** A whole number: also 3.0, "3" and "3.0"; true is 1. At most 2^53 - 1 away from zero. */
export const integerArgument: v.GenericSchema<unknown, number> = lax("a whole number", (input) => {
  const value = toNumber(input, /^[+-]?\d+(\.0*)?$/);
  return Number.isSafeInteger(value) ? value : undefined;
});

/** A finite number: also "1.5" and "1e3"; true is 1. */
export const floatArgument: v.GenericSchema<unknown, number> = lax("a number", (input) => {
  const value = toNumber(input, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i);
  return Number.isFinite(value) ? value : undefined;
});

/** Text, and nothing that would have to be made text. */
export const stringArgument: v.GenericSchema<unknown, string> = lax("text", (input) =>
  typeof input === "string" ? input : undefined,
);

function toNumber(input: unknown, pattern: RegExp): number | undefined {
  if (typeof input === "number") return input;
  if (typeof input === "boolean") return input ? 1 : 0;
  if (typeof input !== "string") return undefined;
  const text = input.trim();
  return pattern.test(text) ? Number(text) : undefined;
}

/** `convert` answers undefined for what it does not take. */
function lax<T>(wanted: string, convert: (input: unknown) => T | undefined): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const value = convert(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: `${wanted} is needed, not ${shown(dataset.value)}` });
      return NEVER;
    }),
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
