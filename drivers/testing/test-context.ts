/**
 * A driver's context for tests: it keeps what the driver logs and shows. Above: tests of drivers. Below: drivers/base.
 */

import type { Clock } from "../base/clock.ts";
import type { Devices } from "../base/devices.ts";
import type { Driver, DriverContext } from "../base/driver.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { DriverLog, Severity } from "../base/log.ts";
import type { ExportedStream } from "../base/methods.ts";
import type { DriverStorage } from "../base/storage.ts";
import { ManualClock } from "./manual-clock.ts";
import { createTestResources, createTestStorage, type TestResources } from "./test-resources.ts";

export interface TestContext extends DriverContext {
  readonly resources: TestResources;
  readonly clock: Clock;
  /** "WARNING the port …", oldest first. */
  readonly lines: readonly string[];
  /** All states merged. */
  readonly state: JsonObject;
  /** How often setState was called. */
  readonly stateChanges: number;
}

export interface TestContextOptions {
  readonly path?: readonly string[];
  readonly clock?: Clock;
  readonly devices?: Partial<Devices>;
  readonly storage?: DriverStorage;
  readonly children?: ReadonlyMap<string, Driver>;
}

export function createTestContext(options: TestContextOptions = {}): TestContext {
  const lines: string[] = [];
  let state: JsonObject = {};
  let stateChanges = 0;
  const add = (severity: Severity) => (message: string) => void lines.push(`${severity} ${message}`);
  const log: DriverLog = {
    debug: add("DEBUG"),
    info: add("INFO"),
    warning: add("WARNING"),
    error: add("ERROR"),
  };
  return {
    path: options.path ?? ["device"],
    log,
    clock: options.clock ?? new ManualClock(),
    devices: { serial: undefined, usb: undefined, ...options.devices },
    resources: createTestResources(),
    storage: options.storage ?? createTestStorage(),
    children: options.children ?? new Map(),
    setState(change) {
      stateChanges += 1;
      state = { ...state, ...change };
    },
    lines,
    get state() {
      return state;
    },
    get stateChanges() {
      return stateChanges;
    },
  };
}

/** Call an exported call, as the exporter would. */
export async function call(
  driver: Driver,
  method: string,
  ...args: readonly JsonValue[]
): Promise<JsonValue> {
  const exported = driver.methods.get(method);
  if (exported?.kind !== "call") throw new Error(`${method} is not an exported call`);
  return exported.run(args, { signal: new AbortController().signal });
}

/** Drain an exported streaming call. */
export async function drain(driver: Driver, method: string): Promise<JsonValue[]> {
  const exported = driver.methods.get(method);
  if (exported?.kind !== "streaming-call") throw new Error(`${method} is not an exported streaming call`);
  const items: JsonValue[] = [];
  for await (const item of exported.run([], { signal: new AbortController().signal })) items.push(item);
  return items;
}

/** An exported stream, for `open()`. */
export function streamOf(driver: Driver, method: string): ExportedStream {
  const exported = driver.methods.get(method);
  if (exported?.kind !== "stream") throw new Error(`${method} is not an exported stream`);
  return exported;
}
