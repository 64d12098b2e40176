/**
 * PUT: from the page to a server, as fast as the server takes it. Without a Content-Length of the page's it goes out in chunks.
 * A redirect is an answer like any other error: the file comes once, and cannot be sent again.
 * Above: transfer.ts. Below: server-request.ts.
 */

import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { ResponseHead } from "../../proto/tunnel/index.ts";
import { FETCH_ANSWER_MS, FETCH_SILENCE_MS } from "../limits.ts";
import { abortableChunks } from "./abortable.ts";
import { badRequest, FetchFailure } from "./fetch-failure.ts";
import type { ServerRequest } from "./server-request.ts";
import { EarlyAnswer, headOf, isSuccess, type Transfer } from "./transfer.ts";

/** @returns the head that the page got, once the server has the file, or has refused it. */
export async function upload(transfer: Transfer): Promise<ResponseHead> {
  const { stream, patience, request, signal } = transfer;
  const { target, length, headers } = request;
  const sized = length === undefined ? [] : [["content-length", String(length)] as const];
  const server = await transfer.open(target, [...headers, ...sized]);
  server.request.flushHeaders();
  stopWhenRefused(transfer, server);
  await send(transfer, server);
  patience.wait(
    FETCH_ANSWER_MS,
    `${target.shown} has not said within ${FETCH_ANSWER_MS / 1000} s that it has the file`,
  );
  const answer = await server.response;
  const head = headOf(answer, target);
  // Servers may begin to answer before they have read the file; what ends the connection before their end would cut it.
  if (isSuccess(head.status)) await finished(answer.resume(), { signal });
  stream.respond(head, { end: true });
  return head;
}

/** A server may say that it does not want the file before it is whole; or the connection breaks while the page sends nothing. */
function stopWhenRefused(transfer: Transfer, { response }: ServerRequest): void {
  response
    .then((answer) => {
      const head = headOf(answer, transfer.request.target);
      if (!isSuccess(head.status)) transfer.stop(new EarlyAnswer(head));
    })
    .catch((error: unknown) => {
      if (error instanceof FetchFailure) transfer.stop(error);
    });
}

async function send(transfer: Transfer, { request }: ServerRequest): Promise<void> {
  const { stream, signal, patience } = transfer;
  const { target, length } = transfer.request;
  for await (const chunk of abortableChunks(stream.body, { signal })) {
    transfer.bytes += chunk.length;
    if (length !== undefined && transfer.bytes > length) {
      throw badRequest(`the file is longer than the ${length} bytes that its Content-Length says`);
    }
    if (request.write(chunk)) continue;
    patience.wait(FETCH_SILENCE_MS, `${target.shown} has taken nothing for ${FETCH_SILENCE_MS / 1000} s`);
    await once(request, "drain", { signal });
    patience.rest();
  }
  if (length !== undefined && transfer.bytes < length) {
    throw badRequest(`the file has ${transfer.bytes} bytes, and its Content-Length says ${length}`);
  }
  request.end();
}
