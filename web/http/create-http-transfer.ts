/**
 * Presigned requests: by the page's own fetch where the server lets pages in, else by the relay.
 * Above: exporter-host.ts. Below: page-transfer.ts, relay-transfer.ts. Specification: web/exporter/http-transfer.ts.
 */

import type { HttpTransfer } from "../exporter/http-transfer.ts";
import { mayFetch } from "./may-fetch.ts";
import { getInPage, type PageTransferOptions } from "./page-transfer.ts";
import { getByRelay, type OpenStream, putByRelay } from "./relay-transfer.ts";

export interface HttpTransferOptions extends PageTransferOptions {
  readonly openStream: OpenStream;
}

export function createHttpTransfer(options: HttpTransferOptions): HttpTransfer {
  const { openStream } = options;
  return {
    async get(request, resource) {
      const own = mayFetch(request) ? await getInPage(options, request, resource) : undefined;
      return own ?? (await getByRelay(openStream, request, resource));
    },
    // A page can send no stream over HTTP/1.1, and cannot send one again when the server does not let it in.
    put: async (request, resource) => putByRelay(openStream, request, resource),
  };
}
