/**
 * Which exporters are attached, who may attach, and which one a passphrase, or another credential, opens. Knows no sockets.
 * Above: tunnel-endpoint.ts attaches, gateway.ts finds. Below: the tunnel, as an interface.
 */

import type { Credential } from "../proto/credentials.ts";
import {
  CloseCode,
  type ExporterIdentity,
  type RequestHead,
  type TunnelStream,
} from "../proto/tunnel/index.ts";
import {
  EXPECTED_BACK_MS,
  MAX_DEPARTED,
  MAX_DEPARTED_CREDENTIALS,
  MAX_EXPORTERS,
  MAX_NAME_IN_REASON,
} from "./limits.ts";
import { hashHeaderValue, sameSecret } from "./secret.ts";

/** In place of a hash, for an exporter whose clients need no passphrase. */
const NO_PASSPHRASE = "";

/** The part of a tunnel that this file and the gateway use. */
export interface ExporterTunnel {
  open(request: RequestHead, options?: { end?: boolean }): TunnelStream;
  close(code: number, reason: string): void;
  /** Tell the page that no more calls come; those that run go on. */
  goAway(code: number, text: string): void;
  /** Since when the page's connection is lost, while it may still come back to this tunnel; undefined while it is there. */
  readonly awaySince: number | undefined;
}

export interface AttachedExporter {
  /** Its short name in logs, from this attach to its end. */
  readonly id: string;
  readonly identity: ExporterIdentity;
  /** The page load that it is. */
  readonly instance: string;
  /** It asks to take the place of another page that holds this exporter. */
  readonly takeOver: boolean;
  /** Where its page dials from: a network address. */
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly attachedAt: number;
  readonly tunnel: ExporterTunnel;
}

/** Why an exporter may not attach: a close code of the tunnel and a sentence. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
}

/** What a presented passphrase leads to. */
export type Found =
  | {
      readonly kind: "exporter";
      readonly exporter: AttachedExporter;
      /** The id of what was presented in place of the exporter's passphrase. */
      readonly credential?: string;
    }
  /** Nobody is there at all, or not the one that this passphrase opens. `expectedBack`: it is worth a short wait. */
  | { readonly kind: "away"; readonly departed: Departed | undefined; readonly expectedBack: boolean }
  | { readonly kind: "unauthenticated" };

export interface Departed {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Nobody stopped it: the page was reloaded, closed or lost, and may be on its way back. */
  readonly unfinished: boolean;
  /** Its page has only lost its connection, and what runs there waits for it: `at` is since when. */
  readonly kept?: true;
}

/** What a hash opens. */
interface Opened {
  readonly hash: string;
  readonly exporter: AttachedExporter;
  /** Absent: it is that of the exporter's passphrase. */
  readonly credential?: string;
}

/** An exporter that has left, with the hashes of its credentials. */
interface Gone {
  readonly departed: Departed;
  readonly credentials: readonly string[];
}

export interface ExportersOptions {
  /** `--unsafe-no-auth`: one exporter, open to everybody. */
  readonly noAuth: boolean;
  /** The exporter that the relay was started with, when it has a passphrase of its own. */
  readonly bench?: { readonly id: string; readonly passphraseHash: string | undefined };
  /** Only the bench's exporter is expected (`run`): a passphrase that is not its own is wrong, even while it is away. */
  readonly benchOnly?: boolean;
  readonly now?: () => number;
}

