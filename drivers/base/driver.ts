/**
 * A driver: one interface to one kind of device, as a table of exported methods.
 * Above: drivers/<name>/ implement it, web/exporter/ serves it. Below: nothing; no protobuf, no tunnel, no DOM.
 * Specification: Jumpstarter's driver model (a call, a streaming call, a stream; labels; children; reset and close).
 */

import type { GenericSchema, InferOutput } from "valibot";
import type { Clock } from "./clock.ts";
import type { Devices } from "./devices.ts";
import type { Image } from "./image.ts";
import type { JsonObject } from "./json.ts";
import type { DriverLog } from "./log.ts";
import type { CallOptions, ExportedMethods } from "./methods.ts";
import type { Resources } from "./resource.ts";
import type { SerialPortLender } from "./serial-lender.ts";
import type { DriverStorage } from "./storage.ts";

/** What kind of thing a driver is; `driver_type` in log lines, and how the page draws it. */
export type DriverCategory =
  | "power"
  | "serial"
  | "network"
  | "storage"
  | "console"
  | "video"
  | "composite"
  | "debug"
  | "other";

/** A driver in the tree. Its lifecycle is not callable by clients: only `methods` is. */
export interface Driver extends AsyncDisposable {
  /** Dotted path of the Python class that drives it: label `jumpstarter.dev/client`. */
  readonly clientClass: string;
  readonly category: DriverCategory;
  /** Everything that a client may call, and nothing else. */
  readonly methods: ExportedMethods;
  /** Labels of its own, beside those of the configuration. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Children that the driver brings itself, in the order they are reported. Those of the configuration come after. */
  readonly builtInChildren?: ReadonlyMap<string, BuiltInChild>;
  /** Its port, for a parent that needs it for itself now and then. */
  readonly serialPort?: SerialPortLender;
  /** Back to the state of a fresh session. Rejects when the device did not follow. */
  reset?(): Promise<void>;
  /** Read back from the device what was flashed, and compare. For the page; clients have no such call. */
  verify?(image: Image, target: string | null, options: CallOptions): Promise<Verification>;
}

export interface Verification {
  readonly matches: boolean;
  /** One sentence: what was compared, or where it differs. */
  readonly detail: string;
}

/** A child that a driver makes for itself: a ready driver, a type from the catalogue with devices of its own, or another child again. */
export type BuiltInChild =
  | {
      readonly driver: Driver;
      readonly description?: string;
      /** Called once when the child has its place in the tree: where it may log, and show its state. */
      attached?(context: Pick<DriverContext, "path" | "log" | "setState">): void;
    }
  | {
      readonly type: string;
      readonly config: JsonObject;
      readonly devices: Devices;
      readonly description?: string;
      /** Children of its own, made before it. */
      readonly children?: ReadonlyMap<string, BuiltInChild>;
    }
  | {
      /** As `ref` in a configuration: the name of a child that the same driver brings before this one. */
      readonly ref: string;
    };

/** What a driver gets to work with. */
export interface DriverContext {
  /** Names from the root to this instance, for example `["board", "serial"]`. */
  readonly path: readonly string[];
  readonly log: DriverLog;
  readonly clock: Clock;
  readonly devices: Devices;
  /** Files that come and go with calls on this instance. */
  readonly resources: Resources;
  readonly storage: DriverStorage;
  /** Children from the configuration, proxies resolved, by name. */
  readonly children: ReadonlyMap<string, Driver>;
  /** Live state for the page (a card shows it): merged into what was set before. Small, JSON, no secrets. */
  setState(state: JsonObject): void;
}

/** What people are told of a driver before they add it. The rest (its settings) its schema says: with `v.description` and `v.examples`. */
export interface DriverAbout {
  /** What people call it; the class name when absent. */
  readonly title?: string;
  readonly category: DriverCategory;
  /** What an instance of it is named at first; by its category when absent. */
  readonly name?: string;
  /** Devices that the browser has to grant. Absent: none. */
  readonly needs?: readonly DeviceKind[];
  /** Children that it uses, by name. */
  readonly children?: readonly DriverChild[];
  /** It may hold children of any name. */
  readonly group?: boolean;
  /** Names of children that it brings itself. */
  readonly brings?: readonly string[];
}

export type DeviceKind = "serial" | "usb";

export interface DriverChild {
  readonly name: string;
  /** Which drivers do. */
  readonly types: readonly string[];
  readonly required: boolean;
}

/** One entry of the catalogue: what `type:` in an ExporterConfig names. */
export interface DriverDefinition<Schema extends GenericSchema = GenericSchema> {
  /** The Python import path that configurations use, or our own name for what Python does not have. */
  readonly type: string;
  /** One sentence for people: what it is and what it needs. */
  readonly summary: string;
  readonly about?: DriverAbout;
  /** The `config:` map. Strict schemas refuse unknown keys, as Python's plain dataclasses do. */
  readonly config: Schema;
  /**
   * Whether the configuration, good as it is for the Python driver, asks for something that no page can do. Then the instance is left out with
   * the reason, and the rest runs, while what `config` refuses keeps the exporter from starting.
   */
  impossible?(config: InferOutput<Schema>): ImpossibleConfig | undefined;
  create(context: DriverContext, config: InferOutput<Schema>): Driver | Promise<Driver>;
}

export interface ImpossibleConfig {
  /** Which key of `config:` asks for it. */
  readonly key: string;
  /** Why not, and what to do instead. */
  readonly reason: string;
}

/** Types are erased in a catalogue; `defineDriver` checks them where the driver is written. */
export function defineDriver<Schema extends GenericSchema>(
  definition: DriverDefinition<Schema>,
): DriverDefinition {
  return definition as unknown as DriverDefinition;
}
