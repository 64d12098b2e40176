/**
 * A worker with an interpreter in it, and nothing else: it can be ended whatever it does.
 * Above: create-script-runner.ts starts it, from the exporter's worker. Below: serve-interpreter.ts.
 */

import { systemClock } from "../../drivers/base/clock.ts";
import type { ToInterpreter } from "./protocol.ts";
import { serveInterpreter } from "./serve-interpreter.ts";

const receive = serveInterpreter({
  clock: systemClock,
  post: (message, transfer = []) => postMessage(message, { transfer: [...transfer] }),
});
addEventListener("message", (event: MessageEvent<ToInterpreter>) => receive(event.data));