export class Exporters {
  readonly #options: ExportersOptions;
  readonly #byUuid = new Map<string, AttachedExporter>();
  /** What each attached exporter has beside its passphrase. */
  readonly #credentials = new Map<AttachedExporter, readonly Credential[]>();
  /** What each hash opens. Made anew of the two above with every change of them. */
  readonly #byHash = new Map<string, Opened>();
  /** By the hash of their passphrase. */
  readonly #departed = new Map<string, Gone>();
  /** Hashes of their credentials, and those of their passphrases. */
  readonly #departedCredentials = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor(options: ExportersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byUuid.size;
  }

  isAttached(uuid: string): boolean {
    return this.#byUuid.has(uuid);
  }

  /** Called after every attach and detach, until the returned function is. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why this exporter may not attach; undefined when it may. */
  refusal(candidate: AttachedExporter): Refusal | undefined {
    const { noAuth, bench } = this.#options;
    const { uuid, passphraseHash } = candidate.identity;
    if (!noAuth && passphraseHash === undefined) {
      return {
        code: CloseCode.forbidden,
        reason: "clients of this relay need a passphrase and the page set none: reload the page",
      };
    }
    if (
      !noAuth &&
      bench?.passphraseHash !== undefined &&
      uuid === bench.id &&
      passphraseHash !== bench.passphraseHash
    ) {
      return {
        code: CloseCode.forbidden,
        reason: "--passphrase has set another passphrase: open the address that the relay printed",
      };
    }
    for (const other of this.#conflicts(candidate)) {
      const refusal = this.#conflictWith(other, candidate);
      if (refusal !== undefined) return refusal;
    }
    if (this.#byUuid.size >= MAX_EXPORTERS && !this.#byUuid.has(uuid)) {
      return {
        code: CloseCode.limit,
        reason: `${MAX_EXPORTERS} exporters are attached: stop one, or start another relay`,
      };
    }
    return undefined;
  }

  /** Let an exporter in that `refusal()` has nothing against. A page's own older tunnel makes room for its newer one. */
  attach(candidate: AttachedExporter): void {
    for (const other of this.#conflicts(candidate)) {
      this.#remove(other);
      const reason = whyReplaced(other, candidate);
      other.tunnel.close(CloseCode.replaced, reason);
    }
    const { uuid, passphraseHash, credentials = [] } = candidate.identity;
    this.#byUuid.set(uuid, candidate);
    this.#forgetDeparted(passphraseHash ?? NO_PASSPHRASE);
    this.replaceCredentials(candidate, credentials);
  }

  /**
   * What opens an attached exporter beside its passphrase, in the place of what did before. Does nothing for one that was replaced.
   * A hash that is another exporter's leads there as before: a passphrase comes before a credential, and the first of two
   * credentials before the second.
   */
  replaceCredentials(exporter: AttachedExporter, credentials: readonly Credential[]): void {
    if (this.#byUuid.get(exporter.identity.uuid) !== exporter) return;
    // Without passphrases there is nothing for them to be beside.
    this.#credentials.set(exporter, this.#options.noAuth ? [] : credentials);
    this.#changed();
  }

  /**
   * The tunnel of an attached exporter is over. Does nothing for one that was replaced.
   *
   * @param options With `unfinished`, nobody stopped the exporter: clients may wait a little for its page.
   */
  detach(exporter: AttachedExporter, { unfinished }: { unfinished: boolean }): void {
    if (this.#byUuid.get(exporter.identity.uuid) !== exporter) return;
    const { passphraseHash = NO_PASSPHRASE, name } = exporter.identity;
    const hashes = (this.#credentials.get(exporter) ?? []).map(({ hash }) => hash);
    this.#remove(exporter);
    this.#rememberDeparted(passphraseHash, hashes, { name, at: this.#now(), unfinished });
    this.#changed();
  }

  /** An attached exporter's `awaySince` has changed. */
  moved(): void {
    this.#tell();
  }

  /** @param presented The value of the passphrase header as it came, if it did. */
  find(presented: string | undefined): Found {
    if (this.#options.noAuth) {
      const [exporter] = this.#byUuid.values();
      return exporter === undefined ? this.#away(this.#departedBy(NO_PASSPHRASE)) : this.#there(exporter);
    }
    const hash = presented === undefined ? undefined : hashHeaderValue(presented);
    const opened = hash === undefined ? undefined : this.#byHash.get(hash);
    if (hash !== undefined && opened !== undefined && sameSecret(opened.hash, hash)) {
      return this.#there(opened.exporter, opened.credential);
    }
    const departed = hash === undefined ? undefined : this.#departedBy(hash);
    const benchHash = this.#options.bench?.passphraseHash;
    const isBench = benchHash !== undefined && hash !== undefined && sameSecret(benchHash, hash);
    if (departed !== undefined || isBench) return this.#away(departed);
    // With nobody attached there is nothing to compare with, but for the bench when nobody else is expected.
    if (this.#byUuid.size === 0 && !(this.#options.benchOnly === true && benchHash !== undefined)) {
      return this.#away(undefined);
    }
    return { kind: "unauthenticated" };
  }

  /** Attached: with its page, or waiting for it. */
  #there(exporter: AttachedExporter, credential?: string): Found {
    const { awaySince } = exporter.tunnel;
    if (awaySince === undefined) {
      return { kind: "exporter", exporter, ...(credential !== undefined && { credential }) };
    }
    const departed = { name: exporter.identity.name, at: awaySince, unfinished: true, kept: true } as const;
    return { kind: "away", departed, expectedBack: true };
  }

  #away(departed: Departed | undefined): Found {
    const expectedBack = departed?.unfinished === true && this.#now() - departed.at < EXPECTED_BACK_MS;
    return { kind: "away", departed, expectedBack };
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** Why the two cannot be attached together; undefined when the candidate takes the other's place. */
  #conflictWith(other: AttachedExporter, candidate: AttachedExporter): Refusal | undefined {
    if (other.instance === candidate.instance) return undefined;
    const { uuid, name, passphraseHash } = candidate.identity;
    if (other.identity.uuid === uuid) {
      // A uuid is no secret, every client reads it in the report: who takes over has to know the passphrase as well.
      const knowsPassphrase = other.identity.passphraseHash === passphraseHash;
      // A page that is away holds nobody up: the one that comes now may be its own reload.
      if (knowsPassphrase && (candidate.takeOver || other.tunnel.awaySince !== undefined)) return undefined;
      return { code: CloseCode.conflict, reason: holderSentence(other, candidate) };
    }
    if (this.#options.noAuth) {
      if (candidate.takeOver) return undefined;
      const reason = `with --unsafe-no-auth a relay serves one exporter: stop ${shorten(other.identity.name)} first`;
      return { code: CloseCode.conflict, reason };
    }
    const reason =
      other.identity.name === name
        ? `another exporter is named ${shorten(name)}: change metadata.name of one of them`
        : `exporter ${shorten(other.identity.name)} has the same passphrase: give this one another`;
    return { code: CloseCode.nameTaken, reason };
  }

  #remove(exporter: AttachedExporter): void {
    this.#byUuid.delete(exporter.identity.uuid);
    this.#credentials.delete(exporter);
  }

  #changed(): void {
    this.#byHash.clear();
    for (const exporter of this.#byUuid.values()) {
      const { passphraseHash: hash } = exporter.identity;
      if (hash !== undefined) this.#byHash.set(hash, { hash, exporter });
    }
    const { bench } = this.#options;
    for (const [exporter, credentials] of this.#credentials) {
      for (const { id, hash } of credentials) {
        // The bench's passphrase is its own also while its page is away.
        const isBench = hash === bench?.passphraseHash && exporter.identity.uuid !== bench.id;
        if (!isBench && !this.#byHash.has(hash)) this.#byHash.set(hash, { hash, exporter, credential: id });
      }
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #departedBy(hash: string): Departed | undefined {
    return this.#departed.get(this.#departedCredentials.get(hash) ?? hash)?.departed;
  }

  #rememberDeparted(passphraseHash: string, credentials: readonly string[], departed: Departed): void {
    this.#forgetDeparted(passphraseHash);
    this.#departed.set(passphraseHash, { departed, credentials });
    const [oldest] = this.#departed.keys();
    if (this.#departed.size > MAX_DEPARTED && oldest !== undefined) this.#forgetDeparted(oldest);
    for (const hash of credentials) {
      if (this.#departed.has(hash)) continue;
      this.#departedCredentials.delete(hash);
      this.#departedCredentials.set(hash, passphraseHash);
      const [first] = this.#departedCredentials.keys();
      if (this.#departedCredentials.size > MAX_DEPARTED_CREDENTIALS && first !== undefined) {
        this.#departedCredentials.delete(first);
      }
    }
  }

  #forgetDeparted(passphraseHash: string): void {
    for (const hash of this.#departed.get(passphraseHash)?.credentials ?? []) {
      if (this.#departedCredentials.get(hash) === passphraseHash) this.#departedCredentials.delete(hash);
    }
    this.#departed.delete(passphraseHash);
  }

  #conflicts({ identity }: AttachedExporter): AttachedExporter[] {
    return [...this.#byUuid.values()].filter(
      (other) =>
        this.#options.noAuth ||
        other.identity.uuid === identity.uuid ||
        other.identity.name === identity.name ||
        (identity.passphraseHash !== undefined && other.identity.passphraseHash === identity.passphraseHash),
    );
  }
}

/** What the replaced page, and clients in flight on it, are told. */
function whyReplaced(other: AttachedExporter, candidate: AttachedExporter): string {
  if (other.instance === candidate.instance)
    return "the page has begun anew: what was running on it has ended";
  return other.tunnel.awaySince === undefined
    ? "another page has taken over: this one is detached"
    : "the page was reloaded, or opened elsewhere: what was running on it has ended";
}

/** Who holds an exporter, for the page that is refused. */
function holderSentence(holder: AttachedExporter, candidate: AttachedExporter): string {
  const where = holder.from === candidate.from ? "in another tab or browser" : `at ${holder.from}`;
  const since = new Date(holder.attachedAt).toISOString().slice(11, 16);
  return `exporter ${shorten(holder.identity.name)} is open ${where} since ${since} UTC: close it there`;
}

/** A name that leaves room for its sentence. */
function shorten(name: string): string {
  const characters = [...name];
  const cut =
    characters.length > MAX_NAME_IN_REASON
      ? `${characters.slice(0, MAX_NAME_IN_REASON - 1).join("")}…`
      : name;
  return `"${cut}"`;
}
