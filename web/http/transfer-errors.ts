/**
 * What went wrong with a file by URL, in the words of Jumpstarter's own exporter, and never with a URL's query.
 * Above: page-transfer.ts, relay-transfer.ts. Below: drivers/base/error.ts, proto/.
 * Specification: `_resource_from_presigned` of Jumpstarter's driver/base.py.
 */

import { messageOf } from "../../drivers/base/dom-error.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { withoutSecrets } from "../../proto/fetch.ts";
import { GrpcStatus, StreamReset } from "../../proto/tunnel/index.ts";

export type Method = "GET" | "PUT";

/** The server has said no. */
export function statusError(method: Method, url: string, status: number, reason: string): DriverError {
  const text = `Presigned HTTP ${method} request failed: status=${status}, reason='${reason}', url=${withoutSecrets(url)}`;
  return new DriverError("other", `${text}${cure(method, status)}`);
}

/** Servers that take no body of unknown length say 411, or 501 as S3 does. */
function cure(method: Method, status: number): string {
  if (method !== "PUT") return "";
  if (status === 411 || status === 501) {
    return ": the server wants to know the file's length beforehand, put a Content-Length into the request's headers";
  }
  if (status >= 300 && status <= 399)
    return ": a file is sent once, give the address that the server redirects to";
  return "";
}

/** The way there has failed: the relay's own word where it has one. */
export function brokenError(method: Method, url: string, reason: unknown): DriverError {
  const cause = { cause: reason };
  if (reason instanceof DriverError) return reason;
  if (reason instanceof StreamReset) {
    switch (reason.code) {
      case GrpcStatus.deadlineExceeded:
        return new DriverError("timeout", reason.message, cause);
      case GrpcStatus.invalidArgument:
        return new DriverError("invalid-argument", reason.message, cause);
      case GrpcStatus.unimplemented:
        return new DriverError("not-implemented", reason.message, cause);
      case GrpcStatus.unknown:
      case GrpcStatus.permissionDenied:
      case GrpcStatus.resourceExhausted:
        return new DriverError("other", reason.message, cause);
    }
  }
  const text = `Presigned HTTP ${method} stream failed (connection/read error) for ${withoutSecrets(url)}`;
  return new DriverError("other", `${text}: ${messageOf(reason)}`, cause);
}
