import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeSerial } from "../simulation/fake-serial.ts";
import type { FakeSerialPort } from "../simulation/fake-serial-port.ts";
import { FakeUsb } from "../simulation/fake-usb.ts";
import { LoopbackUsb } from "../simulation/loopback-usb.ts";
import { createLoopbackDevice } from "../simulation/simulated-device.ts";
import type { RememberedPort, SerialBinding, SerialRequest } from "./devices.ts";
import { createSerialDevices, type ManagedSerialDevices } from "./serial-devices.ts";
import { createUsbDevices } from "./usb-devices.ts";

const CP2102 = { usbVendorId: 0x10c4, usbProductId: 0xea60 };
const wantsCp2102: SerialRequest = { kind: "usb", vendorId: 0x10c4, productId: 0xea60 };

let serial: FakeSerial;
let devices: ManagedSerialDevices;
let left: SerialBinding;
let right: SerialBinding;

const plug = () => serial.plug({ device: createLoopbackDevice(), info: CP2102 });
const twins = () => ["left", "right"].map((key) => devices.bindings.get(key)?.twin);
const remembered = (): Record<string, RememberedPort> =>
  Object.fromEntries(
    [...devices.bindings].flatMap(([key, { present }]) => (present ? [[key, present]] : [])),
  );

/** What the page does as it loads. */
const load = async (bindings: Readonly<Record<string, RememberedPort>> = {}) => {
  devices = createSerialDevices({ serial, remembered: bindings });
  await devices.refresh();
  left = devices.bind(["left"], wantsCp2102);
  right = devices.bind(["right"], wantsCp2102);
};

const reload = async () => {
  const bindings = remembered();
  await devices[Symbol.asyncDispose]();
  await load(bindings);
};

/** Answer the page's question: this port is the left one. */
const leftIs = (port: FakeSerialPort): FakeSerialPort => {
  devices.tellApart(["left"], "ask");
  serial.unplug(port);
  return plug();
};

beforeEach(() => {
  serial = new FakeSerial();
});
afterEach(async () => {
  await devices[Symbol.asyncDispose]();
});

describe("two identical adapters", () => {
  it("are given out by a guess that says so", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    expect([left.port(), right.port()]).toEqual([one, two]);
    expect(twins()).toEqual(["guess", "guess"]);
  });

  it("are told apart by unplugging one: it is who was asked for, and the other one is the other's", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    expect([left.port(), right.port()]).toEqual([one, two]);
    devices.tellApart(["left"], "ask");
    expect(twins()).toEqual(["unplug", "guess"]);
    serial.unplug(two);
    expect(twins()[0]).toBe("plug");
    expect(left.status).toBe("missing");
    expect(right.port(), "what is left over is the other one's").toBe(one);
    const back = plug();
    expect(twins()).toEqual(["told", "told"]);
    expect([left.port(), right.port()]).toEqual([back, one]);
  });

  it("are right as they are, when the person says so", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    devices.tellApart(["left"], "right");
    expect(twins()).toEqual(["told", "told"]);
    expect([left.port(), right.port()]).toEqual([one, two]);
  });

  it("come back to who they belong to, in whatever order each of them is plugged in again", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    let leftPort = leftIs(two);
    let rightPort = one;
    for (const side of ["left", "right", "left"]) {
      if (side === "left") {
        serial.unplug(leftPort);
        expect([left.status, right.port()]).toEqual(["missing", rightPort]);
        leftPort = plug();
      } else {
        serial.unplug(rightPort);
        expect([left.port(), right.status]).toEqual([leftPort, "missing"]);
        rightPort = plug();
      }
      expect([left.port(), right.port()]).toEqual([leftPort, rightPort]);
      expect(twins()).toEqual(["told", "told"]);
    }
  });

  it("are asked about again when both were unplugged at once", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    const leftPort = leftIs(two);
    serial.unplug(leftPort);
    serial.unplug(one);
    plug();
    plug();
    expect([left.status, right.status]).toEqual(["present", "present"]);
    expect(twins()).toEqual(["guess", "guess"]);
  });

  it("are still told apart after a reload of the page", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    const leftPort = leftIs(two);
    await devices.refresh();
    expect(remembered()).toEqual({
      left: { ...CP2102, place: { index: 1, of: 2 } },
      right: { ...CP2102, place: { index: 0, of: 2 } },
    });
    await reload();
    expect([left.port(), right.port()]).toEqual([leftPort, one]);
    expect(twins()).toEqual(["told", "told"]);
  });

  it("are asked about again after a reload with another number of them", async () => {
    const [, two] = [plug(), plug()];
    await load();
    leftIs(two);
    await devices.refresh();
    const bindings = remembered();
    await devices[Symbol.asyncDispose]();
    plug();
    await load(bindings);
    expect(twins()).toEqual(["guess", "guess"]);
  });

  it("are asked about by each page that comes without knowing, and stay what was told in this one", async () => {
    plug();
    plug();
    await load({ left: CP2102, right: CP2102 });
    expect(twins()).toEqual(["guess", "guess"]);
  });

  it("are not waited for any more when the person takes the question back", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    devices.tellApart(["left"], "ask");
    devices.tellApart(["left"], "cancel");
    expect(twins()).toEqual(["guess", "guess"]);
    serial.unplug(two);
    expect(left.port()).toBe(one);
  });

  it("keep the question apart from other adapters that come and go meanwhile", async () => {
    const [, two] = [plug(), plug()];
    const other = serial.plug({ device: createLoopbackDevice(), info: { usbVendorId: 1, usbProductId: 2 } });
    await load();
    devices.tellApart(["left"], "ask");
    serial.unplug(other);
    expect(twins()[0]).toBe("unplug");
    serial.unplug(two);
    serial.plug({ device: createLoopbackDevice(), info: { usbVendorId: 1, usbProductId: 2 } });
    expect(twins()[0]).toBe("plug");
    const back = plug();
    expect(left.port()).toBe(back);
  });

  it("are told apart by the browser's chooser too, where the page knows which one was taken", async () => {
    const [one, two] = [plug(), plug()];
    await load();
    devices.remember(["left"], { ...CP2102, place: { index: 1, of: 2 } });
    await devices.refresh();
    expect([left.port(), right.port()]).toEqual([two, one]);
    expect(twins()).toEqual(["told", "told"]);
  });
});

