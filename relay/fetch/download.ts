/**
 * GET: from a server to the page, as fast as the page takes it. Redirects are followed here, each judged like the first URL.
 * Above: transfer.ts. Below: decoded-body.ts, fetch-target.ts.
 */

import type { IncomingMessage } from "node:http";
import type { ResponseHead } from "../../proto/tunnel/index.ts";
import { FETCH_ANSWER_MS, FETCH_SILENCE_MS, MAX_FETCH_REDIRECTS } from "../limits.ts";
import { abortable } from "./abortable.ts";
import { decodedBody } from "./decoded-body.ts";
import { broken } from "./fetch-failure.ts";
import { withoutSensitive } from "./fetch-request.ts";
import { type FetchTarget, isSameOrigin, redirectTarget } from "./fetch-target.ts";
import { headOf, isSuccess, type Transfer } from "./transfer.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @returns the head that the page got, once it has the whole file. */
export async function download(transfer: Transfer): Promise<ResponseHead> {
  const { stream, patience, signal } = transfer;
  const { response, target } = await follow(transfer);
  const head = headOf(response, target);
  if (!isSuccess(head.status)) {
    stream.respond(head, { end: true });
    return head;
  }
  const { body, length } = decodedBody(response, target);
  const sized = length === undefined ? [] : [["content-length", String(length)] as const];
  stream.respond({ status: head.status, h: [...head.h, ...sized] });
  waitForMore(transfer, target);
  for await (const chunk of body) {
    patience.rest();
    transfer.bytes += chunk.length;
    const room = stream.write(chunk);
    if (room !== undefined) await abortable(room, { signal });
    signal.throwIfAborted();
    waitForMore(transfer, target);
  }
  stream.end();
  return head;
}

function waitForMore({ patience, bytes }: Transfer, { shown }: FetchTarget): void {
  patience.wait(
    FETCH_SILENCE_MS,
    `${shown} has sent nothing for ${FETCH_SILENCE_MS / 1000} s, after ${bytes} bytes`,
  );
}

/** Ask, and ask where the answer sends us. */
async function follow(transfer: Transfer): Promise<{ response: IncomingMessage; target: FetchTarget }> {
  const { patience } = transfer;
  let { target, headers } = transfer.request;
  for (let redirects = 0; ; redirects += 1) {
    const server = await transfer.open(target, headers);
    server.request.end();
    patience.wait(FETCH_ANSWER_MS, `${target.shown} has not answered within ${FETCH_ANSWER_MS / 1000} s`);
    const response = await server.response;
    patience.rest();
    if (!REDIRECTS.has(response.statusCode ?? 0)) return { response, target };
    response.destroy();
    if (redirects === MAX_FETCH_REDIRECTS) {
      throw broken(`Too many redirects (${MAX_FETCH_REDIRECTS}) for ${transfer.request.target.shown}`);
    }
    const next = redirectTarget(target, utf8(response.headers.location));
    if (!isSameOrigin(target, next)) headers = withoutSensitive(headers);
    target = next;
  }
}

/** Node reads headers as Latin-1, and servers write addresses in UTF-8. */
function utf8(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, "latin1").toString();
}
