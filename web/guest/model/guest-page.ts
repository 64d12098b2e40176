/**
 * A colleague's page: the bench as it is, what its person may do, and what becomes of it when something breaks or ends.
 * Above: start.ts builds it, views/ draw it. Below: lines.ts, watcher.ts, guest-actions.ts, log-lines.ts, own-secrets.ts.
 * Specification: docs/decisions/0010-links-roles-and-who-drives.md.
 */

import { createClient, type Transport } from "@connectrpc/connect";
import type { Clock } from "../../../drivers/base/clock.ts";
import type { RelayBoot } from "../../../proto/boot.ts";
import { ExporterService } from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { RouterService } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import { BenchService, SeatAction } from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import type { SharedBench, TransferSnapshot, TunnelState } from "../../messages.ts";
import { retryDelayMs } from "../../tunnel/backoff.ts";
import type { PageActions } from "../../ui/model.ts";
import type { SeatWish } from "../../ui/share/people-text.ts";
import type { Line } from "../transport/lines.ts";
import {
  createGuestActions,
  type GuestActionsHost,
  type GuestClients,
  type GuestVerbs,
} from "./guest-actions.ts";
import { type GuestState, GuestStore } from "./guest-state.ts";
import { type Absence, absenceOf, sentenceOf } from "./link-error.ts";
import { LogLines } from "./log-lines.ts";
import { lockedBecause, standingOf } from "./may-act.ts";
import type { OwnSecrets } from "./own-secrets.ts";
import { Watcher } from "./watcher.ts";

/** Both ways to the bench, as lines.ts makes them. */
export interface Ways {
  readonly transport: Transport;
  readonly line: Line;
  on(line: Line): Transport;
  retry(): void;
  close(reason: string): Promise<void>;
}

export interface GuestPageOptions
  extends Pick<GuestActionsHost, "copy" | "saveFile" | "recall" | "remember"> {
  /** The secret of the link. */
  readonly link: string;
  readonly own: OwnSecrets;
  readonly clock: Clock;
  readonly random: () => number;
  openWays(secret: string, onState: (state: TunnelState) => void): Ways;
  newSecret(): string;
  /** Lower-case hex SHA-256. */
  hash(secret: string): Promise<string>;
  askRelay(): Promise<RelayBoot>;
  reload(): void;
  /** This tab is not a colleague's any more when it is loaded again. */
  forgetLink(): void;
}

export type GuestPageActions = GuestVerbs &
  Pick<PageActions, "dismiss" | "reload"> & {
    /** What was pressed about who drives. */
    seat(wish: SeatWish): void;
    /** For good, as far as this page goes. `keep`: what a link for one use has become stays in this browser. */
    leave(options: { keep: boolean }): void;
  };

/** What each wish is called on the wire, and what is said when it does not come true. */
const SEAT_WISHES: Readonly<
  Record<SeatWish["action"], { readonly action: SeatAction; readonly problem: string }>
> = {
  take: { action: SeatAction.TAKE, problem: "You do not drive" },
  free: { action: SeatAction.LEAVE, problem: "You still drive" },
  ask: { action: SeatAction.ASK, problem: "Nobody was asked" },
  withdraw: { action: SeatAction.WITHDRAW, problem: "You still ask to drive" },
  grant: { action: SeatAction.GRANT, problem: "The board was not handed over" },
  refuse: { action: SeatAction.REFUSE, problem: "They could not be told" },
};

/** 2 s for a word to the bench before the line is closed: who has left waits for nothing. */
const LEAVE_WITHIN_MS = 2_000;

export class GuestPage {
  readonly #options: GuestPageOptions;
  readonly #store: GuestStore;
  readonly #log: LogLines;
  readonly actions: GuestPageActions;
  #ways: Ways;
  #watcher: Watcher;
  #clients: GuestClients;
  #logStream: AbortController | undefined;
  /** The seat is being taken: whoever wants to act waits for the same answer. */
  #taking: Promise<void> | undefined;
  #redeeming = false;
  /** Which ways are meant: those of before may still have something to say. */
  #generation = 0;
  readonly #begun: { readonly key: string; readonly name: string; readonly before: ReadonlySet<string> }[] =
    [];
  #triedLink: boolean;
  #version: string | undefined;

