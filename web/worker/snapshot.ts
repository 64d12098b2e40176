/**
 * What the page shows of a running exporter, from the exporter's own objects.
 * Above: exporter-host.ts. Below: web/exporter. Shapes: web/messages.ts.
 */

import type { BindingInfo } from "../../drivers/base/bound-devices.ts";
import type { SerialBindingInfo } from "../../drivers/base/serial-devices.ts";
import type { UsbBindingInfo } from "../../drivers/base/usb-devices.ts";
import {
  type DriverInstance,
  type LogLine,
  pathText,
  type RunningHook,
  type TreeEntry,
} from "../exporter/index.ts";
import type { BindingSnapshot, DriverSnapshot, HookSnapshot, LogRecord } from "../messages.ts";

/** By path joined with "."; undefined where the browser lacks the kind. */
export interface Bindings {
  readonly serial: ReadonlyMap<string, SerialBindingInfo> | undefined;
  readonly usb: ReadonlyMap<string, UsbBindingInfo> | undefined;
}

export function driverSnapshots(root: DriverInstance, bindings: Bindings): DriverSnapshot[] {
  return root.children.map((entry) => entrySnapshot(entry, bindings));
}

function entrySnapshot(entry: TreeEntry, bindings: Bindings): DriverSnapshot {
  const instance = entry.kind === "alias" ? entry.target : entry;
  const methods = [...instance.driver.methods];
  const named = (kind: "call" | "streaming-call" | "stream"): string[] =>
    methods.filter(([, method]) => method.kind === kind).map(([name]) => name);
  return {
    path: entry.path,
    name: entry.name,
    uuid: instance.uuid,
    type: instance.type,
    clientClass: instance.driver.clientClass,
    category: instance.driver.category,
    description: instance.description,
    calls: named("call"),
    streamingCalls: named("streaming-call"),
    streams: named("stream"),
    state: instance.state,
    binding: bindingSnapshot(pathText(instance.path), bindings),
    canVerify: instance.driver.verify !== undefined,
    openStreams: instance.openStreams,
    refOf: entry.kind === "alias" ? instance.path : undefined,
    // An alias shows its target's children there, not a second time here.
    children: entry.kind === "alias" ? [] : instance.children.map((child) => entrySnapshot(child, bindings)),
  };
}

function bindingSnapshot(path: string, { serial, usb }: Bindings): BindingSnapshot | undefined {
  const port = serial?.get(path);
  if (port !== undefined) return { kind: "serial", request: port.request, ...shown(port) };
  const device = usb?.get(path);
  return device && { kind: "usb", request: device.request, ...shown(device) };
}

function shown({ status, label, twin, present }: BindingInfo<unknown>) {
  return { status, label, twin, told: present?.place === undefined ? undefined : present };
}

export function logRecord(line: LogLine): LogRecord {
  const { sequence, timestamp, severity, source, message, driver, operation } = line;
  return { sequence, timestamp, severity, source, message, driver, operation };
}

export function hookSnapshot({ name, startedAt, timeoutMs }: RunningHook): HookSnapshot {
  return { name, startedAt, timeoutMs };
}
