/**
 * A page's requests for files by URL, over the real tunnel.
 * Above: tests of relay/fetch/ and relay/hostile/. Below: test-page.ts.
 */

import { FETCH_PATH, FETCH_URL_HEADER } from "../../proto/fetch.ts";
import type { HeaderList, ResponseHead, TunnelStream } from "../../proto/tunnel/index.ts";
import type { TestPage } from "./test-page.ts";

export function openFetch(
  page: TestPage,
  url: string,
  { method = "GET", headers = [] }: { method?: string; headers?: HeaderList } = {},
): TunnelStream {
  return page.tunnel.open(
    { method, path: FETCH_PATH, h: [[FETCH_URL_HEADER, url], ...headers] },
    { end: method === "GET" },
  );
}

export interface Fetched extends ResponseHead {
  readonly body: Buffer;
}

/** A GET, read to its end. Rejects with the relay's StreamReset. */
export async function fetchByPage(page: TestPage, url: string, headers: HeaderList = []): Promise<Fetched> {
  const stream = openFetch(page, url, { headers });
  const head = await stream.response;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.body) chunks.push(chunk);
  return { ...head, body: Buffer.concat(chunks) };
}
