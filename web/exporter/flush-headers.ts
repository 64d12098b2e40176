/**
 * Response headers that go out before the first message: a client may wait for them before it says anything.
 * Above: services.ts, bench-service.ts. Below: Connect's context values; serve.ts puts the function there.
 */

import { createContextKey, type HandlerContext } from "@connectrpc/connect";

/** Sends the response headers now. A client of RouterService.Stream waits for them before it says anything. */
export const kFlushHeaders = createContextKey<((headers: Headers) => void) | undefined>(undefined, {
  description: "send the response headers now",
});

export function flushHeaders({ values, responseHeader }: HandlerContext): void {
  values.get(kFlushHeaders)?.(responseHeader);
}
