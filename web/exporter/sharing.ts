/**
 * All that makes a bench shared: its links, who is there with them, who drives, and what they are shown.
 * Above: exporter.ts owns it; services.ts, serve.ts and web/worker/ ask it. Below: shares.ts, seat.ts, people.ts, door.ts, bench-feed.ts.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { Clock } from "../../drivers/base/clock.ts";
import type { Credential } from "../../proto/credentials.ts";
import type { ExporterSnapshot, PersonSnapshot, SeatSnapshot, Share } from "../messages.ts";
import { BenchFeed } from "./bench-feed.ts";
import { Door, type Guest } from "./door.ts";
import { Listeners } from "./listener.ts";
import type { LogRing } from "./log-ring.ts";
import { People } from "./people.ts";
import { type Principal, spent } from "./principal.ts";
import { Seat, type Sitter } from "./seat.ts";
import { endedSentence, type NewShare, Shares, spentSentence } from "./shares.ts";
import { within } from "./within.ts";

/** 5 s: for the relay to hear of the secret that a browser has made; it takes a round trip. */
export const TELL_RELAY_MS = 5000;

/** 10 min: who reloads a page, or runs one command after the other, has not come anew. */
export const GREET_AGAIN_MS = 600_000;

export interface SharingOptions {
  /** Links as they were kept, newest first. */
  readonly shares: readonly Share[];
  readonly clock: Clock;
  readonly log: LogRing;
  /** A new secret: letters and digits, not to be guessed. */
  newSecret(): string;
  /** What the page shows of the exporter. */
  snapshot(): ExporterSnapshot;
  /** Something that the page shows has changed. */
  onChange(): void;
  /** There are other links now, or others of them open something: to be kept, and told to the relay. */
  onShares(shares: readonly Share[]): void;
  /** Resolves when the relay knows all credentials of now. */
  relayKnows(): Promise<void>;
}

export class Sharing {
  readonly door: Door;
  readonly seat: Seat;
  readonly feed: BenchFeed;
  readonly listeners = new Listeners();
  readonly #shares: Shares;
  readonly #people: People;
  readonly #options: SharingOptions;
  /** Where and when (milliseconds since 1970) each link that is open was last seen to be used. */
  readonly #greeted = new Map<string, { readonly address: string; readonly at: number }>();

