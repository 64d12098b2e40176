/**
 * The page's lasting connection to its relay: dials, dials again when it is lost, and says how it stands. Streams of clients
 * pause while the connection is away, and go on when it is back in time.
 * Above: web/worker/, web/guest/. Below: dial.ts, backoff.ts, proto/tunnel. Specification: docs/tunnel-protocol.md, "Life".
 */

import type { Clock } from "../../drivers/base/clock.ts";
import {
  CloseCode,
  type Dialled,
  DiallingEnd,
  type ExporterIdentity,
  type RequestHead,
  Tunnel,
  type TunnelClosed,
  type TunnelStream,
} from "../../proto/tunnel/index.ts";
import type { Back, TunnelState } from "../messages.ts";
import { ASK_FIRST_AFTER_FAILURES, connectTimeoutMs, retryDelayMs } from "./backoff.ts";
import { type Announced, type CredentialsSource, CredentialsSync } from "./credentials-sync.ts";
import { Dial, type DialEnd } from "./dial.ts";

export interface RelayConnectionOptions {
  readonly url: string;
  /** Undefined: a colleague's page, which is a client with a passphrase and no exporter. */
  readonly exporter: ExporterIdentity | undefined;
  /** What opens the exporter beside its passphrase. Absent: nothing ever does. */
  readonly credentials?: CredentialsSource;
  readonly attachToken: string | undefined;
  /** What a client would present; with a subprotocol of its own. */
  readonly client?: { readonly passphrase: string; readonly subprotocol: string };
  /** Random, the same for the life of the page. */
  readonly instance: string;
  /** Counts the connections of the page, over all exporters that it has run: the relay takes lower ones for late. */
  readonly nextDial: () => number;
  /** Take the exporter over from another page that holds it. */
  readonly takeOver: boolean;
  readonly clock: Clock;
  /** Runs a function in a macrotask of its own. */
  readonly schedule: (run: () => void) => void;
  readonly random: () => number;
  createSocket(url: string, protocol: string): WebSocket;
  /** Whether anything answers at the relay's address, by a plain request. Never rejects. */
  answers(url: string, options: { signal: AbortSignal }): Promise<boolean>;
  /** A client's request. */
  onStream(stream: TunnelStream): void;
  onState(state: TunnelState): void;
  /** The connection was lost and is back. */
  onBack?(back: Back): void;
}

/** One page's lasting connection to its relay; `close` ends it for good. */
export class RelayConnection {
  readonly #options: RelayConnectionOptions;
  readonly #ended = new AbortController();
  readonly #end: DiallingEnd;
  readonly #credentials: CredentialsSync | undefined;
  readonly #running: Promise<void>;
  #retryNow = new AbortController();
  #dial: Dial | undefined;
  readonly #startedAt: number;
  /** When the connection was last known to be fine; undefined before the first one. */
  #lostSince: number | undefined;
  #failures = 0;
  /** Asked for once: a page that comes back later must not throw out who has taken over from it. */
  #takeOver: boolean;

  constructor(options: RelayConnectionOptions) {
    this.#options = options;
    this.#takeOver = options.takeOver;
    this.#startedAt = options.clock.now();
    this.#end = new DiallingEnd(() => this.#createTunnel(), options.nextDial);
    const { clock, credentials } = options;
    this.#credentials =
      credentials &&
      new CredentialsSync({
        clock,
        source: credentials,
        open: (request) => this.open(request),
        signal: this.#ended.signal,
      });
    this.#running = this.#run();
  }

  /** The network is back, or another one: do not wait for the next try, and do not trust an old connection. */
  retry(): void {
    this.#retryNow.abort();
    this.#dial?.doubt();
  }

  /**
   * A stream to the relay itself.
   *
   * @throws Error when there is no connection; a StreamReset where the tunnel takes no more.
   */
  open(request: RequestHead): TunnelStream {
    const { tunnel } = this.#end;
    if (tunnel === undefined) throw new Error("the page has no connection to its relay now");
    return tunnel.open(request);
  }

  /** Others open the exporter now: the relay is told. */
  credentialsChanged(): void {
    this.#credentials?.changed();
  }

  /** Resolves when the relay knows all credentials of now. */
  async credentialsKnown(): Promise<void> {
    await this.#credentials?.known();
  }

  /** Leave the relay. Calls in flight end with UNAVAILABLE and the reason. */
  async close(reason: string): Promise<void> {
    this.#ended.abort();
    this.#end.tunnel?.close(CloseCode.stopped, reason);
    this.#dial?.close(CloseCode.stopped, reason);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { onState } = this.#options;
    const { signal } = this.#ended;
    onState({ kind: "connecting", since: this.#startedAt });
    while (!signal.aborted) {
      const end = await this.#connectOnce();
      if (signal.aborted) break;
      const refused = this.#refusal(end);
      if (refused !== undefined) {
        this.#end.tunnel?.close(end.code, end.reason);
        onState(refused);
        return;
      }
      await this.#pause(end);
    }
    onState({ kind: "off" });
  }

  /**
   * Whether the relay's word is final. A client's passphrase is wrong to a relay that the exporter has not come back to yet: whoever knows
   * that it will stay wrong closes this.
   */
  #refusal(end: TunnelClosed): TunnelState | undefined {
    const { client } = this.#options;
    return client !== undefined && end.code === CloseCode.unauthorized ? undefined : refusal(end);
  }

  /** Ask the relay where a WebSocket would only fail, and be counted against the page by its browser. */
  async #connectOnce(): Promise<DialEnd> {
    if (this.#failures >= ASK_FIRST_AFTER_FAILURES && !(await this.#answers())) {
      return { code: CloseCode.lost, reason: "the relay does not answer", byUs: true, attached: false };
    }
    return this.#dialOnce();
  }