it("one adapter that two drivers want is a guess, and the person may say whose it is", async () => {
  const port = plug();
  await load();
  expect([left.status, right.status]).toEqual(["present", "missing"]);
  expect(twins()).toEqual(["guess", undefined]);
  devices.tellApart(["left"], "right");
  expect(twins()).toEqual(["told", undefined]);
  const second = plug();
  expect([left.port(), right.port()]).toEqual([port, second]);
  expect(twins()).toEqual(["told", "told"]);
});

it("an adapter of which there is one raises no question, and answers to none are heard", async () => {
  const port = plug();
  devices = createSerialDevices({ serial, remembered: {} });
  await devices.refresh();
  const binding = devices.bind(["left"], wantsCp2102);
  devices.tellApart(["left"], "ask");
  devices.tellApart(["nobody"], "ask");
  expect(devices.bindings.get("left")?.twin).toBeUndefined();
  expect(binding.port()).toBe(port);
});

it("ports that are not on USB are chosen, for nobody can unplug them", async () => {
  const onBoard = () => serial.plug({ device: createLoopbackDevice(), info: {} });
  const [, two] = [onBoard(), onBoard()];
  devices = createSerialDevices({ serial, remembered: { console: { place: { index: 1, of: 2 } } } });
  await devices.refresh();
  const binding = devices.bind(["console"], { kind: "any", hint: "/dev/ttyS1" });
  expect(binding.port()).toBe(two);
  expect(devices.bindings.get("console")?.twin).toBeUndefined();
});

it("USB devices that have the same serial number, as boot loaders have, are told apart in the same way", async () => {
  const usb = new FakeUsb();
  const ids = { vendorId: 0x2e8a, productId: 0x0003, serialNumber: "E0C9125B0D9B" };
  const remembered = { usbVendorId: 0x2e8a, usbProductId: 0x0003, usbSerialNumber: "E0C9125B0D9B" };
  const plugUsb = () => usb.plug({ device: new LoopbackUsb(ids) });
  const [one, two] = [plugUsb(), plugUsb()];
  await using boards = createUsbDevices({ usb, remembered: { left: remembered, right: remembered } });
  await boards.refresh();
  const request = { filters: [{ vendorId: 0x2e8a }], hint: "a Pico" };
  const [a, b] = [boards.bind(["left"], request), boards.bind(["right"], request)];
  expect([a.device(), b.device()]).toEqual([one, two]);
  expect(boards.bindings.get("left")?.twin).toBe("guess");
  boards.tellApart(["left"], "ask");
  usb.unplug(two);
  const back = plugUsb();
  expect([a.device(), b.device()]).toEqual([back, one]);
});
