/**
 * Devices of one kind for driver instances: who asked for what, which granted device that is, and what changes when one is plugged in or out.
 * Above: serial-devices.ts and usb-devices.ts, which say what is special about their kind. Below: assignment.ts.
 * Each platform interface for devices has the same three parts: a list of what is granted, and the events connect and disconnect.
 */

import type { Assignment, Claim } from "./assignment.ts";
import type { BindingStatus, RememberedPort } from "./devices.ts";
import { driverErrorFromDom } from "./dom-error.ts";
import { DriverError } from "./error.ts";

/** What is special about one kind of devices. */
export interface DeviceKind<Device, Request, Binding, Info> {
  /** For people: "serial port". */
  readonly name: string;
  /** What is granted, as the browser says it now. */
  list(): Promise<readonly Device[]>;
  listen(onPlug: (device: Device, plugged: boolean) => void, options: { signal: AbortSignal }): void;
  /** Who gets which device: a pure rule. `claims` are in the order they were made, `devices` in the browser's. */
  assign(
    claims: ReadonlyMap<string, Claim<Device, Request>>,
    devices: readonly Device[],
  ): Assignment<string, Device>;
  /** For people: the device that the claim has, or what it wants. */
  label(claim: Claim<Device, Request>, device: Device | undefined): string;
  /** The sentence for a claim of which nobody has said which device it is. */
  undecided(key: string, request: Request): string;
  /** What the driver instance gets. */
  binding(claim: DeviceClaim<Device, Request>): Binding;
  /** What the page shows of it. */
  info(shown: BindingInfo<Request>, device: Device | undefined): Info;
}

/** What the page shows of one claim, of any kind. */
export interface BindingInfo<Request> {
  readonly status: BindingStatus;
  readonly label: string;
  readonly request: Request;
}

/** What the page does with devices of any kind. */
export interface ManagedDevices<Info> extends AsyncDisposable {
  /** Ask the browser again which devices are granted. Rejects with a DriverError when the page may not know. */
  refresh(): Promise<void>;
  /** A person has chosen a device for a driver instance, or (null) taken the choice back. */
  remember(path: readonly string[], device: RememberedPort | null): void;
  /** All claims, by path joined with ".". */
  readonly bindings: ReadonlyMap<string, Info>;
  /** Called after each change of `bindings`. */
  onChange(listener: () => void, options: { signal: AbortSignal }): void;
}

/** Devices that come and go while the browser lists them make it ask again; a bench never changes that fast for long. */
export const MAX_LISTING_TRIES = 5;

/** Nothing is bound before the first `refresh()`. */
export class BoundDevices<Device, Request, Binding, Info> implements ManagedDevices<Info> {
  readonly #kind: DeviceKind<Device, Request, Binding, Info>;
  readonly #remembered: Map<string, RememberedPort>;
  readonly #claims = new Map<string, DeviceClaim<Device, Request>>();
  readonly #disposed = new AbortController();
  readonly #changes = new EventTarget();
  #devices: readonly Device[] = [];
  /** Counts plug events, to notice one that comes while the browser makes its list. */
  #plugEvents = 0;

