/**
 * How much of the relay one address may have at once, so that there is something left for the others.
 * Above: port.ts, dispatch.ts and tunnel-endpoint.ts ask; relay.ts makes it. Below: limits.ts. Knows no sockets.
 */

import {
  MAX_CALLS_PER_ADDRESS,
  MAX_CLIENT_TUNNELS_PER_ADDRESS,
  MAX_CLIENT_WEBSOCKETS_PER_ADDRESS,
  MAX_CLIENTS_PER_ADDRESS,
  MAX_EXPORTERS_PER_ADDRESS,
  MAX_PAGE_REQUESTS_PER_ADDRESS,
  MAX_STREAMS_PER_ADDRESS,
  MAX_TUNNELS_PER_ADDRESS,
  MAX_UNGREETED_PER_ADDRESS,
} from "./limits.ts";

/** What an operator may set. 0: no limit for one address, only those for all together. */
export interface AddressLimitOptions {
  readonly clients?: number;
  readonly calls?: number;
  readonly exporters?: number;
}

export interface AddressLimits {
  /** Connections, whatever they speak. */
  readonly clients: AddressCount;
  /** Calls that have not been answered in full. */
  readonly calls: AddressCount;
  /** Requests for files of the page. */
  readonly pageRequests: AddressCount;
  /** HTTP/2 streams, with those whose answer the client does not take. */
  readonly streams: AddressCount;
  /** WebSockets. */
  readonly tunnels: AddressCount;
  /** WebSockets that have not said HELLO. */
  readonly ungreeted: AddressCount;
  readonly exporters: AddressCount;
  /** Tunnels of clients, with those whose page is away for a moment. */
  readonly clientTunnels: AddressCount;
  /** Their WebSockets. */
  readonly clientWebSockets: AddressCount;
  /** Those of them that have not said HELLO. */
  readonly clientsUngreeted: AddressCount;
}

export function createAddressLimits(options: AddressLimitOptions = {}): AddressLimits {
  const {
    clients = MAX_CLIENTS_PER_ADDRESS,
    calls = MAX_CALLS_PER_ADDRESS,
    exporters = MAX_EXPORTERS_PER_ADDRESS,
  } = options;
  // What follows from another limit grows with it.
  const streams = calls === 0 ? 0 : Math.max(MAX_STREAMS_PER_ADDRESS, 2 * calls);
  const tunnels = exporters === 0 ? 0 : Math.max(MAX_TUNNELS_PER_ADDRESS, 2 * exporters);
  return {
    clients: new AddressCount(clients),
    calls: new AddressCount(calls),
    pageRequests: new AddressCount(MAX_PAGE_REQUESTS_PER_ADDRESS),
    streams: new AddressCount(streams),
    tunnels: new AddressCount(tunnels),
    ungreeted: new AddressCount(exporters === 0 ? 0 : MAX_UNGREETED_PER_ADDRESS),
    exporters: new AddressCount(exporters),
    clientTunnels: new AddressCount(clients === 0 ? 0 : MAX_CLIENT_TUNNELS_PER_ADDRESS),
    clientWebSockets: new AddressCount(clients === 0 ? 0 : MAX_CLIENT_WEBSOCKETS_PER_ADDRESS),
    clientsUngreeted: new AddressCount(clients === 0 ? 0 : MAX_UNGREETED_PER_ADDRESS),
  };
}

/** Counts something for each address. It holds an entry for addresses that have some, and none for the others. */
export class AddressCount {
  /** 0: no limit. */
  readonly max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.max = max;
  }

  /**
   * One more for this address.
   *
   * @param options With `replaces`, it takes the place of one that goes now, so there may be one too many for a moment.
   * @returns the function that gives it back, or undefined when the address has all it may have.
   */
  enter(address: string, { replaces = false } = {}): (() => void) | undefined {
    const count = this.#counts.get(address) ?? 0;
    if (this.max > 0 && count >= this.max && !replaces) return undefined;
    this.#counts.set(address, count + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = (this.#counts.get(address) ?? 0) - 1;
      if (left > 0) this.#counts.set(address, left);
      else this.#counts.delete(address);
    };
  }

  /** What the address has. */
  of(address: string): number {
    return this.#counts.get(address) ?? 0;
  }

  /** How many addresses have something. */
  get addresses(): number {
    return this.#counts.size;
  }
}
