/**
 * What the page itself asks of a running exporter: driver calls, byte streams and a shell. It is never locked out.
 * Above: exporter-host.ts. Below: web/exporter, stream-bridge.ts, shell-bridge.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { Exporter, ScriptRunner } from "../exporter/index.ts";
import type { ToWorker } from "../messages.ts";
import { pageCommands } from "./page-commands.ts";
import { bridgeShell } from "./shell-bridge.ts";
import { bridgeStream } from "./stream-bridge.ts";

/** 1000 items: the window's own streaming calls are readings to show, not data to keep. */
export const MAX_STREAMING_ITEMS = 1000;

/** 4 shells: each is a worker with an interpreter; a page shows one. */
export const MAX_SHELLS = 4;

export type PageRequest = Extract<
  ToWorker,
  { kind: "call" | "streaming-call" | "open-stream" | "open-shell" }
>;

export interface PageRequestsOptions {
  readonly exporter: Exporter;
  readonly scripts: ScriptRunner;
  readonly clock: Clock;
  /** Aborted when the exporter is stopped. */
  readonly signal: AbortSignal;
}

export class PageRequests {
  readonly #options: PageRequestsOptions;
  #shells = 0;

  constructor(options: PageRequestsOptions) {
    this.#options = options;
  }

  /** Rejects as a client's call would. */
  async answer(request: PageRequest): Promise<JsonValue> {
    const { exporter, signal } = this.#options;
    switch (request.kind) {
      case "call":
        return exporter.call(request.path, request.method, request.args, signal);
      case "streaming-call": {
        const items: JsonValue[] = [];
        for await (const item of exporter.streamingCall(request.path, request.method, request.args, signal)) {
          items.push(item);
          if (items.length >= MAX_STREAMING_ITEMS) break;
        }
        return items;
      }
      case "open-stream":
        await bridgeStream(exporter.stream(request.path, request.method), request.port, { signal });
        return null;
      case "open-shell":
        await this.#openShell(request.port);
        return null;
    }
  }

  async #openShell(port: MessagePort): Promise<void> {
    if (this.#shells >= MAX_SHELLS) {
      throw new Error(`${MAX_SHELLS} shells are open, each with an interpreter of its own: close one`);
    }
    const { exporter, scripts, clock, signal } = this.#options;
    this.#shells += 1;
    await bridgeShell({
      scripts,
      commands: pageCommands(exporter, clock),
      port,
      signal,
      onClosed: () => {
        this.#shells -= 1;
      },
    });
  }
}
