/**
 * Commands: what a person can do now, by name and by key. Elements offer theirs while they are on the page; whoever looks for commands
 * (web/ui/palette/) asks all of them at that moment.
 * Above: every element that offers some, app.ts. Below: Lit's reactive controllers.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** In this order they are listed. */
export const COMMAND_GROUPS = [
  "Board",
  "Bench",
  "Share",
  "Configuration",
  "Benches",
  "View",
  "Page",
] as const;

export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface Command {
  /** Unique among those of a moment; a key of shortcuts.ts may stand for it. */
  readonly id: string;
  /** A verb first, in few words: "Switch power on". */
  readonly title: string;
  readonly group: CommandGroup;
  /** Other words that people may look for. */
  readonly words?: string;
  /** Called with the person's key or click: it may open a chooser of the browser. Rejects with a sentence. */
  run(): void | Promise<void>;
}

/** Raised by an element that has come onto the page; `commands` is asked each time, until the signal is aborted. */
export type OfferCommandsEvent = CustomEvent<{
  commands(): readonly Command[];
  readonly signal: AbortSignal;
}>;

export const OFFER_COMMANDS = "offer-commands";

/** Offers its host's commands while the host is on the page. */
export class CommandsController implements ReactiveController {
  readonly #host: ReactiveControllerHost & EventTarget;
  readonly #commands: () => readonly Command[];
  #onPage: AbortController | undefined;

  constructor(host: ReactiveControllerHost & EventTarget, commands: () => readonly Command[]) {
    this.#host = host;
    this.#commands = commands;
    host.addController(this);
  }

  hostConnected(): void {
    this.#onPage?.abort();
    this.#onPage = new AbortController();
    const detail = { commands: this.#commands, signal: this.#onPage.signal };
    this.#host.dispatchEvent(
      new CustomEvent(OFFER_COMMANDS, { detail, bubbles: true, composed: true }) satisfies OfferCommandsEvent,
    );
  }

  hostDisconnected(): void {
    this.#onPage?.abort();
  }
}

declare global {
  interface HTMLElementEventMap {
    "offer-commands": OfferCommandsEvent;
  }
}
