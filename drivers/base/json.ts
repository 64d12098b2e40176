/**
 * The values that a driver call can carry: what google.protobuf.Value can hold.
 * Above: methods, drivers, the exporter. Below: nothing. Specification: google/protobuf/struct.proto.
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}
