/**
 * The links to a bench: made, opened, run out, taken back, forgotten; those that have ended stay, so that who comes with one is told.
 * Above: sharing.ts. Below: the clock, sha256-hex.ts. Shapes: Share in web/messages.ts, Credential in proto/credentials.ts.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md. Which secrets exist is told to the relay as hashes; what they allow is not.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { Credential } from "../../proto/credentials.ts";
import { MAX_SHARES, type Role, type Share } from "../messages.ts";
import { sha256Hex } from "./sha256-hex.ts";

/** 64 characters: a name is read in lists and in sentences. */
export const MAX_SHARE_NAME_CHARACTERS = 64;

/** 1 year: whoever means longer means "until it is taken back". */
export const MAX_LIFETIME_MS = 366 * 24 * 60 * 60 * 1000;

/**
 * 60 s: timers stand still while a machine sleeps, so the calendar is looked at now and then. What runs by a link may outlast it by so
 * long after a sleep; what begins never does, since each use looks too.
 */
export const EXPIRY_LOOK_MS = 60_000;

/** 12 letters and digits are 71 bits: no two links of a bench have the same. */
const ID_CHARACTERS = 12;

/**
 * After the id of a link for one use: the secret of the browser that has opened it. The link's own secret keeps the id, so that a relay
 * that has not heard yet shows nobody in with it.
 */
const OWN = "-own";

const HASH = /^[0-9a-f]{64}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** What a person says of a link before it is made. */
export interface NewShare {
  readonly name: string;
  readonly role: Role;
  /** Null: until it is taken back. */
  readonly lifetimeMs: number | null;
  readonly oneTime: boolean;
}

/** The link that a credential belongs to. `spent`: it is the secret of the link itself, after somebody has opened it. */
export interface FoundShare {
  readonly share: Share;
  readonly spent: boolean;
}

export interface SharesOptions {
  /** As they were kept, newest first. */
  readonly shares: readonly Share[];
  readonly clock: Clock;
  /** A new secret: letters and digits, not to be guessed. */
  newSecret(): string;
  /** The list is another one now. */
  onChange(): void;
  /** It opens nothing any more. */
  onEnded(share: Share): void;
}

export class Shares {
  readonly #options: SharesOptions;
  #list: readonly Share[];
  #looking = new AbortController();

  constructor(options: SharesOptions) {
    this.#options = options;
    this.#list = options.shares.slice(0, MAX_SHARES);
    this.#lookSoon();
  }

  /** Newest first; also some that have ended. */
  get list(): readonly Share[] {
    return this.#list;
  }

