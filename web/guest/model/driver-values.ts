/**
 * What goes with a driver call: JSON as protobuf's Value, and back.
 * Above: guest-actions.ts, file-transfer.ts. Below: @bufbuild/protobuf. Specification: google/protobuf/struct.proto.
 */

import { fromJson, toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { JsonValue } from "../../../drivers/base/json.ts";

export function toValue(json: JsonValue): Value {
  // The two types differ in what may be written to them alone.
  return fromJson(ValueSchema, json as Parameters<typeof fromJson>[1]);
}

/** No value, and one of no kind, are null. */
export function fromValue(value: Value | undefined): JsonValue {
  if (value?.kind.case === undefined) return null;
  return toJson(ValueSchema, value) as JsonValue;
}
