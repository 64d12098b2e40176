/**
 * Exclusive access: while one client has a shell open, others hear that the board is in use, by whom and for how long.
 * Above: services.ts and serve-grpc-stream.ts ask it before anything else. Below: the clock, proto/client-header.ts.
 * Specification: ours; the refusal is FAILED_PRECONDITION, which Python clients show as one clean line.
 *
 * `jmp shell` holds the board by its LogStream, which it always opens, and which `j` never does. So a second shell from the holder's own
 * address is told apart and refused, at its GetStatus, the second thing that it asks. A plain `j` from there is not: it is what runs
 * inside the holder's shell. One client may have several connections (a name with two addresses makes two), so those that asked for the
 * status before the log are the holder's too.
 */

import type { Clock } from "../../drivers/base/clock.ts";

/** 5 s: a client whose log stream broke opens it again within two; so long the board stays its own. */
export const HOLD_GRACE_MS = 5000;

/** 64 connections that asked for the status while nobody held the board; of more, the first are forgotten. */
export const MAX_GREETED = 64;

/** 128 connections of the client that holds, which has one or two: those that were quiet the longest are of a network that came and went. */
export const MAX_MEMBERS = 128;

/** Who is calling, as the relay says it. */
export interface Caller {
  /** "" when the relay does not tell. */
  readonly address: string;
  readonly connection: string;
}

/** @param header Value of CLIENT_HEADER. */
export function callerOf(header: string | null | undefined): Caller {
  const [address = "", connection = ""] = (header ?? "").split(" ");
  return { address, connection };
}

interface Hold {
  readonly party: string;
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Connections of the client that holds. */
  readonly members: Set<string>;
  /** The one that its log stream came over; more than one such stream may be open there. */
  connection: string;
  streams: number;
}

export interface AccessOptions {
  readonly access: "shared" | "exclusive";
  readonly clock: Clock;
  onChange(): void;
}

export class Access {
  readonly #options: AccessOptions;
  readonly #greeted = new Map<string, string>();
  #hold: Hold | undefined;
  #freeing = new AbortController();

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  get exclusive(): boolean {
    return this.#options.access === "exclusive";
  }

  /** Who holds the board, and since when (milliseconds since 1970). */
  get holder(): { readonly client: string; readonly since: number } | undefined {
    return this.#hold && { client: shown(this.#hold.address), since: this.#hold.since };
  }

  /** Why this caller may not do what is neither GetStatus nor LogStream, as a sentence; undefined: it may. */
  refusal({ address }: Caller): string | undefined {
    const hold = this.#hold;
    return hold === undefined || hold.party === partyOf(address) ? undefined : this.#inUse(hold, address);
  }

  /**
   * GetStatus: where a second shell is found out.
   *
   * @returns `asStatus`: the caller got a report, so it waits for a status now, and shows the sentence of one cleanly; of an error it would
   * show all that Python knows about it. That is so on the holder's own machine, and where a caller was let in just before
   * somebody else's log stream came.
   */
  statusRefusal(caller: Caller): { readonly sentence: string; readonly asStatus: boolean } | undefined {
    if (!this.exclusive) return undefined;
    const hold = this.#hold;
    const party = partyOf(caller.address);
    if (hold === undefined || (hold.party === party && hold.streams === 0)) {
      this.#greet(caller);
      return undefined;
    }
    if (hold.party === party && hold.members.has(caller.connection)) {
      join(hold, caller.connection);
      return undefined;
    }
    const asStatus = hold.party === party || this.#greeted.has(caller.connection);
    return { sentence: this.#inUse(hold, caller.address), asStatus };
  }

  /**
   * LogStream: whoever opens one first holds the board, until HOLD_GRACE_MS after it has ended.
   *
   * @returns The sentence of a refusal, or the function that ends the hold.
   */
  hold(caller: Caller): string | (() => void) {
    if (!this.exclusive) return () => undefined;
    const party = partyOf(caller.address);
    const hold = this.#hold;
    if (hold === undefined) return this.#take(caller, party);
    if (hold.party === party && (hold.streams === 0 || hold.connection === caller.connection)) {
      return this.#keep(hold, caller);
    }
    // Two came at once, from one address: this is not one of the holder's connections after all.
    hold.members.delete(caller.connection);
    return this.#inUse(hold, caller.address);
  }

  /** Nobody holds the board any more, and nothing waits. */
  dispose(): void {
    this.#freeing.abort();
    this.#hold = undefined;
  }

  #take(caller: Caller, party: string): () => void {
    const { clock, onChange } = this.#options;
    const hold: Hold = {
      party,
      address: caller.address,
      since: clock.now(),
      members: new Set(),
      connection: caller.connection,
      streams: 0,
    };
    this.#hold = hold;
    onChange();
    return this.#keep(hold, caller);
  }

  #keep(hold: Hold, { connection }: Caller): () => void {
    this.#freeing.abort();
    hold.streams += 1;
    hold.connection = connection;
    for (const [greeted, party] of this.#greeted) if (party === hold.party) join(hold, greeted);
    join(hold, connection);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      hold.streams -= 1;
      if (hold.streams === 0 && this.#hold === hold) this.#freeSoon(hold);
    };
  }

  #freeSoon(hold: Hold): void {
    const freeing = new AbortController();
    this.#freeing = freeing;
    this.#options.clock.sleep(HOLD_GRACE_MS, { signal: freeing.signal }).then(
      () => {
        if (this.#hold !== hold) return;
        this.#hold = undefined;
        // Whoever comes now is greeted anew; who was refused meanwhile waits for nothing.
        this.#greeted.clear();
        this.#options.onChange();
      },
      () => undefined, // it is held again, or nobody cares any more
    );
  }

  #greet({ address, connection }: Caller): void {
    this.#greeted.delete(connection);
    this.#greeted.set(connection, partyOf(address));
    if (this.#greeted.size > MAX_GREETED) forgetOldest(this.#greeted);
  }

  #inUse(hold: Hold, address: string): string {
    const time = duration(this.#options.clock.now() - hold.since);
    return hold.party === partyOf(address)
      ? `in use by ${shown(hold.address)} for ${time}: another shell is open on this machine, leave that one first`
      : `in use by ${shown(hold.address)} for ${time}: ask there to leave the shell, or come back later`;
  }
}

/** As the one that was heard of last. */
function join({ members }: Hold, connection: string): void {
  members.delete(connection);
  members.add(connection);
  if (members.size > MAX_MEMBERS) forgetOldest(members);
}

/** Maps and sets keep the order in which things came. */
function forgetOldest(collection: Map<string, unknown> | Set<string>): void {
  const [oldest] = collection.keys();
  if (oldest !== undefined) collection.delete(oldest);
}

function shown(address: string): string {
  return address === "" ? "a client that the relay does not name" : address;
}

/** One machine, as far as addresses tell. `localhost` is two of them, and a client may use both at once. */
function partyOf(address: string): string {
  return address.startsWith("127.") || address === "0:0:0:0::/64" ? "loopback" : address;
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
