/**
 * How much memory the exporter in a page holds: that of its worker, after a collection.
 * Above: the specs about growth. Below: the DevTools protocol.
 */

import type { CDPSession, Page } from "@playwright/test";

/** 10 s for a collection and an answer, on a busy machine. */
const ANSWER_TIMEOUT_MS = 10_000;

interface Usage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** Bytes that live objects and buffers of the page's one worker take. */
export async function workerHeapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    const sessionId = await attachToWorker(session);
    // Twice: what the first one's finalizers let go of goes with the second.
    await send(session, sessionId, 1, "HeapProfiler.collectGarbage");
    await send(session, sessionId, 2, "HeapProfiler.collectGarbage");
    const usage = (await send(session, sessionId, 3, "Runtime.getHeapUsage")) as Usage;
    return usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0);
  } finally {
    await session.detach();
  }
}

async function attachToWorker(session: CDPSession): Promise<string> {
  const attached = Promise.withResolvers<string>();
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    if (targetInfo.type === "worker") attached.resolve(sessionId);
  });
  await session.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  return await inTime(attached.promise, "the page has no worker");
}

/** One command to the worker; `id` tells its answer apart. */
async function send(session: CDPSession, sessionId: string, id: number, method: string): Promise<unknown> {
  const answered = Promise.withResolvers<unknown>();
  session.on("Target.receivedMessageFromTarget", (event) => {
    const message = JSON.parse(event.message) as { readonly id?: number; readonly result?: unknown };
    if (event.sessionId === sessionId && message.id === id) answered.resolve(message.result);
  });
  await session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) });
  return await inTime(answered.promise, `the worker did not answer ${method}`);
}

async function inTime<T>(promise: Promise<T>, why: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(why)), ANSWER_TIMEOUT_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
