import { expect, it } from "vitest";
import type { BindingInfo } from "../../drivers/base/bound-devices.ts";
import { DeviceLog } from "./device-log.ts";

const bound = (status: BindingInfo<unknown>["status"]): BindingInfo<unknown> => ({
  status,
  label: "CP2102 USB-serial 10c4:ea60",
  request: undefined,
  present: undefined,
  twin: undefined,
});

it("says once what a driver has lost, and what it has again", () => {
  const log = new DeviceLog();
  expect(log.changes(new Map([["dut.serial", bound("present")]]))).toEqual([]);
  expect(log.changes(new Map([["dut.serial", bound("missing")]]))).toEqual([
    "dut.serial has lost its device: CP2102 USB-serial 10c4:ea60",
  ]);
  expect(log.changes(new Map([["dut.serial", bound("unbound")]]))).toEqual([]);
  expect(log.changes(new Map([["dut.serial", bound("present")]]))).toEqual([
    "dut.serial has its device: CP2102 USB-serial 10c4:ea60",
  ]);
});

it("says nothing of drivers that come and go with the exporter", () => {
  const log = new DeviceLog();
  expect(log.changes(new Map([["a", bound("present")]]))).toEqual([]);
  expect(log.changes(new Map())).toEqual([]);
  expect(log.changes(new Map([["a", bound("present")]]))).toEqual([]);
});