  /** What opens the exporter, and what is answered with a sentence: for the relay. */
  get credentials(): readonly Credential[] {
    return this.#list.flatMap(({ id, hash, spentHash }) =>
      spentHash === undefined
        ? [{ id, hash }]
        : [
            { id, hash: spentHash },
            { id: `${id}${OWN}`, hash },
          ],
    );
  }

  /** By the id of a credential. Its time is up to date. */
  find(credential: string): FoundShare | undefined {
    this.#expire();
    const own = credential.endsWith(OWN);
    const id = own ? credential.slice(0, -OWN.length) : credential;
    const share = this.#list.find((candidate) => candidate.id === id);
    if (share === undefined || (own && share.spentHash === undefined)) return undefined;
    return { share, spent: !own && share.spentHash !== undefined };
  }

  /** @throws Error with a sentence when something about it cannot be. */
  async create({ name, role, lifetimeMs, oneTime }: NewShare): Promise<Share> {
    const checkedName = checkName(name);
    checkLifetime(lifetimeMs);
    const { clock, newSecret } = this.#options;
    const secret = newSecret();
    const hash = await sha256Hex(secret);
    const now = clock.now();
    const share: Share = {
      id: newSecret().slice(0, ID_CHARACTERS),
      name: checkedName,
      role,
      createdAt: now,
      expiresAt: lifetimeMs === null ? null : now + lifetimeMs,
      oneTime,
      secret,
      hash,
      spentHash: undefined,
      ended: undefined,
    };
    this.#expire();
    // Room is made at the last moment: two that are made at once both count.
    this.#change([share, ...this.#withRoom()]);
    return share;
  }

  /**
   * A link for one use becomes the secret with this hash, which only its maker knows. To do that again with the same hash is no error:
   * an answer may have been lost.
   *
   * @throws Error with a sentence when the link was opened before, or is for many.
   */
  redeem({ share, spent }: FoundShare, hash: string): Share {
    if (!HASH.test(hash)) throw new RangeError("a secret's hash has 64 hex digits, in lower case");
    if (spent && share.hash === hash) return share;
    if (spent) throw new Error(spentSentence());
    if (!share.oneTime) throw new Error("this link is not for one use: it works as it is, again and again");
    if (share.spentHash !== undefined) throw new Error("this browser has made the link its own already");
    if (this.#list.some((other) => other.hash === hash || other.spentHash === hash)) {
      throw new Error("another link has this secret: make a new one");
    }
    const redeemed: Share = { ...share, secret: undefined, hash, spentHash: share.hash };
    this.#replace(redeemed);
    return redeemed;
  }

  /** It opens nothing any more. One that has ended stays as it is. */
  revoke(id: string): Share {
    const share = this.#require(id);
    return share.ended === undefined ? this.#end(share, "revoked") : share;
  }

  /** Take it out of the list; who comes with it hears that it is not known. One that is open is revoked first. */
  forget(id: string): Share {
    const share = this.revoke(id);
    this.#change(this.#list.filter((other) => other.id !== id));
    return share;
  }

  /** Nothing is looked at any more. */
  dispose(): void {
    this.#looking.abort();
  }

  #require(id: string): Share {
    const share = this.#list.find((candidate) => candidate.id === id);
    if (share === undefined) throw new Error("this link is not in the list any more");
    return share;
  }

  #withRoom(): readonly Share[] {
    if (this.#list.length < MAX_SHARES) return this.#list;
    const oldestEnded = this.#list.findLast(({ ended }) => ended !== undefined);
    if (oldestEnded === undefined)
      throw new Error(`${MAX_SHARES} links are open: revoke one that nobody needs`);
    return this.#list.filter((share) => share !== oldestEnded);
  }

  #end(share: Share, why: "revoked" | "expired"): Share {
    const { clock, onEnded } = this.#options;
    const ended: Share = { ...share, secret: undefined, ended: { at: clock.now(), why } };
    this.#replace(ended);
    onEnded(ended);
    return ended;
  }

  #expire(): void {
    const now = this.#options.clock.now();
    for (const share of this.#list) {
      if (share.ended === undefined && share.expiresAt !== null && share.expiresAt <= now) {
        this.#end(share, "expired");
      }
    }
  }

  #replace(share: Share): void {
    this.#change(this.#list.map((other) => (other.id === share.id ? share : other)));
  }

  #change(list: readonly Share[]): void {
    this.#list = list;
    this.#lookSoon();
    this.#options.onChange();
  }

  /** Sleep until the next one runs out, but never longer than clocks can be trusted. */
  #lookSoon(): void {
    this.#looking.abort();
    const looking = new AbortController();
    this.#looking = looking;
    const times = this.#list.flatMap(({ ended, expiresAt }) =>
      ended === undefined && expiresAt !== null ? [expiresAt] : [],
    );
    if (times.length === 0) return;
    const { clock } = this.#options;
    const waitMs = Math.max(0, Math.min(EXPIRY_LOOK_MS, Math.min(...times) - clock.now()));
    clock.sleep(waitMs, { signal: looking.signal }).then(
      () => {
        this.#expire();
        // Where one has run out, the list has changed, and somebody else looks by now.
        if (this.#looking === looking) this.#lookSoon();
      },
      () => undefined, // the list has changed, or nobody cares any more
    );
  }
}

/** What who comes with a link that was opened already is told. */
export function spentSentence(): string {
  return "this link was for one use, and has been opened already: ask the person at the board for another";
}

/** What became of a link that has ended, for who comes with it. Without the word that makes Python clients ask for a login. */
export function endedSentence({ name, ended }: Share): string {
  return ended?.why === "expired"
    ? `the time of this link (${name}) has run out: ask the person at the board for a new one`
    : `this link (${name}) was taken back: ask the person at the board for a new one`;
}

function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw new Error("a link needs a name: who is it for?");
  if (CONTROL_CHARACTER.test(trimmed))
    throw new Error("the name of a link has one line, and no control characters");
  const length = [...trimmed].length;
  if (length > MAX_SHARE_NAME_CHARACTERS) {
    throw new Error(
      `the name of a link has ${MAX_SHARE_NAME_CHARACTERS} characters at most, this one has ${length}`,
    );
  }
  return trimmed;
}

function checkLifetime(lifetimeMs: number | null): void {
  if (lifetimeMs === null) return;
  if (!(lifetimeMs > 0)) throw new Error("a link needs time to be used: give it a lifetime above zero");
  if (lifetimeMs > MAX_LIFETIME_MS) {
    throw new Error("a link lives for a year at most, or until you stop it: choose one of these");
  }
}
