/**
 * Starts interpreters in threads of Node, for tests: they can be ended as a browser's workers can.
 * Above: tests. Below: node-script-worker.ts.
 */

import { Worker } from "node:worker_threads";
import type { StartWorker } from "../interpreter-session.ts";

const ENTRY = new URL("./node-script-worker.ts", import.meta.url);

export function nodeThreads(entry: URL = ENTRY): StartWorker {
  return ({ onMessage, onError }) => {
    const thread = new Worker(entry);
    thread.on("message", onMessage);
    thread.on("error", (error) => onError(error instanceof Error ? error.message : String(error)));
    return {
      post: (message, transfer = []) => thread.postMessage(message, [...transfer]),
      terminate: () => void thread.terminate(),
    };
  };
}
