/**
 * What the log says of devices that come and go, whether anybody uses them or not.
 * Above: exporter-host.ts asks after each change. Below: BindingInfo of drivers/base/bound-devices.ts.
 */

import type { BindingInfo } from "../../drivers/base/bound-devices.ts";

type Bindings = ReadonlyMap<string, BindingInfo<unknown>>;

export class DeviceLog {
  /** What each driver had when it was looked at last: its device's name, or nothing. */
  #had: ReadonlyMap<string, string | undefined> = new Map();

  /** The lines for what has changed since the last look. A driver that is new says itself what it lacks. */
  changes(bindings: Bindings): readonly string[] {
    const has = new Map(
      [...bindings].map(([path, { status, label }]) => [path, status === "present" ? label : undefined]),
    );
    const lines = [...has].flatMap(([path, label]) => {
      if (!this.#had.has(path)) return [];
      const before = this.#had.get(path);
      if (before === undefined && label !== undefined) return [`${path} has its device: ${label}`];
      if (before !== undefined && label === undefined) return [`${path} has lost its device: ${before}`];
      return [];
    });
    this.#had = has;
    return lines;
  }
}