  /** `remembered`: choices made by hand, by path joined with ".". */
  constructor(
    kind: DeviceKind<Device, Request, Binding, Info>,
    remembered: Readonly<Record<string, RememberedPort>>,
  ) {
    this.#kind = kind;
    this.#remembered = new Map(Object.entries(remembered));
    kind.listen((device, plugged) => this.#onPlug(device, plugged), { signal: this.#disposed.signal });
  }

  get bindings(): ReadonlyMap<string, Info> {
    return new Map(
      [...this.#claims].map(([key, claim]) => {
        const { status, label, request, present } = claim;
        return [key, this.#kind.info({ status, label, request }, present)];
      }),
    );
  }

  bind(path: readonly string[], request: Request): Binding {
    const key = path.join(".");
    if (this.#claims.has(key)) throw new Error(`${key} has claimed a ${this.#kind.name} already`);
    const claim = new DeviceClaim(key, request, this.#remembered.get(key), {
      kind: this.#kind,
      release: () => {
        this.#claims.delete(key);
        this.#assign();
      },
      expectingChanged: () => this.#assign(),
    });
    this.#claims.set(key, claim);
    this.#assign();
    return this.#kind.binding(claim);
  }

  async refresh(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const before = this.#plugEvents;
      let devices: readonly Device[];
      try {
        devices = await this.#kind.list();
      } catch (cause) {
        throw driverErrorFromDom(cause, `${this.#kind.name}s`);
      }
      if (this.#disposed.signal.aborted) return;
      if (before !== this.#plugEvents && tries < MAX_LISTING_TRIES) continue;
      this.#devices = devices;
      this.#assign();
      return;
    }
  }

  remember(path: readonly string[], device: RememberedPort | null): void {
    const key = path.join(".");
    if (device === null) this.#remembered.delete(key);
    else this.#remembered.set(key, device);
    this.#claims.get(key)?.choose(device ?? undefined);
    this.#assign();
  }

  onChange(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#changes.addEventListener("change", listener, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    this.#devices = [];
    for (const claim of [...this.#claims.values()]) claim[Symbol.dispose]();
  }

  #onPlug(device: Device, plugged: boolean): void {
    this.#plugEvents += 1;
    const others = this.#devices.filter((known) => known !== device);
    this.#devices = plugged ? [...others, device] : others;
    this.#assign();
  }

  #assign(): void {
    const { devices, undecided } = this.#kind.assign(this.#claims, this.#devices);
    const changed = [...this.#claims].filter(([key, claim]) =>
      claim.assign(devices.get(key), undecided.has(key)),
    );
    for (const [, claim] of changed) claim.notify();
    this.#changes.dispatchEvent(new Event("change"));
  }
}

interface ClaimOwner<Device, Request> {
  readonly kind: Pick<DeviceKind<Device, Request, unknown, unknown>, "name" | "label" | "undecided">;
  release(): void;
  expectingChanged(): void;
}

/** One driver instance's claim: devices.ts says what a binding promises. */
export class DeviceClaim<Device, Request> implements Claim<Device, Request>, Disposable {
  readonly request: Request;
  readonly #key: string;
  readonly #owner: ClaimOwner<Device, Request>;
  readonly #changes = new EventTarget();
  #remembered: RememberedPort | undefined;
  #device: Device | undefined;
  /** Nobody has said which device it is. */
  #undecided = false;
  #givenOut = false;
  #waiting = 0;
  #told: BindingStatus | undefined;
  #disposed = false;

  constructor(
    key: string,
    request: Request,
    remembered: RememberedPort | undefined,
    owner: ClaimOwner<Device, Request>,
  ) {
    this.#key = key;
    this.request = request;
    this.#remembered = remembered;
    this.#owner = owner;
  }

  get remembered(): RememberedPort | undefined {
    return this.#remembered;
  }

  get held(): Device | undefined {
    return this.#givenOut ? this.#device : undefined;
  }

  get expecting(): boolean {
    return this.#waiting > 0;
  }

  /** The device, also before it is given out. */
  get present(): Device | undefined {
    return this.#device;
  }

  get status(): BindingStatus {
    if (this.#device !== undefined) return "present";
    return this.#undecided ? "unbound" : "missing";
  }

  get label(): string {
    return this.#owner.kind.label(this, this.#device);
  }

  device(): Device {
    const { kind } = this.#owner;
    if (this.#disposed) throw new DriverError("other", `${this.#key} has given its ${kind.name} back`);
    if (this.#device !== undefined) {
      this.#givenOut = true;
      return this.#device;
    }
    if (this.#undecided) {
      throw new DriverError("device-not-bound", kind.undecided(this.#key, this.request));
    }
    throw new DriverError(
      "device-missing",
      `plug in ${this.label} for \`${this.#key}\`, and allow it on the page if it is new there`,
    );
  }

  async arrived({ signal }: { readonly signal: AbortSignal }): Promise<Device> {
    signal.throwIfAborted();
    this.#waiting += 1;
    this.#owner.expectingChanged();
    try {
      while (this.#device === undefined && !this.#disposed) await this.#changed(signal);
      return this.device();
    } finally {
      this.#waiting -= 1;
      if (!this.#disposed) this.#owner.expectingChanged();
    }
  }

  onChange(listener: () => void, { signal }: { signal: AbortSignal }): void {
    this.#changes.addEventListener("change", listener, { signal });
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#device = undefined;
    this.#owner.release();
    // Whoever waits for a device hears that there will be none.
    this.notify();
  }

  choose(device: RememberedPort | undefined): void {
    this.#remembered = device;
    this.#givenOut = false;
  }

  /** @returns whether the device, or the status, is another one than was told last. */
  assign(device: Device | undefined, undecided: boolean): boolean {
    const another = device !== this.#device;
    if (another) this.#givenOut = false;
    this.#device = device;
    this.#undecided = undecided;
    const changed = another || this.status !== this.#told;
    this.#told = this.status;
    return changed;
  }

  notify(): void {
    this.#changes.dispatchEvent(new Event("change"));
  }

  async #changed(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        this.onChange(resolve, { signal: over.signal });
        signal.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
      });
    } finally {
      over.abort();
    }
  }
}