  constructor(options: GuestPageOptions) {
    this.#options = options;
    const own = options.own.of(options.link);
    this.#triedLink = own === undefined;
    const secret = own ?? options.link;
    this.#store = new GuestStore({
      shared: undefined,
      absent: undefined,
      tunnel: { kind: "connecting", since: options.clock.now() },
      log: [],
      notices: [],
      relay: undefined,
      secret,
      own: own === undefined ? undefined : { lasting: true },
      left: undefined,
      ownTransfers: new Map(),
      cancelled: new Set(),
    });
    this.#log = new LogLines(() => this.state.shared?.snapshot.drivers ?? []);
    this.#ways = this.#open(secret);
    this.#clients = clientsOf(this.#ways.transport);
    this.#watcher = this.#watch();
    this.actions = {
      ...createGuestActions({
        ...options,
        clients: () => this.#clients,
        drivers: () => this.state.shared?.snapshot.drivers ?? [],
        act: () => this.#act(),
        untilBack: (failures, { signal }) => this.#untilBack(failures, signal),
        notify: (tone, text) => this.#store.notify(tone, text),
        transferBegins: (transfer) => this.#transferBegins(transfer),
        transferCancelled: (id) => this.#store.set({ cancelled: new Set([...this.state.cancelled, id]) }),
        clearLog: () => {
          this.#log.clear();
          this.#store.set({ log: [] });
        },
      }),
      seat: (wish) => this.#seat(wish),
      dismiss: (id) => this.#store.dismiss(id),
      reload: options.reload,
      leave: ({ keep }) => void this.#leave(keep),
    };
  }

  /** Files of this page are on their way, and its end would be theirs. */
  get busy(): boolean {
    return this.#begun.length > 0;
  }

  get state(): GuestState {
    return this.#store.state;
  }

  subscribe(listener: () => void, options: { signal: AbortSignal }): void {
    this.#store.subscribe(listener, options);
  }

  /** The network has changed, or the computer has slept: do not wait for the next try. */
  doubtConnection(): void {
    this.#ways.retry();
    this.#watcher.retry();
  }

  async close(): Promise<void> {
    this.#watcher.stop();
    this.#logStream?.abort();
    await this.#ways.close("the page is closed");
  }

  // The bench, and the way to it.

  #open(secret: string): Ways {
    this.#generation += 1;
    const generation = this.#generation;
    return this.#options.openWays(secret, (tunnel) => {
      if (generation !== this.#generation) return;
      const before = this.state.tunnel;
      this.#store.set({ tunnel });
      if (tunnel.kind === "attached") this.#tunnelIsThere(tunnel);
      // The first dial has failed: the log takes the other way.
      else if (tunnel.kind !== "connecting" && before.kind === "connecting") this.#followLog();
    });
  }

  #tunnelIsThere({ back }: Extract<TunnelState, { kind: "attached" }>): void {
    this.#watcher.tunnelIsThere();
    // What goes on over the old way is repeated on the new one, and not shown twice.
    if (back?.resumed !== true) this.#followLog();
    if (back?.resumed === false) void this.#lookAtVersion();
  }

  #watch(): Watcher {
    const ways = this.#ways;
    return new Watcher({
      ...this.#options,
      line: () => ways.line,
      watch: (line, options) => createClient(BenchService, ways.on(line)).watch({}, options),
      onBench: (bench) => this.#see(bench),
      onAbsent: (absence, since) => this.#absent(absence, since),
    });
  }

  #see(shared: SharedBench): void {
    // Only the link itself can be made one's own.
    if (shared.you.redeem && this.state.secret === this.#options.link) {
      void this.#redeem();
      return;
    }
    const first = this.state.shared === undefined;
    this.#store.set({
      shared,
      absent: undefined,
      ownTransfers: this.#nameOwn(shared.snapshot.transfers),
      cancelled: this.#stillKnown(shared.snapshot.transfers),
    });
    if (!first) return;
    void this.#lookAtVersion();
    if (this.state.tunnel.kind !== "connecting") this.#followLog();
  }

  #absent(absence: Absence, since: number): void {
    if (absence.kind === "ended" && absence.trouble === "unknown" && !this.#triedLink) {
      // The answer to Redeem may have been lost before it was asked: the link itself knows.
      this.#triedLink = true;
      this.#exchange(this.#options.link);
      return;
    }
    // A relay that can be reached says so: it is the bench that is away.
    const reached = absence.kind === "away" && this.#ways.line === "tunnel";
    this.#store.set({ absent: { absence: reached ? { ...absence, who: "bench" } : absence, since } });
    if (absence.kind === "away") return;
    this.#store.set({ shared: undefined, log: [], ownTransfers: new Map() });
    void this.close();
  }

  /** Go on with another secret. */
  #exchange(secret: string): void {
    this.#watcher.stop();
    this.#logStream?.abort();
    void this.#ways.close("the page goes on with another secret");
    this.#store.set({ secret, tunnel: { kind: "connecting", since: this.#options.clock.now() } });
    this.#ways = this.#open(secret);
    this.#clients = clientsOf(this.#ways.transport);
    this.#watcher = this.#watch();
  }

  /** A link for one use becomes this browser's own. */
  async #redeem(): Promise<void> {
    if (this.#redeeming) return;
    this.#redeeming = true;
    const { link, own, newSecret, hash, clock, random } = this.#options;
    try {
      const secret = own.of(link) ?? newSecret();
      // Before it is told: an answer that is lost must not cost the person the bench.
      const lasting = own.keep(link, secret);
      const secretHash = await hash(secret);
      for (let failures = 0; ; failures += 1) {
        try {
          await this.#clients.bench.redeem({ secretHash });
          break;
        } catch (error) {
          const absence = absenceOf(error);
          if (absence.kind !== "away") throw error;
          this.#store.set({ absent: { absence, since: clock.now() } });
          await clock.sleep(retryDelayMs(failures, random()));
        }
      }
      this.#triedLink = true;
      this.#store.set({ own: { lasting } });
      this.#exchange(secret);
    } catch (error) {
      own.forget(link);
      this.#absent(absenceOf(error), clock.now());
    } finally {
      this.#redeeming = false;
    }
  }

  async #untilBack(failures: number, signal: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    const { live, losses } = this.#watcher;
    await clock.sleep(retryDelayMs(failures - 1, random()), { signal });
    await this.#watcher.untilLive({ signal });
    return !live || this.#watcher.losses !== losses;
  }

  async #lookAtVersion(): Promise<void> {
    const { askRelay, reload } = this.#options;
    // Nothing depends on it but the line to copy, and that is not shown then.
    const boot = await askRelay().catch(() => undefined);
    if (boot === undefined) return;
    this.#store.set({ relay: { endpoint: boot.endpoint, insecure: boot.insecure } });
    this.#version ??= boot.version;
    if (boot.version === this.#version) return;
    this.#store.notify(
      "info",
      `The relay is version ${boot.version} now. Reload the page to get the same version.`,
      {
        label: "Reload",
        run: reload,
      },
    );
  }

  // The log.

  /** Over the way that a call takes now; what was heard is not shown again. */
  #followLog(): void {
    this.#logStream?.abort();
    this.#logStream = new AbortController();
    void this.#readLog(this.#logStream.signal);
  }

  /** Never rejects. */
  async #readLog(signal: AbortSignal): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#watcher.untilLive({ signal });
        this.#log.beginAgain();
        for await (const line of this.#clients.exporter.logStream({}, { signal })) {
          failures = 1;
          if (this.#log.add(line)) this.#store.set({ log: this.#log.records });
        }
      } catch (error) {
        if (signal.aborted || absenceOf(error).kind !== "away") return;
      }
      if (signal.aborted) return;
      await this.#untilBack(failures, signal).catch(() => undefined); // aborted: seen above
    }
  }

  // Who drives.

  async #act(): Promise<void> {
    const { shared, absent } = this.state;
    if (shared === undefined || absent !== undefined)
      throw new Error("the bench is away: wait until it is back.");
    const standing = standingOf(shared);
    const locked = lockedBecause(standing);
    if (locked !== undefined) throw new Error(locked);
    if (standing.kind === "driving") return;
    this.#taking ??= this.#clients.bench
      .seat({ action: SeatAction.TAKE })
      .then(() => undefined)
      .finally(() => {
        this.#taking = undefined;
      });
    await this.#taking;
  }

  /** Never rejects. */
  async #leave(keep: boolean): Promise<void> {
    const { link, own, forgetLink } = this.#options;
    const { shared, own: redeemed } = this.state;
    const clients = this.#clients;
    forgetLink();
    if (!keep) own.forget(link);
    this.#watcher.stop();
    this.#logStream?.abort();
    const left = redeemed === undefined ? "back" : keep ? "kept" : "gone";
    this.#store.set({
      left,
      shared: undefined,
      absent: undefined,
      log: [],
      notices: [],
      ownTransfers: new Map(),
    });
    // At once, for whoever waits; where that fails, it is free soon after this page is gone.
    if (shared !== undefined && standingOf(shared).kind === "driving") {
      const timeoutMs = LEAVE_WITHIN_MS;
      await clients.bench.seat({ action: SeatAction.LEAVE }, { timeoutMs }).catch(() => undefined);
    }
    await this.close();
  }

  #seat(wish: SeatWish): void {
    const { action, problem } = SEAT_WISHES[wish.action];
    this.#clients.bench
      .seat({ action, share: "share" in wish ? wish.share : "" })
      .catch((error: unknown) => this.#store.notify("error", `${problem}: ${sentenceOf(error)}`));
  }

  // Files on their way.

  #transferBegins({
    path,
    method,
    name,
  }: {
    path: readonly string[];
    method: string;
    name: string;
  }): () => void {
    const known = this.state.shared?.snapshot.transfers ?? [];
    const begun = { key: keyOf({ path, method }), name, before: new Set(known.map(({ id }) => id)) };
    this.#begun.push(begun);
    return () => this.#begun.splice(this.#begun.indexOf(begun), 1);
  }

  #stillKnown(transfers: readonly TransferSnapshot[]): ReadonlySet<string> {
    const { cancelled } = this.state;
    return cancelled.size === 0
      ? cancelled
      : new Set(transfers.flatMap(({ id }) => (cancelled.has(id) ? [id] : [])));
  }

  /** Names of this page's files for the transfers that the exporter shows: it knows a client's only as a stream of bytes. */
  #nameOwn(transfers: readonly TransferSnapshot[]): ReadonlyMap<string, string> {
    const { ownTransfers } = this.state;
    const found = transfers.flatMap((transfer): [string, string][] => {
      const name = ownTransfers.get(transfer.id);
      if (name !== undefined) return [[transfer.id, name]];
      const begun = this.#begun.find(
        ({ key, before }) => key === keyOf(transfer) && !before.has(transfer.id),
      );
      return begun === undefined ? [] : [[transfer.id, begun.name]];
    });
    return new Map(found);
  }
}

function clientsOf(transport: Transport): GuestClients {
  return {
    exporter: createClient(ExporterService, transport),
    router: createClient(RouterService, transport),
    bench: createClient(BenchService, transport),
  };
}

function keyOf({ path, method }: Pick<TransferSnapshot, "path" | "method">): string {
  return [...path, method].join("\0");
}