  async #answers(): Promise<boolean> {
    const { url, clock, answers } = this.#options;
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, this.#ended.signal, this.#retryNow.signal]);
    const waitMs = connectTimeoutMs(this.#failures, { hurried: this.#streamsWait });
    // Where there is reason to hope, the page dials without asking.
    const late = clock.sleep(waitMs, { signal }).then(
      () => false,
      () => !this.#ended.signal.aborted,
    );
    try {
      return await Promise.race([answers(url, { signal }), late]);
    } finally {
      done.abort();
    }
  }

  /** One WebSocket, from dialling to its end. */
  async #dialOnce(): Promise<DialEnd> {
    const { url, exporter, client, attachToken, instance, clock, createSocket } = this.#options;
    const announced = this.#credentials?.announce();
    const credentials = announced?.credentials ?? [];
    try {
      this.#dial = new Dial({
        url,
        subprotocol: client?.subprotocol,
        hello: {
          instance,
          ...(exporter === undefined
            ? {}
            : { exporter: { ...exporter, ...(credentials.length === 0 ? {} : { credentials }) } }),
          ...(client === undefined ? {} : { passphrase: client.passphrase }),
          ...(attachToken === undefined ? {} : { attachToken }),
          ...(this.#takeOver ? { takeOver: true } : {}),
        },
        end: this.#end,
        clock,
        connectTimeoutMs: connectTimeoutMs(this.#failures, { hurried: this.#streamsWait }),
        createSocket,
        onAttached: (dialled) => this.#attached(dialled, announced),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return {
        code: CloseCode.forbidden,
        reason: `the browser refuses ${url}: ${reason}`,
        byUs: true,
        attached: false,
      };
    }
    const end = await this.#dial.ended();
    this.#dial = undefined;
    if (end.attached) {
      this.#failures = 0;
      this.#lostSince = clock.now();
    }
    return end;
  }

  #attached({ resumed }: Dialled, announced: Announced | undefined): void {
    const { clock, onState, onBack } = this.#options;
    const now = clock.now();
    this.#takeOver = false;
    const back = this.#lostSince === undefined ? undefined : { awayMs: now - this.#lostSince, resumed };
    onState({ kind: "attached", since: now, ...(back === undefined ? {} : { back }) });
    if (back !== undefined) onBack?.(back);
    if (announced !== undefined) this.#credentials?.attached(announced, { resumed });
  }

  /** Wait for the next try; shorter while streams wait too. */
  async #pause(end: DialEnd): Promise<void> {
    const { clock, random, onState } = this.#options;
    const { reason } = end;
    const kept = this.#streamsWait;
    const waitMs = retryDelayMs(this.#failures, random(), { hurried: kept });
    this.#failures += 1;
    onState({
      kind: "waiting",
      since: this.#lostSince ?? this.#startedAt,
      retryAt: clock.now() + waitMs,
      reason: reason === "" ? unsaid(end) : reason,
      lost: this.#lostSince !== undefined,
      kept,
    });
    this.#retryNow = new AbortController();
    const signal = AbortSignal.any([this.#ended.signal, this.#retryNow.signal]);
    await clock.sleep(waitMs, { signal }).catch(() => undefined); // both mean: go on now
  }

  get #streamsWait(): boolean {
    return this.#end.tunnel !== undefined;
  }

  #createTunnel(): Tunnel {
    const { clock, schedule, onStream } = this.#options;
    return new Tunnel({ role: "page", schedule, after: (ms, run) => after(clock, ms, run), onStream });
  }
}

function after(clock: Clock, ms: number, run: () => void): () => void {
  const stop = new AbortController();
  clock.sleep(ms, { signal: stop.signal }).then(run, () => undefined); // stopped in time
  return () => stop.abort();
}

/** What an end without words means. */
function unsaid({ code, attached }: DialEnd): string {
  return attached ? `the connection to the relay broke (code ${code})` : "the relay does not answer";
}

/** Whether the relay's word is final: trying again by itself would not help. */
function refusal({ code, reason, byUs }: TunnelClosed): TunnelState | undefined {
  switch (code) {
    case CloseCode.unauthorized:
      return { kind: "refused", reason, cure: "attach-token" };
    case CloseCode.conflict:
      return { kind: "refused", reason, cure: "take-over" };
    case CloseCode.nameTaken:
      return { kind: "refused", reason, cure: "rename" };
    case CloseCode.forbidden:
      return { kind: "refused", reason, cure: "none" };
    case CloseCode.replaced:
      return { kind: "refused", reason, cure: "take-back" };
    case CloseCode.protocolError:
      return byUs ? undefined : { kind: "refused", reason, cure: "reload" };
    default:
      return undefined;
  }
}
