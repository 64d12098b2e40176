/**
 * Who is connected now, as the person at the board reads it: colleagues' pages one by one, clients such as `jmp` by their machine.
 * Above: door.ts tells of every call that begins and ends. Below: the clock. Shape: PersonSnapshot in web/messages.ts.
 *
 * `jmp shell` and each `j` in it have connections of their own, so a client is a link and an address, and stays for a moment after its
 * last call. A page is there while it watches; whatever else it calls belongs to it. It may begin to watch over gRPC-Web and go on over
 * its tunnel: that is one page still.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { MAX_PEOPLE, type PersonSnapshot } from "../messages.ts";
import type { Caller } from "./access.ts";
import { type Principal, roleOf, shareOf } from "./principal.ts";

/** 5 s: from one `j` to the next of a person who types them. */
export const CLIENT_LINGER_MS = 5000;

/** Who makes a call. */
export interface Visitor {
  readonly principal: Principal;
  readonly caller: Caller;
  /** In a protocol that browsers speak by themselves, and no `jmp` does: gRPC-Web, or Connect's own. */
  readonly web: boolean;
}

export interface PeopleOptions {
  readonly clock: Clock;
  /** The list is another one. */
  onChange(): void;
  /** Somebody is there who was not. */
  onArrived(person: PersonSnapshot): void;
  /** A link has its first running call, or has lost its last. */
  onConnected(share: string, connected: boolean): void;
}

interface Entry {
  readonly person: PersonSnapshot;
  key: string;
  /** Of a client: the connection of its first call; undefined when it had others too. */
  connection: string | undefined;
  /** Of a page: the watches that it is there by. Two while it changes its way, and either may be the one that stays. */
  readonly watches: Set<Visitor>;
  /** Of a client: its running calls. */
  running: number;
  /** Aborted when it is back. */
  leaving: AbortController | undefined;
}

export class People {
  readonly #options: PeopleOptions;
  readonly #entries = new Map<string, Entry>();
  /** Running calls of each link. */
  readonly #calls = new Map<string, number>();
  #last = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** Who came first comes first. */
  get snapshot(): readonly PersonSnapshot[] {
    return [...this.#entries.values()].map(({ person }) => person).sort((a, b) => a.since - b.since);
  }

  /** Whether this is a call of a colleague's page: one that watches, as far as it has begun to. */
  isPage(visitor: Visitor): boolean {
    return (visitor.web && visitor.principal.kind === "share") || this.#pageOf(visitor) !== undefined;
  }

  /**
   * A call has begun.
   *
   * @param options `watches`: it makes a page of who calls.
   * @returns What to do at its end.
   */
  arrive(visitor: Visitor, { watches }: { watches: boolean }): () => void {
    const share = shareOf(visitor.principal);
    if (share !== undefined) this.#count(share, 1);
    const leave = watches ? this.#watch(visitor) : this.#call(visitor);
    return () => {
      leave?.();
      if (share !== undefined) this.#count(share, -1);
    };
  }

  /** The link has ended: nobody is there with it any more. */
  ended(share: string): void {
    for (const entry of this.#entries.values()) if (entry.person.share === share) this.#remove(entry);
  }

  /** Nothing waits any more. */
  dispose(): void {
    for (const { leaving } of this.#entries.values()) leaving?.abort();
  }

  #watch(visitor: Visitor): () => void {
    const { principal, caller, web } = visitor;
    // What it asked for before it watched made a client of it.
    const before = this.#entries.get(clientKey(principal, caller));
    if (before?.connection === caller.connection) this.#remove(before);
    const key = pageKey(principal, caller);
    const known = this.#entries.get(key) ?? (web ? undefined : this.#pageOnWeb(visitor));
    const entry = known ?? this.#add(key, "page", principal, caller);
    if (entry === undefined) return () => undefined;
    if (entry.key !== key) {
      this.#entries.delete(entry.key);
      entry.key = key;
      this.#entries.set(key, entry);
    }
    entry.watches.add(visitor);
    return () => {
      entry.watches.delete(visitor);
      if (entry.watches.size === 0) this.#remove(entry);
    };
  }

  /** Undefined: the call belongs to a page, or nobody is shown any more. */
  #call(visitor: Visitor): (() => void) | undefined {
    const { principal, caller } = visitor;
    if (this.#pageOf(visitor) !== undefined) return undefined;
    const key = clientKey(principal, caller);
    const entry = this.#entries.get(key) ?? this.#add(key, "client", principal, caller);
    if (entry === undefined) return undefined;
    entry.leaving?.abort();
    entry.leaving = undefined;
    entry.running += 1;
    if (entry.connection !== caller.connection) entry.connection = undefined;
    return () => this.#leave(entry);
  }

  #pageOf(visitor: Visitor): Entry | undefined {
    const own = this.#entries.get(pageKey(visitor.principal, visitor.caller));
    if (own !== undefined || !visitor.web) return own;
    // Over HTTP/1.1 a browser has a connection for each call.
    return this.#find(visitor, ({ person }) => person.via === "page");
  }

  #pageOnWeb(visitor: Visitor): Entry | undefined {
    return this.#find(visitor, ({ watches }) => [...watches].some(({ web }) => web));
  }

  /** Of the same link, and the same machine as far as addresses tell. */
  #find({ principal, caller }: Visitor, which: (entry: Entry) => boolean): Entry | undefined {
    const share = shareOf(principal);
    return [...this.#entries.values()].find(
      (entry) => entry.person.share === share && entry.person.address === caller.address && which(entry),
    );
  }

  /** Undefined: there are too many, and this one is not shown. */
  #add(
    key: string,
    via: PersonSnapshot["via"],
    principal: Principal,
    { address, connection }: Caller,
  ): Entry | undefined {
    if (this.#entries.size >= MAX_PEOPLE) return undefined;
    this.#last += 1;
    const person: PersonSnapshot = {
      id: String(this.#last),
      share: shareOf(principal),
      name: principal.kind === "share" ? principal.share.name : undefined,
      role: roleOf(principal),
      via,
      address,
      since: this.#options.clock.now(),
    };
    const entry: Entry = { person, key, connection, watches: new Set(), running: 0, leaving: undefined };
    this.#entries.set(key, entry);
    this.#options.onArrived(person);
    this.#options.onChange();
    return entry;
  }

  #leave(entry: Entry): void {
    entry.running -= 1;
    if (entry.running > 0 || this.#entries.get(entry.key) !== entry) return;
    const leaving = new AbortController();
    entry.leaving = leaving;
    this.#options.clock.sleep(CLIENT_LINGER_MS, { signal: leaving.signal }).then(
      () => this.#remove(entry),
      () => undefined, // it is back, or gone already
    );
  }

  #remove(entry: Entry): void {
    entry.leaving?.abort();
    if (this.#entries.get(entry.key) !== entry) return;
    this.#entries.delete(entry.key);
    this.#options.onChange();
  }

  #count(share: string, by: 1 | -1): void {
    const before = this.#calls.get(share) ?? 0;
    const after = before + by;
    if (after === 0) this.#calls.delete(share);
    else this.#calls.set(share, after);
    if (before === 0) this.#options.onConnected(share, true);
    else if (after === 0) this.#options.onConnected(share, false);
  }
}

function pageKey(principal: Principal, { connection }: Caller): string {
  return `page ${shareOf(principal)} ${connection}`;
}

function clientKey(principal: Principal, { address }: Caller): string {
  return `client ${shareOf(principal)} ${address}`;
}
