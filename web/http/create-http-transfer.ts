/**
 * Presigned requests: by the page's own fetch where the server lets pages in, else by the relay.
 * Above: exporter-host.ts. Below: the platform's fetch, streams of the tunnel. Specification: web/exporter/http-transfer.ts.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { RequestHead, TunnelStream } from "../../proto/tunnel/index.ts";
import type { HttpTransfer } from "../exporter/http-transfer.ts";

export interface HttpTransferOptions {
  readonly fetch: typeof fetch;
  /** A stream of the tunnel to the relay itself. Throws when the relay is not there. */
  openStream(request: RequestHead): TunnelStream;
}

export function createHttpTransfer(_options: HttpTransferOptions): HttpTransfer {
  const refuse = async (): Promise<never> => {
    throw new DriverError("not-implemented", "transfers by URL are not served yet");
  };
  return { get: refuse, put: refuse };
}
