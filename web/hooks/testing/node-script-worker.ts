/**
 * The interpreter in a thread of Node: what script-worker.ts is in a browser.
 * Above: node-threads.ts. Below: serve-interpreter.ts.
 */

import { parentPort } from "node:worker_threads";
import { systemClock } from "../../../drivers/base/clock.ts";
import { serveInterpreter } from "../serve-interpreter.ts";

const port = parentPort;
if (port === null) throw new Error("this file is the beginning of a thread");
port.on(
  "message",
  serveInterpreter({
    clock: systemClock,
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
  }),
);
