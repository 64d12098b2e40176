/**
 * Identical devices that the person has told apart, over a reload of this tab: by their places in the browser's list.
 * Above: page.ts, bench-runner.ts. Below: tab-memory.ts. The bench itself keeps no places: another day they mean something else.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { DriverSnapshot } from "../messages.ts";
import type { SavedBench } from "../store/saved-bench.ts";
import type { MovedDriver } from "../ui/model.ts";
import { followMoves } from "./follow-moves.ts";
import type { TabMemory } from "./tab-memory.ts";

type Devices = Readonly<Record<string, RememberedPort>>;

export class ToldPlaces {
  readonly #tab: Pick<TabMemory, "get" | "set">;

  constructor(tab: Pick<TabMemory, "get" | "set">) {
    this.#tab = tab;
  }

  /** As the exporter of the bench has them now. */
  keep(bench: string, drivers: readonly DriverSnapshot[]): void {
    this.set(bench, Object.fromEntries(toldIn(drivers)));
  }

  set(bench: string, devices: Devices): void {
    const placed = Object.entries(devices).filter(([, { place }]) => place !== undefined);
    const text =
      placed.length === 0 ? undefined : JSON.stringify({ bench, devices: Object.fromEntries(placed) });
    if (text !== this.#tab.get("places")) this.#tab.set("places", text);
  }

  /** The person has chosen this one for a driver that does not run yet. */
  tell(bench: string, path: string, device: RememberedPort): void {
    this.set(bench, { ...this.#read(bench), [path]: device });
  }

  /** Its drivers have other paths from now on. */
  follow(bench: string, moved: readonly MovedDriver[]): void {
    const kept = this.#read(bench);
    if (Object.keys(kept).length > 0) this.set(bench, followMoves(kept, moved));
  }

  /** Something was plugged in or out while no exporter was there to see whose it is. */
  forget(): void {
    this.#tab.set("places", undefined);
  }

  /** The bench's devices, with the places of those that were told apart in this tab. */
  devicesOf({ id, bindings }: Pick<SavedBench, "id" | "bindings">): Devices {
    const kept = this.#read(id);
    const fitting = Object.entries(kept).filter(([path, device]) => {
      const chosen = bindings[path];
      return chosen === undefined || hasSameIds(chosen, device);
    });
    return { ...bindings, ...Object.fromEntries(fitting) };
  }

  #read(id: string): Devices {
    const text = this.#tab.get("places");
    if (text === undefined) return {};
    const kept = JSON.parse(text) as { readonly bench: string; readonly devices: Devices };
    return kept.bench === id ? kept.devices : {};
  }
}

/** A device as a bench keeps it. */
export function withoutPlace({ place, ...device }: RememberedPort): RememberedPort {
  return device;
}

function* toldIn(drivers: readonly DriverSnapshot[]): Generator<[string, RememberedPort]> {
  for (const { path, binding, refOf, children } of drivers) {
    if (binding?.told !== undefined && refOf === undefined) yield [path.join("."), binding.told];
    yield* toldIn(children);
  }
}

function hasSameIds(a: RememberedPort, b: RememberedPort): boolean {
  return a.usbVendorId === b.usbVendorId && a.usbProductId === b.usbProductId;
}
