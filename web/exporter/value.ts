/**
 * Driver values on the wire: JSON to google.protobuf.Value and back, as Python clients write and read it.
 * Above: services.ts. Below: @bufbuild/protobuf. Specification: google/protobuf/struct.proto; Jumpstarter's serde
 * (numbers are doubles, there are no bytes, and a NaN would break the client that receives it).
 */

import { create, fromJson, toJson } from "@bufbuild/protobuf";
import { NullValue, type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { DriverError } from "../../drivers/base/error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";

/** What a driver returned, for the client. NaN and the infinities become null. */
export function encodeValue(value: JsonValue | undefined): Value {
  if (value === null || value === undefined) {
    return create(ValueSchema, { kind: { case: "nullValue", value: NullValue.NULL_VALUE } });
  }
  return fromJson(ValueSchema, finite(value));
}

/** What a client sent, for the driver. A value of no kind is null. */
export function decodeValue(value: Value): JsonValue {
  if (value.kind.case === undefined) return null;
  try {
    return toJson(ValueSchema, value) as JsonValue;
  } catch (cause) {
    throw new DriverError(
      "invalid-argument",
      "an argument is not JSON: it holds NaN, Infinity or a value of no kind",
      {
        cause,
      },
    );
  }
}

type Mutable = null | boolean | number | string | Mutable[] | { [key: string]: Mutable };

function finite(value: JsonValue | undefined): Mutable {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(finite);
  if (value instanceof Uint8Array) {
    throw new DriverError(
      "invalid-argument",
      "a driver returned bytes: a call carries JSON, bytes need a stream or base64",
    );
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, finite(item)]));
}
