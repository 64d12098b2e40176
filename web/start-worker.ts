/**
 * Wires the worker: the platform of a dedicated worker on one side, the exporter host on the other.
 * Above: web/worker.ts (and a test page's worker) call it with a catalogue. Below: worker/exporter-host.ts.
 */

import type { Catalogue } from "../drivers/base/catalogue.ts";
import { systemClock } from "../drivers/base/clock.ts";
import { createCodecs } from "./encodings/create-codecs.ts";
import { createScriptRunner } from "./hooks/create-script-runner.ts";
import { createStorage } from "./images/create-storage.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { newPassphrase } from "./store/saved-bench.ts";
import { relayAnswers } from "./tunnel/relay-answers.ts";
import { ExporterHost } from "./worker/exporter-host.ts";

export function startWorker({ catalogue }: { catalogue: Catalogue }): void {
  const instance = crypto.randomUUID();
  const schedule = macrotasks();
  const host = new ExporterHost({
    catalogue,
    clock: systemClock,
    serial: navigator.serial,
    usb: navigator.usb,
    schedule,
    random: Math.random,
    newSecret: () => newPassphrase((into) => crypto.getRandomValues(into)),
    instance,
    createSocket: (url, protocol) => new WebSocket(url, protocol),
    answers: (url, options) => relayAnswers(fetch, url, options),
    post: (message: FromWorker) => postMessage(message),
    scripts: createScriptRunner({ clock: systemClock }),
    storage: createStorage({
      storage: navigator.storage,
      locks: navigator.locks,
      clock: systemClock,
      instance,
      schedule,
      // biome-ignore lint/suspicious/noConsole: no configuration is running yet that it could be said to
      warn: (text) => console.warn(text),
    }),
    codecs: createCodecs(),
    fetch: (input, init) => fetch(input, init),
  });
  addEventListener("message", (event: MessageEvent<ToWorker>) => void host.receive(event.data));
  addEventListener("online", () => host.doubtConnection());
  postMessage({ kind: "ready" } satisfies FromWorker);
}

/** Macrotasks by way of a MessageChannel: timers would add milliseconds. */
function macrotasks(): (run: () => void) => void {
  const due: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => due.shift()?.();
  return (run) => {
    due.push(run);
    port2.postMessage(null);
  };
}
