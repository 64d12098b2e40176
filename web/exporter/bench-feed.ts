/**
 * The bench as colleagues' pages see it: its newest state, made once for all of them, without what is not their business.
 * Above: bench-service.ts (Watch). Below: the clock, and the page's own snapshot. Shape: SharedBench in web/messages.ts.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { Clock } from "../../drivers/base/clock.ts";
import {
  type BindingSnapshot,
  type DriverSnapshot,
  type ExporterSnapshot,
  MAX_PEOPLE,
  type SharedBench,
} from "../messages.ts";
import type { Principal } from "./principal.ts";

/** 100 ms: as often as the page itself looks. */
export const WATCH_INTERVAL_MS = 100;

/** As many as are shown: whoever watches is shown. */
export const MAX_WATCHERS = MAX_PEOPLE;

export interface BenchFeedOptions {
  readonly clock: Clock;
  snapshot(): ExporterSnapshot;
}

export class BenchFeed {
  readonly #options: BenchFeedOptions;
  readonly #watchers = new Set<() => void>();
  #due = false;
  /** Of all; and of what a link shows that nobody has made their own yet. */
  #json = "";
  #littleJson = "";

  constructor(options: BenchFeedOptions) {
    this.#options = options;
  }

  /** Something may have changed. Called often. */
  changed(): void {
    if (this.#due || this.#watchers.size === 0) return;
    this.#due = true;
    void this.#options.clock.sleep(WATCH_INTERVAL_MS).then(() => {
      this.#due = false;
      if (this.#watchers.size > 0) this.#look();
    });
  }

  /**
   * SharedBench as JSON: at once, and when it has changed; whoever is slow gets the newest.
   *
   * @throws ConnectError RESOURCE_EXHAUSTED when too many watch.
   */
  async *watch(
    principal: Principal,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<string, void, undefined> {
    if (this.#watchers.size >= MAX_WATCHERS) {
      throw new ConnectError(
        `${MAX_WATCHERS} pages are watching this bench: close one that nobody looks at`,
        Code.ResourceExhausted,
      );
    }
    const you = youOf(principal);
    const head = `{"you":${JSON.stringify(you)},"snapshot":`;
    let news = Promise.withResolvers<void>();
    const wake = (): void => news.resolve();
    this.#watchers.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    try {
      this.#look();
      let sent: string | undefined;
      while (!signal.aborted) {
        news = Promise.withResolvers();
        const json = you.redeem ? this.#littleJson : this.#json;
        if (json !== sent) {
          sent = json;
          yield `${head}${json}}`;
        } else await news.promise;
      }
    } finally {
      this.#watchers.delete(wake);
      signal.removeEventListener("abort", wake);
    }
  }

  #look(): void {
    const snapshot = this.#options.snapshot();
    const json = JSON.stringify(forColleagues(snapshot));
    if (json === this.#json) return;
    this.#json = json;
    this.#littleJson = JSON.stringify(forNewcomers(snapshot));
    for (const wake of this.#watchers) wake();
  }
}

function youOf(principal: Principal): SharedBench["you"] {
  if (principal.kind === "passphrase") {
    return { share: "", name: "", role: "control", expiresAt: null, redeem: false };
  }
  const { id, name, role, expiresAt } = principal.share;
  return { share: id, name, role, expiresAt, redeem: principal.standing !== "open" };
}

/** Without links, troubles with the relay, what is wrong in the configuration, what tells devices apart, and where others are. */
function forColleagues(snapshot: ExporterSnapshot): ExporterSnapshot {
  return {
    ...snapshot,
    inUseBy: snapshot.inUseBy && { ...snapshot.inUseBy, client: "another client" },
    // Whoever reads this reads it through the tunnel.
    tunnel: { kind: "attached", since: snapshot.startedAt ?? 0 },
    drivers: snapshot.drivers.map(cardForColleagues),
    problems: [],
    shares: [],
    people: snapshot.people.map((person) => ({ ...person, address: "" })),
  };
}

/** A device's name and whether it is there; its serial number, and how the configuration asks for it, are for who chooses it. */
function cardForColleagues(driver: DriverSnapshot): DriverSnapshot {
  const { binding, children } = driver;
  return {
    ...driver,
    binding: binding && deviceForColleagues(binding),
    children: children.map(cardForColleagues),
  };
}

function deviceForColleagues({ kind, status, label }: BindingSnapshot): BindingSnapshot {
  return kind === "serial"
    ? { kind, status, label, request: { kind: "any", hint: "" } }
    : { kind, status, label, request: { filters: [], hint: "" } };
}

/** The bench's name, and how it is: enough to say what the link is for. */
function forNewcomers({ phase, name, status, startedAt }: ExporterSnapshot): ExporterSnapshot {
  return {
    phase,
    name,
    failure: undefined,
    status,
    hook: undefined,
    inUseBy: undefined,
    tunnel: { kind: "attached", since: startedAt ?? 0 },
    drivers: [],
    transfers: [],
    problems: [],
    activity: { calls: 0, streams: 0, totalCalls: 0 },
    startedAt,
    shares: [],
    people: [],
    seat: { holder: { kind: "free" }, requests: [] },
  };
}
