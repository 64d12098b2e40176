/**
 * Driver errors as gRPC statuses: the one place that knows both.
 * Above: services.ts. Below: drivers/base/error.ts, Connect's codes.
 * Specification: the exception table of Jumpstarter's Python exporter, and what its clients raise for each status.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { DriverError, type DriverErrorCode } from "../../drivers/base/error.ts";

/** Python's exception, its status, and so the exception that the client raises, per code. */
export const STATUS_OF_DRIVER_ERROR: Readonly<Record<DriverErrorCode, Code>> = {
  "invalid-argument": Code.InvalidArgument, // ValueError
  "not-implemented": Code.Unimplemented, // NotImplementedError
  timeout: Code.DeadlineExceeded, // TimeoutError
  connection: Code.Unavailable, // ConnectionError
  "device-not-bound": Code.Internal, // OSError, like all that follow
  "device-missing": Code.Internal,
  "device-in-use": Code.Internal,
  "device-disconnected": Code.Internal,
  "device-io": Code.Internal,
  "file-not-found": Code.Internal,
  "storage-full": Code.Internal,
  other: Code.Unknown, // RuntimeError and everything else
};

/** 2 KiB of UTF-8: status text travels percent-encoded in a header, and clients take 8 KiB of those. */
export const MAX_STATUS_TEXT_BYTES = 2 * 1024;

const CUT = " […]";

/** Any failure as a ConnectError with a text that a person can read. */
export function toConnectError(reason: unknown): ConnectError {
  if (reason instanceof ConnectError) {
    const text = statusText(reason.rawMessage);
    return text === reason.rawMessage
      ? reason
      : new ConnectError(text, reason.code, reason.metadata, undefined, reason);
  }
  if (reason instanceof DriverError) {
    return new ConnectError(
      statusText(reason.message),
      STATUS_OF_DRIVER_ERROR[reason.code],
      undefined,
      undefined,
      reason,
    );
  }
  const text = reason instanceof Error ? reason.message || reason.name : String(reason);
  return new ConnectError(statusText(text), Code.Unknown, undefined, undefined, reason);
}

/** Cut a text so that, percent-encoded at worst, it stays within what a header may hold. */
function statusText(text: string): string {
  let bytes = 0;
  let length = 0;
  for (const character of text) {
    bytes += encodedBytes(character);
    if (bytes > MAX_STATUS_TEXT_BYTES) return text.slice(0, length) + CUT;
    length += character.length;
  }
  return text;
}

/** gRPC percent-encodes everything outside printable ASCII, and "%" itself. */
function encodedBytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code <= 0x7e && code !== 0x25) return 1;
  if (code < 0x80) return 3;
  if (code < 0x800) return 6;
  return code < 0x10000 ? 9 : 12;
}
