/**
 * What elements share that has a lifetime: listening to the page's state, and a clock that ticks while it is looked at.
 * Above: elements. Below: Lit's reactive controllers.
 * @see https://lit.dev/docs/composition/controllers/
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { PageModel } from "../model.ts";

/** Draws its host again after each change of the page's state. */
export class ModelController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #model: () => PageModel | undefined;
  #connection: AbortController | undefined;

  constructor(host: ReactiveControllerHost, model: () => PageModel | undefined) {
    this.#host = host;
    this.#model = model;
    host.addController(this);
  }

  /** Call it when the model has been given or exchanged. */
  listen(): void {
    this.#connection?.abort();
    this.#connection = new AbortController();
    this.#model()?.subscribe(() => this.#host.requestUpdate(), this.#connection);
  }

  hostConnected(): void {
    this.listen();
  }

  hostDisconnected(): void {
    this.#connection?.abort();
  }
}

/** Texts on the page count in seconds. */
const TICK_MS = 1_000;

/** Draws its host again every second while it asks for that. Nothing depends on it but what is seen. */
export class TickController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #wanted: () => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, wanted: () => boolean) {
    this.#host = host;
    this.#wanted = wanted;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#wanted()) this.#timer ??= setInterval(() => this.#host.requestUpdate(), TICK_MS);
    else this.hostDisconnected();
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
