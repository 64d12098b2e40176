/**
 * Devices of one kind for driver instances: who asked for what, which granted device that is, and what changes when one is plugged in or out.
 * Above: serial-devices.ts and usb-devices.ts, which say what is special about their kind. Below: assignment.ts, told-apart.ts.
 * Each platform interface for devices has the same three parts: a list of what is granted, and the events connect and disconnect.
 */

import type { Assignment, Claim } from "./assignment.ts";
import type { BindingStatus, DevicePlace, RememberedPort, TwinAnswer, TwinState } from "./devices.ts";
import { driverErrorFromDom } from "./dom-error.ts";
import { DriverError } from "./error.ts";
import { ToldApart } from "./told-apart.ts";

/** What is special about one kind of devices. */
export interface DeviceKind<Device, Request, Binding> {
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
  /** False for one that is listed though it is not plugged in. */
  isPlugged(device: Device): boolean;
  /** Equal for devices that nothing but their place in the list tells apart. */
  identity(device: Device): string;
  /** The identity that the claim insists on; undefined when it would take others too. */
  wantedIdentity(claim: Claim<Device, Request>): string | undefined;
  /** Whether a person can tell it from its twins, by unplugging it. */
  canBeUnplugged(device: Device): boolean;
  /** What a choice remembers of it. */
  rememberable(device: Device): RememberedPort;
  /** For people: the device that the claim has, or what it wants. */
  label(claim: Claim<Device, Request>, device: Device | undefined): string;
  /** The sentence for a claim of which nobody has said which device it is. */
  undecided(key: string, request: Request): string;
  /** What the driver instance gets. */
  binding(claim: DeviceClaim<Device, Request>): Binding;
}

/** What the page shows of one claim, of any kind. */
export interface BindingInfo<Request> {
  readonly status: BindingStatus;
  readonly label: string;
  readonly request: Request;
  /** What to remember of the device it has now: with its place, where only that tells it from others. */
  readonly present: RememberedPort | undefined;
  /** Undefined: there is nothing like it. */
  readonly twin: TwinState | undefined;
}

/** What the page does with devices of any kind. */
export interface ManagedDevices<Info> extends AsyncDisposable {
  /** Ask the browser again which devices are granted. Rejects with a DriverError when the page may not know. */
  refresh(): Promise<void>;
  /** A person has chosen a device for a driver instance, or (null) taken the choice back. */
  remember(path: readonly string[], device: RememberedPort | null): void;
  /** A person tells identical devices apart. Nothing happens where there is no such claim, or it has no twin. */
  tellApart(path: readonly string[], answer: TwinAnswer): void;
  /** All claims, by path joined with ".". */
  readonly bindings: ReadonlyMap<string, Info>;
  /** Called after each change of `bindings`. */
  onChange(listener: () => void, options: { signal: AbortSignal }): void;
}

/** Devices that come and go while the browser lists them make it ask again; a bench never changes that fast for long. */
export const MAX_LISTING_TRIES = 5;

/** Nothing is bound before the first `refresh()`. */
export class BoundDevices<Device, Request, Binding> implements ManagedDevices<BindingInfo<Request>> {
  readonly #kind: DeviceKind<Device, Request, Binding>;
  readonly #remembered: Map<string, RememberedPort>;
  readonly #claims = new Map<string, DeviceClaim<Device, Request>>();
  readonly #disposed = new AbortController();
  readonly #changes = new EventTarget();
  readonly #told = new ToldApart<Device>();
  /** Places that were remembered, until the browser's next list says which devices these are. */
  readonly #places = new Map<string, RememberedPort & { readonly place: DevicePlace }>();
  #devices: readonly Device[] = [];
  /** What was plugged in before the last change: a device that leaves already says that it has left. */
  #seen: ReadonlySet<Device> = new Set();
  /** Counts plug events, to notice one that comes while the browser makes its list. */
  #plugEvents = 0;

