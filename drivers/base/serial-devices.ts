/**
 * Serial ports for driver instances: who asked for what, which granted port that is, and what changes when one is
 * plugged in or out. Above: drivers (through `SerialDevices`), and the page, which shows bindings and lets a person
 * choose. Below: the platform's `Serial` and the rules in assign-ports.ts.
 * Specification: https://wicg.github.io/serial/ (getPorts, connect and disconnect events).
 */

import { assignPorts, type CandidatePort } from "./assign-ports.ts";
import type {
  BindingStatus,
  RememberedPort,
  SerialBinding,
  SerialDevices,
  SerialRequest,
} from "./devices.ts";
import { driverErrorFromDom } from "./dom-error.ts";
import { DriverError } from "./error.ts";
import { usbLabel } from "./usb-names.ts";

/** What the page shows of one claim. */
export interface SerialBindingInfo {
  readonly status: BindingStatus;
  readonly label: string;
  readonly request: SerialRequest;
  /** The ids of the port it has now: what to remember, should a person confirm it. */
  readonly port: RememberedPort | undefined;
}

export interface ManagedSerialDevices extends SerialDevices, AsyncDisposable {
  /** Ask the browser again which ports are granted. Rejects with a DriverError when the page may not know. */
  refresh(): Promise<void>;
  /** A person has chosen a port for a driver instance, or (null) taken the choice back. */
  remember(path: readonly string[], port: RememberedPort | null): void;
  /** All claims, by path joined with ".". */
  readonly bindings: ReadonlyMap<string, SerialBindingInfo>;
  /** Called after each change of `bindings`. */
  onChange(listener: () => void, options: { signal: AbortSignal }): void;
}

export interface SerialDevicesOptions {
  readonly serial: Serial;
  /** Choices made by hand, by path joined with ".". */
  readonly remembered: Readonly<Record<string, RememberedPort>>;
}

/** Ports that come and go while the browser lists them make it ask again; a bench never changes that fast for long. */
const MAX_LISTING_TRIES = 5;

/** Nothing is bound before the first `refresh()`. */
export function createSerialDevices(options: SerialDevicesOptions): ManagedSerialDevices {
  return new BoundSerialDevices(options);
}

class BoundSerialDevices implements ManagedSerialDevices {
  readonly #serial: Serial;
  readonly #remembered: Map<string, RememberedPort>;
  readonly #claims = new Map<string, SerialClaim>();
  readonly #disposed = new AbortController();
  readonly #changes = new EventTarget();
  #ports: readonly SerialPort[] = [];
  /** Counts plug events, to notice one that comes while the browser makes its list. */
  #plugEvents = 0;

