import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeUsb } from "../simulation/fake-usb.ts";
import type { FakeUsbDevice } from "../simulation/fake-usb-device.ts";
import { LoopbackUsb } from "../simulation/loopback-usb.ts";
import { settle } from "../testing/manual-clock.ts";
import type { RememberedPort, UsbRequest } from "./devices.ts";
import { createUsbDevices, type ManagedUsbDevices } from "./usb-devices.ts";

const PROBE = { vendorId: 0x0d28, productId: 0x0204 };
const BOOT = { vendorId: 0x2e8a, productId: 0x0003 };
const NEWER_BOOT = { vendorId: 0x2e8a, productId: 0x000f };
const wantsProbe: UsbRequest = { filters: [PROBE], hint: "a debug probe" };
const wantsPico: UsbRequest = { filters: [BOOT, NEWER_BOOT], hint: "a Pico in BOOTSEL mode" };
/** The loopback's class, with which no other filter fits. */
const wantsClass: UsbRequest = {
  filters: [{ vendorId: 0x1209, classCode: 0xff, subclassCode: 1, protocolCode: 3 }],
  hint: "a gadget",
};

let usb: FakeUsb;
let devices: ManagedUsbDevices;
let ended: AbortController;

const plug = (ids: { vendorId: number; productId: number; serialNumber?: string }): FakeUsbDevice =>
  usb.plug({ device: new LoopbackUsb(ids) });

const remembered = (
  { vendorId, productId }: { vendorId: number; productId: number },
  usbSerialNumber?: string,
): RememberedPort => ({
  usbVendorId: vendorId,
  usbProductId: productId,
  ...(usbSerialNumber === undefined ? {} : { usbSerialNumber }),
});

const start = async (choices: Readonly<Record<string, RememberedPort>> = {}) => {
  devices = createUsbDevices({ usb, remembered: choices });
  await devices.refresh();
};

beforeEach(() => {
  usb = new FakeUsb();
  ended = new AbortController();
});
afterEach(async () => {
  ended.abort();
  await devices[Symbol.asyncDispose]();
});

describe("a request for a USB device", () => {
  it("gets the only one that fits by itself, by ids or by class", async () => {
    const probe = plug(PROBE);
    const gadget = plug({ vendorId: 0x1209, productId: 0x0001 });
    await start();
    const binding = devices.bind(["probe"], wantsProbe);
    expect(binding).toMatchObject({ status: "present", label: "micro:bit or DAPLink 0d28:0204" });
    expect(binding.device()).toBe(probe);
    expect(devices.bind(["gadget"], wantsClass).device()).toBe(gadget);
  });

  it("is missing until it is plugged in, and says what", async () => {
    plug(BOOT);
    await start();
    const binding = devices.bind(["board", "probe"], wantsProbe);
    expect(binding).toMatchObject({ status: "missing", label: "a debug probe" });
    expect(() => binding.device()).toThrow(
      expect.objectContaining({
        code: "device-missing",
        message: "plug in a debug probe for `board.probe`, and allow it on the page if it is new there",
      }),
    );
    let changes = 0;
    binding.onChange(() => (changes += 1), { signal: ended.signal });
    const probe = plug(PROBE);
    expect(changes).toBe(1);
    expect(binding.device()).toBe(probe);
  });

  it("is unbound while two fit, and asks which", async () => {
    plug({ ...PROBE, serialNumber: "1" });
    plug({ ...PROBE, serialNumber: "2" });
    await start();
    const binding = devices.bind(["probe"], wantsProbe);
    expect(binding.status).toBe("unbound");
    expect(() => binding.device()).toThrow(
      expect.objectContaining({
        code: "device-not-bound",
        message: "choose the USB device for `probe` on the page: more than one could be a debug probe",
      }),
    );
  });

  it("guesses for nobody when two could have the only one", async () => {
    plug(PROBE);
    await start();
    const [a, b] = [devices.bind(["a"], wantsProbe), devices.bind(["b"], wantsProbe)];
    expect([a.status, b.status]).toEqual(["unbound", "unbound"]);
    a[Symbol.dispose]();
    expect(b.status).toBe("present");
  });

  it("keeps the device that it has taken, whatever is plugged in later", async () => {
    const first = plug(PROBE);
    await start();
    const binding = devices.bind(["probe"], wantsProbe);
    expect(binding.device()).toBe(first);
    plug(PROBE);
    expect(binding.device()).toBe(first);
  });
});

