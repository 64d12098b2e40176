/**
 * What a person wrote into a field, as a value of the configuration, and back.
 * Above: driver-form.ts. Below: CatalogueField of web/messages.ts. The driver's own schema has the last word, in the check.
 */

import type { JsonValue } from "../../../drivers/base/json.ts";
import type { CatalogueField } from "../../messages.ts";

export type FieldValue =
  /** Undefined: the key is left out. */
  | { readonly ok: true; readonly value: JsonValue | undefined }
  | { readonly ok: false; readonly reason: string };

export function readField(field: CatalogueField, text: string): FieldValue {
  if (text.trim() === "" && !(field.kind === "text" && field.required)) {
    return field.required ? wrong("Write a value: it cannot do without.") : { ok: true, value: undefined };
  }
  switch (field.kind) {
    case "number":
      return readNumber(field, text.trim());
    case "boolean":
      return { ok: true, value: text === "true" };
    case "choice":
      return { ok: true, value: field.options.find((option) => String(option) === text) ?? text };
    case "text":
      return text.trim() === "" ? wrong("Write a value: it cannot do without.") : { ok: true, value: text };
    case "other":
      return wrong("Write it in the text.");
  }
}

/** A range for people; empty when anything goes. */
export function rangeText({ min, max, integer, kind }: CatalogueField): string {
  if (kind !== "number") return "";
  const what = integer ? "A whole number" : "A number";
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}.`;
  if (min !== undefined) return `${what}, at least ${min}.`;
  return max === undefined ? `${what}.` : `${what}, at most ${max}.`;
}

/** What holds while the key is left out; undefined when nothing says. */
export function defaultText({ default: value, kind }: CatalogueField): string | undefined {
  if (value === null || typeof value === "object") return undefined;
  if (kind === "boolean") return value === true ? "Yes" : "No";
  return String(value);
}

export function shownValue(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function readNumber(field: CatalogueField, text: string): FieldValue {
  const value = Number(text);
  if (!Number.isFinite(value) || (field.integer && !Number.isSafeInteger(value))) return wrong(cure(field));
  if ((field.min !== undefined && value < field.min) || (field.max !== undefined && value > field.max)) {
    return wrong(cure(field));
  }
  return { ok: true, value };
}

function cure(field: CatalogueField): string {
  return `Write ${rangeText(field).replace(/^A/, "a")}`;
}

function wrong(reason: string): FieldValue {
  return { ok: false, reason };
}
