/**
 * The script runner of a browser: each interpreter in a worker of its own, loaded with the first one.
 * Above: web/start-worker.ts. Below: worker-script-runner.ts, script-worker.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { ScriptRunner } from "../exporter/script-runner.ts";
import type { FromInterpreter } from "./protocol.ts";
import { WorkerScriptRunner } from "./worker-script-runner.ts";

export function createScriptRunner({ clock }: { readonly clock: Clock }): ScriptRunner {
  return new WorkerScriptRunner({
    clock,
    createWorker: ({ onMessage, onError }) => {
      const worker = new Worker(new URL("./script-worker.ts", import.meta.url), {
        type: "module",
        name: "scripts",
      });
      worker.addEventListener("message", (event: MessageEvent<FromInterpreter>) => onMessage(event.data));
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        // A file that could not be loaded has an event without a message.
        onError(event instanceof ErrorEvent ? event.message : "");
      });
      worker.addEventListener("messageerror", () => onError("a message could not be read"));
      return {
        post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
        terminate: () => worker.terminate(),
      };
    },
  });
}