  /** `remembered`: choices made by hand, by path joined with ".". */
  constructor(
    kind: DeviceKind<Device, Request, Binding>,
    remembered: Readonly<Record<string, RememberedPort>>,
  ) {
    this.#kind = kind;
    this.#remembered = new Map(Object.entries(remembered));
    for (const [key, device] of this.#remembered) this.#keepPlace(key, device);
    kind.listen((device, plugged) => this.#onPlug(device, plugged), { signal: this.#disposed.signal });
  }

  get bindings(): ReadonlyMap<string, BindingInfo<Request>> {
    return new Map(
      [...this.#claims].map(([key, claim]) => {
        const { status, label, request, present } = claim;
        const twin = this.#twinState(key, claim);
        return [key, { status, label, request, twin, present: present && this.#describe(key, present) }];
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
      this.#take(devices);
      this.#assign();
      return;
    }
  }

  remember(path: readonly string[], device: RememberedPort | null): void {
    const key = path.join(".");
    this.#told.forget(key);
    this.#places.delete(key);
    if (device === null) this.#remembered.delete(key);
    else this.#remembered.set(key, device);
    if (device !== null) this.#keepPlace(key, device);
    this.#claims.get(key)?.choose(device ?? undefined);
    this.#assign();
  }

  tellApart(path: readonly string[], answer: TwinAnswer): void {
    const key = path.join(".");
    const claim = this.#claims.get(key);
    if (claim === undefined || this.#twinState(key, claim) === undefined) return;
    const device = claim.present;
    if (answer === "cancel") this.#told.cancel();
    else if (answer === "ask" && device !== undefined) this.#told.ask(key, this.#kind.identity(device));
    else if (answer === "right" && device !== undefined) this.#told.settle(key, device);
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
    this.#noteChange(plugged ? [...others, device] : others);
    this.#assign();
  }

  /** The browser's list: what has come and gone unheard, and the order of devices that nothing else tells apart. */
  #take(devices: readonly Device[]): void {
    this.#noteChange(devices);
    for (const [key, { place, ...ids }] of this.#places) {
      const twins = this.#plugged.filter((device) => isSame(this.#kind.rememberable(device), ids));
      const device = twins[place.index];
      if (twins.length === place.of && device !== undefined) this.#told.settle(key, device);
    }
    // They say nothing of any later list.
    this.#places.clear();
  }

  #noteChange(devices: readonly Device[]): void {
    const before = this.#seen;
    this.#devices = devices;
    const now = new Set(this.#plugged);
    this.#seen = now;
    for (const device of before) {
      if (!now.has(device)) this.#told.unplugged(device, this.#kind.identity(device));
    }
    for (const device of now) {
      if (!before.has(device)) this.#told.plugged(device, this.#kind.identity(device));
    }
  }

  get #plugged(): readonly Device[] {
    return this.#devices.filter((device) => this.#kind.isPlugged(device));
  }

  #keepPlace(key: string, { place, ...device }: RememberedPort): void {
    if (place !== undefined) this.#places.set(key, { ...device, place });
  }

  /** What was told first; the rest by the rules of its kind. */
  #assign(): void {
    const plugged = this.#plugged;
    this.#tellByElimination();
    const own = new Map<string, Device>();
    const open = new Map<string, DeviceClaim<Device, Request>>();
    for (const [key, claim] of this.#claims) {
      const device = this.#ownOf(key, claim);
      if (device !== undefined) own.set(key, device);
      else if (!this.#told.isMissing(key)) open.set(key, claim);
    }
    const taken = new Set(own.values());
    const free = plugged.filter((device) => !taken.has(device));
    const { devices, undecided } = this.#kind.assign(open, free);
    const changed = [...this.#claims].filter(([key, claim]) =>
      claim.assign(own.get(key) ?? devices.get(key), undecided.has(key)),
    );
    for (const [, claim] of changed) claim.notify();
    this.#changes.dispatchEvent(new Event("change"));
  }

  /** The device that was said to be of the claim, as long as it is one that the claim wants. */
  #ownOf(key: string, claim: DeviceClaim<Device, Request>): Device | undefined {
    const device = this.#told.deviceOf(key);
    if (device === undefined) return undefined;
    const wanted = this.#kind.wantedIdentity(claim);
    return wanted === undefined || wanted === this.#kind.identity(device) ? device : undefined;
  }

  /** Where all but one are told, the last one is. */
  #tellByElimination(): void {
    const groups = Map.groupBy(this.#plugged, (device) => this.#kind.identity(device));
    for (const [identity, devices] of groups) {
      const wanting = this.#wanting(identity);
      if (!wanting.some((key) => this.#told.deviceOf(key) !== undefined)) continue;
      const [key, anotherKey] = wanting.filter(
        (key) => this.#told.deviceOf(key) === undefined && !this.#told.isMissing(key),
      );
      const [device, anotherDevice] = devices.filter((device) => !this.#told.has(device));
      if (key === undefined || device === undefined) continue;
      if (anotherKey === undefined && anotherDevice === undefined) this.#told.settle(key, device);
    }
  }

  /** Keys of the claims that insist on such a device. */
  #wanting(identity: string): readonly string[] {
    return [...this.#claims]
      .filter(([, claim]) => this.#kind.wantedIdentity(claim) === identity)
      .map(([key]) => key);
  }

  #twinState(key: string, claim: DeviceClaim<Device, Request>): TwinState | undefined {
    const { question } = this.#told;
    if (question?.key === key) return question.step;
    const device = claim.present;
    if (device === undefined || !this.#kind.canBeUnplugged(device)) return undefined;
    const identity = this.#kind.identity(device);
    if (this.#twinsOf(device).length < 2 && this.#wanting(identity).length < 2) return undefined;
    return this.#told.deviceOf(key) === device ? "told" : "guess";
  }

  /** Itself among them, in the browser's order. */
  #twinsOf(device: Device): readonly Device[] {
    const identity = this.#kind.identity(device);
    return this.#plugged.filter((other) => this.#kind.identity(other) === identity);
  }

  #describe(key: string, device: Device): RememberedPort {
    const port = this.#kind.rememberable(device);
    const twins = this.#twinsOf(device);
    if (twins.length < 2 || this.#told.deviceOf(key) !== device) return port;
    return { ...port, place: { index: twins.indexOf(device), of: twins.length } };
  }
}

function isSame(a: RememberedPort, b: RememberedPort): boolean {
  return (
    a.usbVendorId === b.usbVendorId &&
    a.usbProductId === b.usbProductId &&
    a.usbSerialNumber === b.usbSerialNumber
  );
}

interface ClaimOwner<Device, Request> {
  readonly kind: Pick<DeviceKind<Device, Request, unknown>, "name" | "label" | "undecided">;
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