  constructor(options: SharingOptions) {
    const { clock, onChange, onShares } = options;
    this.#options = options;
    this.feed = new BenchFeed(options);
    this.seat = new Seat({
      clock,
      onChange: (happened) => {
        if (happened !== undefined) this.#say(happened);
        onChange();
      },
    });
    this.#people = new People({
      clock,
      onChange,
      onArrived: (person) => this.#greet(person),
      onConnected: (share, connected) => this.seat.connected(share, connected),
    });
    this.#shares = new Shares({
      ...options,
      onChange: () => {
        onShares(this.#shares.list);
        onChange();
      },
      onEnded: (share) => this.#ended(share),
    });
    this.door = new Door({ shares: this.#shares, seat: this.seat, people: this.#people });
  }

  get shares(): readonly Share[] {
    return this.#shares.list;
  }

  get people(): readonly PersonSnapshot[] {
    return this.#people.snapshot;
  }

  get seatSnapshot(): SeatSnapshot {
    return this.seat.snapshot;
  }

  /** For the relay. */
  get credentials(): readonly Credential[] {
    return this.#shares.credentials;
  }

  /** @throws Error with a sentence when something about it cannot be. */
  async create(request: NewShare): Promise<Share> {
    const share = await this.#shares.create(request);
    const use = share.oneTime ? ", for one use" : "";
    this.#sayHere(`a link was made for ${share.name}: ${share.role}${use}, ${lifetime(request.lifetimeMs)}`);
    return share;
  }

  /** What runs by it ends at once. One that has ended already only stays, or goes out of the list. */
  revoke(id: string, { forget = false }: { forget?: boolean } = {}): void {
    if (forget) this.#shares.forget(id);
    else this.#shares.revoke(id);
  }

  /**
   * A link for one use becomes the secret that a browser has made; the relay knows that secret then.
   *
   * @throws ConnectError with a sentence when it cannot be.
   */
  async redeem(guest: Guest, hash: string): Promise<void> {
    const { principal } = guest;
    if (principal.kind === "passphrase") {
      throw new ConnectError("this is the passphrase of the bench, and no link", Code.FailedPrecondition);
    }
    const { share, standing } = principal;
    try {
      this.#shares.redeem({ share: this.#now(share), spent: this.#isSpent(principal) }, hash);
    } catch (error) {
      if (error instanceof RangeError) throw new ConnectError(error.message, Code.InvalidArgument);
      if (this.#isSpent(principal)) throw spent();
      throw new ConnectError(error instanceof Error ? error.message : String(error), Code.FailedPrecondition);
    }
    if (standing === "unopened") {
      this.#sayHere(`${share.name} has opened the link for one use${at(guest.caller.address)}`);
      this.door.putOutUnopened(share.id, spentSentence(), { but: guest });
    }
    const { clock, relayKnows } = this.#options;
    await within(clock, TELL_RELAY_MS, relayKnows()).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      const text = `the relay has not heard of this browser's secret (${reason}): try again`;
      throw new ConnectError(text, Code.Unavailable);
    });
  }

  /** Whether what somebody came with still opens the bench. */
  isOpen(principal: Principal): boolean {
    if (principal.kind === "passphrase") return true;
    const found = this.#shares.find(principal.share.id);
    return found !== undefined && found.share.ended === undefined;
  }

  /** Who acts on the seat: with the bench's own passphrase, the person at the board. */
  sitter(principal: Principal): Sitter {
    return principal.kind === "passphrase" ? "board" : principal.share;
  }

  /** Nothing waits any more. */
  dispose(): void {
    this.#shares.dispose();
    this.#people.dispose();
    this.seat.dispose();
  }

  /** As it is now: it may have been opened since the call came. */
  #now(share: Share): Share {
    return this.#shares.find(share.id)?.share ?? share;
  }

  #isSpent(principal: Extract<Principal, { kind: "share" }>): boolean {
    if (principal.standing === "spent") return true;
    return principal.standing === "unopened" && this.#now(principal.share).spentHash !== undefined;
  }

  #ended(share: Share): void {
    const { name, ended } = share;
    this.#sayHere(
      ended?.why === "expired" ? `the link for ${name} has run out` : `the link for ${name} was revoked`,
    );
    this.door.putOut(share.id, endedSentence(share));
    this.#people.ended(share.id);
    this.#greeted.delete(share.id);
    this.seat.ended(share.id);
  }

  #greet({ share, name, via, address }: PersonSnapshot): void {
    if (share === undefined) return;
    const now = this.#options.clock.now();
    const before = this.#greeted.get(share);
    this.#greeted.set(share, { address, at: now });
    if (before?.address === address && now - before.at < GREET_AGAIN_MS) return;
    const how = via === "page" ? "in a browser" : "with a client";
    this.#sayHere(`${name} is there ${how}${at(address)}`);
  }

  #say(message: string): void {
    this.#options.log.append({ severity: "INFO", source: "system", message });
  }

  /** Links, and where people are, are nobody's business but the person's at the board. */
  #sayHere(message: string): void {
    this.#options.log.append({ severity: "INFO", source: "system", message, hereOnly: true });
  }
}

function at(address: string): string {
  return address === "" ? "" : `, at ${address}`;
}

function lifetime(ms: number | null): string {
  if (ms === null) return "until it is revoked";
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `for ${Math.max(1, minutes)} min`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `for ${hours} h` : `for ${Math.round(hours / 24)} days`;
}