describe("a choice made by hand", () => {
  it("tells two of a kind apart by their serial numbers, now and after a reload", async () => {
    const one = plug({ ...PROBE, serialNumber: "one" });
    const two = plug({ ...PROBE, serialNumber: "two" });
    await start();
    const [a, b] = [devices.bind(["a"], wantsProbe), devices.bind(["b"], wantsProbe)];
    devices.remember(["a"], remembered(PROBE, "two"));
    expect(a.device()).toBe(two);
    // What is left is beyond doubt.
    expect(b.device()).toBe(one);
    await devices[Symbol.asyncDispose]();
    await start({ b: remembered(PROBE, "two") });
    expect(devices.bind(["b"], wantsProbe).device()).toBe(two);
  });

  it("is missing when what was chosen is not plugged in, though another would fit", async () => {
    plug({ ...PROBE, serialNumber: "other" });
    await start({ probe: remembered(PROBE, "mine") });
    const binding = devices.bind(["probe"], wantsProbe);
    expect(binding.status).toBe("missing");
    expect(() => binding.device()).toThrow(/plug in micro:bit or DAPLink 0d28:0204/);
  });

  it("knows a device by its serial number when it comes back with other ids", async () => {
    await start({ pico: remembered(BOOT, "E6") });
    const binding = devices.bind(["pico"], wantsPico);
    const back = plug({ ...NEWER_BOOT, serialNumber: "E6" });
    expect(binding.device()).toBe(back);
  });

  it("takes the device away from who got it by a guess", async () => {
    const probe = plug(PROBE);
    await start();
    const guessed = devices.bind(["guessed"], wantsProbe);
    expect(guessed.device()).toBe(probe);
    const chosen = devices.bind(["chosen"], wantsProbe);
    devices.remember(["chosen"], remembered(PROBE));
    expect(chosen.device()).toBe(probe);
    expect(guessed.status).toBe("missing");
  });

  it("is asked for again when it is taken back", async () => {
    plug({ ...PROBE, serialNumber: "one" });
    plug({ ...PROBE, serialNumber: "two" });
    await start({ probe: remembered(PROBE, "one") });
    const binding = devices.bind(["probe"], wantsProbe);
    const seen: string[] = [];
    binding.onChange(() => seen.push(binding.status), { signal: ended.signal });
    devices.remember(["probe"], null);
    expect(seen).toEqual(["unbound"]);
  });
});

describe("waiting for a USB device", () => {
  it("ends at once where it is there, and when it comes", async () => {
    await start();
    const binding = devices.bind(["pico"], wantsPico);
    const waiting = binding.arrived({ signal: ended.signal });
    plug(PROBE);
    const boot = plug(BOOT);
    expect(await waiting).toBe(boot);
    expect(await binding.arrived({ signal: ended.signal })).toBe(boot);
  });

  it("gives a device that comes to who waits for it, whoever else would take it", async () => {
    await start({ a: remembered(BOOT), b: remembered(BOOT) });
    const names = ["a", "b", "c", "d"];
    const [a, b, c, d] = names.map((name) => devices.bind([name], wantsPico));
    const first = b?.arrived({ signal: ended.signal });
    const one = plug(BOOT);
    expect(await first).toBe(one);
    expect([a?.status, c?.status, d?.status]).toEqual(["missing", "missing", "missing"]);
    const second = d?.arrived({ signal: ended.signal });
    const two = plug(NEWER_BOOT);
    expect(await second).toBe(two);
    expect([a?.status, b?.device(), c?.status]).toEqual(["missing", one, "missing"]);
  });

  it("is given up at once also by who is told of a change at the same moment", async () => {
    await start();
    const over = new AbortController();
    const waiting = ["a", "b"].map((name) =>
      expect(devices.bind([name], wantsPico).arrived({ signal: over.signal })).rejects.toThrow("too late"),
    );
    // For one of the two, and nobody can say which: both look again.
    plug(BOOT);
    over.abort(new Error("too late"));
    await Promise.all(waiting);
  });

  it("ends with the signal's reason, or with the claim", async () => {
    await start();
    const binding = devices.bind(["pico"], wantsPico);
    const late = new AbortController();
    const waiting = binding.arrived({ signal: late.signal });
    late.abort(new Error("too late"));
    await expect(waiting).rejects.toThrow("too late");
    await expect(binding.arrived({ signal: late.signal })).rejects.toThrow("too late");
    const released = expect(binding.arrived({ signal: ended.signal })).rejects.toThrow(
      /given its USB device/,
    );
    await settle();
    binding[Symbol.dispose]();
    await released;
  });

  it("ends with all claims", async () => {
    await start();
    const waiting = devices.bind(["pico"], wantsPico).arrived({ signal: ended.signal });
    const over = expect(waiting).rejects.toThrow(/given its USB device/);
    await devices[Symbol.asyncDispose]();
    await over;
  });
});

describe("the page's view of USB devices", () => {
  it("lists claims by path and hears of every change until it stops listening", async () => {
    await start();
    let changes = 0;
    const listening = new AbortController();
    devices.onChange(() => (changes += 1), { signal: listening.signal });
    const binding = devices.bind(["board", "probe"], wantsProbe);
    expect(devices.bindings.get("board.probe")).toEqual({
      status: "missing",
      label: "a debug probe",
      request: wantsProbe,
      present: undefined,
    });
    plug({ ...PROBE, serialNumber: "0001" });
    expect(devices.bindings.get("board.probe")).toMatchObject({
      status: "present",
      present: remembered(PROBE, "0001"),
    });
    expect(changes).toBe(2);
    listening.abort();
    binding[Symbol.dispose]();
    binding[Symbol.dispose]();
    expect(devices.bindings.size).toBe(0);
    expect(changes).toBe(2);
    expect(() => binding.device()).toThrow(/given its USB device back/);
  });
});