  constructor({ serial, remembered }: SerialDevicesOptions) {
    this.#serial = serial;
    this.#remembered = new Map(Object.entries(remembered));
    const { signal } = this.#disposed;
    serial.addEventListener("connect", (event) => this.#onPlug(event.target, true), { signal });
    serial.addEventListener("disconnect", (event) => this.#onPlug(event.target, false), { signal });
  }

  get bindings(): ReadonlyMap<string, SerialBindingInfo> {
    return new Map([...this.#claims].map(([key, claim]) => [key, claim.info]));
  }

  bind(path: readonly string[], request: SerialRequest): SerialBinding {
    const key = path.join(".");
    if (this.#claims.has(key)) throw new Error(`${key} has claimed a serial port already`);
    const claim = new SerialClaim(key, request, this.#remembered.get(key), () => {
      this.#claims.delete(key);
      this.#assign();
    });
    this.#claims.set(key, claim);
    this.#assign();
    return claim;
  }

  async refresh(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const before = this.#plugEvents;
      let ports: SerialPort[];
      try {
        ports = await this.#serial.getPorts();
      } catch (cause) {
        throw driverErrorFromDom(cause, "serial ports");
      }
      if (this.#disposed.signal.aborted) return;
      if (before !== this.#plugEvents && tries < MAX_LISTING_TRIES) continue;
      this.#ports = ports;
      this.#assign();
      return;
    }
  }

  remember(path: readonly string[], port: RememberedPort | null): void {
    const key = path.join(".");
    if (port === null) this.#remembered.delete(key);
    else this.#remembered.set(key, port);
    this.#claims.get(key)?.choose(port ?? undefined);
    this.#assign();
  }

  onChange(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#changes.addEventListener("change", listener, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    this.#ports = [];
    this.#claims.clear();
  }

  #onPlug(target: EventTarget | null, plugged: boolean): void {
    this.#plugEvents += 1;
    const port = target as SerialPort;
    const others = this.#ports.filter((known) => known !== port);
    this.#ports = plugged ? [...others, port] : others;
    this.#assign();
  }

  #assign(): void {
    const candidates: CandidatePort<SerialPort>[] = this.#ports
      // Undefined in browsers that list only what is plugged in.
      .filter((port) => port.connected !== false)
      .map((port) => ({ port, ids: rememberable(port) }));
    const assigned = assignPorts(this.#claims, candidates);
    const changed = [...this.#claims].filter(([key, claim]) => claim.assign(assigned.get(key)));
    for (const [, claim] of changed) claim.notify();
    this.#changes.dispatchEvent(new Event("change"));
  }
}

/** What can be remembered of a port: nothing else of it survives a reload. */
export function rememberable(port: SerialPort): RememberedPort {
  const { usbVendorId, usbProductId } = port.getInfo();
  return {
    ...(usbVendorId === undefined ? {} : { usbVendorId }),
    ...(usbProductId === undefined ? {} : { usbProductId }),
  };
}

class SerialClaim implements SerialBinding {
  readonly request: SerialRequest;
  readonly #key: string;
  readonly #release: () => void;
  readonly #changes = new EventTarget();
  #remembered: RememberedPort | undefined;
  #port: SerialPort | undefined;
  #givenOut = false;
  #told: BindingStatus | undefined;
  #disposed = false;

  constructor(
    key: string,
    request: SerialRequest,
    remembered: RememberedPort | undefined,
    release: () => void,
  ) {
    this.#key = key;
    this.request = request;
    this.#remembered = remembered;
    this.#release = release;
  }

  get remembered(): RememberedPort | undefined {
    return this.#remembered;
  }

  get held(): SerialPort | undefined {
    return this.#givenOut ? this.#port : undefined;
  }

  get status(): BindingStatus {
    if (this.#port !== undefined) return "present";
    return this.#wanted === undefined ? "unbound" : "missing";
  }

  get label(): string {
    return labelOf(this.#port === undefined ? this.#wanted : rememberable(this.#port));
  }

  get info(): SerialBindingInfo {
    return {
      status: this.status,
      label: this.label,
      request: this.request,
      port: this.#port === undefined ? undefined : rememberable(this.#port),
    };
  }

  port(): SerialPort {
    if (this.#disposed) throw new DriverError("other", `${this.#key} has given its serial port back`);
    if (this.#port !== undefined) {
      this.#givenOut = true;
      return this.#port;
    }
    if (this.#wanted === undefined) {
      const hint = this.request.kind === "any" ? ` (the configuration names it ${this.request.hint})` : "";
      throw new DriverError("device-not-bound", `choose a port for \`${this.#key}\` on the page${hint}`);
    }
    throw new DriverError(
      "device-missing",
      `plug in ${this.label} for \`${this.#key}\`, and allow it on the page if it is new there`,
    );
  }

  onChange(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#changes.addEventListener("change", listener, { signal });
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#port = undefined;
    this.#release();
  }

  choose(port: RememberedPort | undefined): void {
    this.#remembered = port;
    this.#givenOut = false;
  }

  /** @returns whether the port, or the status, is another one than was told last. */
  assign(port: SerialPort | undefined): boolean {
    if (port !== this.#port) this.#givenOut = false;
    const another = port !== this.#port;
    this.#port = port;
    const changed = another || this.status !== this.#told;
    this.#told = this.status;
    return changed;
  }

  notify(): void {
    this.#changes.dispatchEvent(new Event("change"));
  }

  get #wanted(): RememberedPort | undefined {
    if (this.request.kind === "any") return this.#remembered;
    return { usbVendorId: this.request.vendorId, usbProductId: this.request.productId };
  }
}

function labelOf(ids: RememberedPort | undefined): string {
  if (ids?.usbVendorId === undefined || ids.usbProductId === undefined) return "a serial port";
  return usbLabel(ids.usbVendorId, ids.usbProductId);
}
