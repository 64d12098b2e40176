/**
 * What an unquoted YAML text means: the values that Python's loader gives, so that a file means the same in both places.
 * Above: yaml-tree.ts. Below: nothing.
 * Specification: https://yaml.org/type/ (YAML 1.1) as PyYAML's SafeLoader has it, which is narrower in places:
 * `1e3` and `1e+3` are texts, `1.0e+3` is a number.
 */

export type PlainValue =
  | { readonly kind: "null"; readonly value: null }
  | { readonly kind: "bool"; readonly value: boolean }
  /** `surprising`: the number is not what a person reads there (octal, base 60). */
  | { readonly kind: "int" | "float"; readonly value: number; readonly surprising: boolean }
  /** A date: Python makes an object of it that no driver takes. */
  | { readonly kind: "timestamp"; readonly value: string }
  | { readonly kind: "merge"; readonly value: string }
  | { readonly kind: "str"; readonly value: string };

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const BINARY = /^([-+]?)0b([01_]+)$/;
const OCTAL = /^([-+]?)0([0-7_]+)$/;
const HEXADECIMAL = /^([-+]?)0x([0-9a-fA-F_]+)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const BASE_60_INT = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const BASE_60_FLOAT = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const DATE_AND_TIME =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/;

/** @param text Without quotes, folded to one line. */
export function plainValue(text: string): PlainValue {
  if (NULL.test(text)) return { kind: "null", value: null };
  if (TRUE.test(text)) return { kind: "bool", value: true };
  if (FALSE.test(text)) return { kind: "bool", value: false };
  return plainNumber(text) ?? plainOther(text);
}

function plainNumber(text: string): PlainValue | undefined {
  const digits = text.replaceAll("_", "");
  if (FLOAT.test(text)) return { kind: "float", value: Number(digits), surprising: false };
  if (BASE_60_FLOAT.test(text)) return { kind: "float", value: base60(digits), surprising: true };
  const infinite = INFINITE.exec(text);
  if (infinite !== null)
    return { kind: "float", value: infinite[1] === "-" ? -Infinity : Infinity, surprising: false };
  if (NOT_A_NUMBER.test(text)) return { kind: "float", value: Number.NaN, surprising: false };
  if (DECIMAL.test(text)) return { kind: "int", value: whole("", digits, 10), surprising: false };
  if (BASE_60_INT.test(text)) return { kind: "int", value: base60(digits), surprising: true };
  for (const [pattern, base] of [
    [HEXADECIMAL, 16],
    [BINARY, 2],
    [OCTAL, 8],
  ] as const) {
    const [, sign, places] = pattern.exec(text) ?? [];
    const clean = places?.replaceAll("_", "");
    if (sign === undefined || clean === undefined) continue;
    if (clean === "" && base !== 8) continue;
    return { kind: "int", value: whole(sign, `0${clean}`, base), surprising: base === 8 };
  }
  return undefined;
}

function plainOther(text: string): PlainValue {
  if (text === "<<") return { kind: "merge", value: text };
  if (DATE.test(text) || DATE_AND_TIME.test(text)) return { kind: "timestamp", value: text };
  return { kind: "str", value: text };
}

/** Never -0: Python's integers have none. */
function whole(sign: string, digits: string, base: number): number {
  const value = base === 10 ? Number(digits) : Number.parseInt(digits, base);
  return (sign === "-" ? -value : value) + 0;
}

function base60(digits: string): number {
  const sign = digits.startsWith("-") ? -1 : 1;
  const places = digits.replace(/^[-+]/, "").split(":").map(Number);
  return sign * places.reduce((value, place) => value * 60 + place, 0);
}
