/**
 * Who drives: one link at a time once somebody has taken the seat; the person at the board has the last word.
 * Above: sharing.ts. Below: the clock. Shapes: SeatSnapshot in web/messages.ts.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md, "The seat".
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { SeatSnapshot, Share } from "../messages.ts";

/** 10 s: a page that is reloaded, or a line that breaks, keeps its place. */
export const SEAT_AWAY_MS = 10_000;

/** Who acts on the seat: the person at the board (or who has the bench's own passphrase), or a link. */
export type Sitter = "board" | Pick<Share, "id" | "name">;

export interface SeatOptions {
  readonly clock: Clock;
  /** `happened`: in words, for people; undefined where only requests have changed. */
  onChange(happened: string | undefined): void;
}

interface Request {
  readonly share: string;
  readonly name: string;
  readonly since: number;
}

const FREE: SeatSnapshot["holder"] = { kind: "free" };

export class Seat {
  readonly #options: SeatOptions;
  #holder: SeatSnapshot["holder"] = FREE;
  #requests: readonly Request[] = [];
  /** Links that are away and have something to lose; aborted when they are back. */
  readonly #away = new Map<string, AbortController>();

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get snapshot(): SeatSnapshot {
    return { holder: this.#holder, requests: this.#requests };
  }

  /** Why this link may not act on the board now; undefined: it may. */
  refusal(share: string): string | undefined {
    if (this.#holder.kind === "free" || this.#holds(share)) return undefined;
    return `${this.#driver()} now: ask to drive on the page of your link, or wait until the seat is free`;
  }

  /**
   * For who wants to drive now. The person at the board takes it from anybody.
   *
   * @throws Error who drives, when it is not free.
   */
  take(by: Sitter): void {
    if (by === "board") {
      if (this.#holder.kind === "board") return;
      this.#sit({ kind: "board", since: this.#now() }, "the person at the board drives");
      return;
    }
    const refusal = this.refusal(by.id);
    if (refusal !== undefined) throw new Error(refusal);
    if (!this.#holds(by.id)) this.#give(by);
  }

  /** Who asks for a seat that nobody has gets it. */
  ask(by: Pick<Share, "id" | "name">): void {
    if (this.#holds(by.id) || this.#requests.some(({ share }) => share === by.id)) return;
    if (this.#holder.kind === "free") this.#give(by);
    else this.#ask([...this.#requests, { share: by.id, name: by.name, since: this.#now() }]);
  }

  withdraw(share: string): void {
    const rest = this.#requests.filter((request) => request.share !== share);
    if (rest.length < this.#requests.length) this.#ask(rest);
  }

  /** @throws Error when whoever says it does not drive, or that link does not ask. */
  grant(by: Sitter, share: string): void {
    const { name } = this.#requireRequest(by, share);
    this.#give({ id: share, name });
  }

  /** @throws Error when whoever says it does not drive, or that link does not ask. */
  refuse(by: Sitter, share: string): void {
    this.#requireRequest(by, share);
    this.withdraw(share);
  }

  /** Whoever may control drives. The person at the board frees it for everybody; a link only its own. */
  leave(by: Sitter): void {
    if (this.#holder.kind === "free") return;
    if (by === "board" || this.#holds(by.id)) this.#free();
  }

  /** The link opens nothing any more. */
  ended(share: string): void {
    this.#back(share);
    this.withdraw(share);
    if (this.#holds(share)) this.#free();
  }

  /** Whether anybody is connected with that link. Who is away for too long loses the seat, or the request for it. */
  connected(share: string, connected: boolean): void {
    if (connected) {
      this.#back(share);
      return;
    }
    if (this.#away.has(share)) return;
    if (!this.#holds(share) && !this.#requests.some((request) => request.share === share)) return;
    const back = new AbortController();
    this.#away.set(share, back);
    this.#options.clock.sleep(SEAT_AWAY_MS, { signal: back.signal }).then(
      () => this.ended(share),
      () => undefined, // it is back, or the seat is no more
    );
  }

  /** Nothing waits any more. */
  dispose(): void {
    for (const share of [...this.#away.keys()]) this.#back(share);
  }

  #holds(share: string): boolean {
    return this.#holder.kind === "share" && this.#holder.share === share;
  }

  #driver(): string {
    return this.#holder.kind === "share" ? `${this.#holder.name} drives` : "the person at the board drives";
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #back(share: string): void {
    this.#away.get(share)?.abort();
    this.#away.delete(share);
  }

  #requireRequest(by: Sitter, share: string): Request {
    if (by !== "board" && !this.#holds(by.id)) {
      throw new Error("only who drives, or the person at the board, can hand the seat on");
    }
    const request = this.#requests.find((candidate) => candidate.share === share);
    if (request === undefined) throw new Error("nobody asks with this link any more");
    return request;
  }

  #give({ id, name }: Pick<Share, "id" | "name">): void {
    this.#requests = this.#requests.filter((request) => request.share !== id);
    this.#sit({ kind: "share", share: id, name, since: this.#now() }, `${name} drives`);
  }

  /** Where anybody may drive, nobody needs to ask. */
  #free(): void {
    this.#requests = [];
    this.#sit(FREE, "nobody drives: whoever may control can");
  }

  #sit(holder: SeatSnapshot["holder"], happened: string): void {
    this.#holder = holder;
    this.#options.onChange(happened);
  }

  #ask(requests: readonly Request[]): void {
    this.#requests = requests;
    this.#options.onChange(undefined);
  }
}
