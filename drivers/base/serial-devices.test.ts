import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeSerial } from "../simulation/fake-serial.ts";
import { createLoopbackDevice } from "../simulation/simulated-device.ts";
import type { RememberedPort, SerialRequest } from "./devices.ts";
import { createSerialDevices, type ManagedSerialDevices } from "./serial-devices.ts";

const FTDI = { usbVendorId: 0x0403, usbProductId: 0x6001 };
const CH340 = { usbVendorId: 0x1a86, usbProductId: 0x7523 };
const STRANGER = { usbVendorId: 0x1234, usbProductId: 0xabcd };
const wantsFtdi: SerialRequest = { kind: "usb", vendorId: 0x0403, productId: 0x6001 };
const wantsAny: SerialRequest = { kind: "any", hint: "/dev/ttyUSB0" };

let serial: FakeSerial;
let devices: ManagedSerialDevices;
let ended: AbortController;

const plug = (info: SerialPortInfo = {}) => serial.plug({ device: createLoopbackDevice(), info });

const start = async (remembered: Readonly<Record<string, RememberedPort>> = {}) => {
  devices = createSerialDevices({ serial, remembered });
  await devices.refresh();
};

beforeEach(() => {
  serial = new FakeSerial();
  ended = new AbortController();
});
afterEach(async () => {
  ended.abort();
  await devices[Symbol.asyncDispose]();
});

describe("a request by USB ids", () => {
  it("gets the port with these ids by itself", async () => {
    plug(CH340);
    const port = plug(FTDI);
    await start();
    const binding = devices.bind(["serial"], wantsFtdi);
    expect(binding).toMatchObject({ status: "present", label: "FTDI FT232R 0403:6001" });
    expect(binding.port()).toBe(port);
  });

  it("is missing until the adapter is plugged in, and says which", async () => {
    await start();
    const binding = devices.bind(["board", "serial"], wantsFtdi);
    expect(binding.status).toBe("missing");
    expect(() => binding.port()).toThrow(
      expect.objectContaining({
        code: "device-missing",
        message:
          "plug in FTDI FT232R 0403:6001 for `board.serial`, and allow it on the page if it is new there",
      }),
    );
    let changes = 0;
    binding.onChange(() => (changes += 1), { signal: ended.signal });
    const port = plug(FTDI);
    expect(changes).toBe(1);
    expect(binding.port()).toBe(port);
  });

  it("takes different ports for two instances, in the browser's order", async () => {
    const [one, two] = [plug(FTDI), plug(FTDI)];
    await start();
    const [a, b, c] = ["a", "b", "c"].map((name) => devices.bind([name], wantsFtdi));
    expect([a?.port(), b?.port(), c?.status]).toEqual([one, two, "missing"]);
  });
});

describe("a request for any port", () => {
  it("gets the only free port at once", async () => {
    const port = plug();
    await start();
    const binding = devices.bind(["serial"], wantsAny);
    expect(binding.label).toBe("a serial port");
    expect(binding.port()).toBe(port);
  });

  it("is unbound while there is a choice, and asks for it", async () => {
    plug(FTDI);
    plug(STRANGER);
    await start();
    const binding = devices.bind(["board", "serial"], wantsAny);
    expect(binding.status).toBe("unbound");
    expect(() => binding.port()).toThrow(
      expect.objectContaining({
        code: "device-not-bound",
        message: "choose a port for `board.serial` on the page (the configuration names it /dev/ttyUSB0)",
      }),
    );
  });

  it("gets the port that was chosen by hand, now and after a reload", async () => {
    plug(FTDI);
    const chosen = plug(STRANGER);
    await start();
    const binding = devices.bind(["serial"], wantsAny);
    devices.remember(["serial"], STRANGER);
    expect(binding.port()).toBe(chosen);
    expect(binding.label).toBe("USB 1234:abcd");
    await devices[Symbol.asyncDispose]();
    await start({ serial: STRANGER });
    expect(devices.bind(["serial"], wantsAny).port()).toBe(chosen);
  });

  it("is missing, not unbound, when what was chosen is not plugged in, though another port is free", async () => {
    plug(FTDI);
    await start({ serial: CH340 });
    const binding = devices.bind(["serial"], wantsAny);
    expect(binding.status).toBe("missing");
    expect(() => binding.port()).toThrow(/plug in CH340 USB-serial 1a86:7523/);
  });

  it("is unbound again when the choice is taken back", async () => {
    plug(FTDI);
    plug(CH340);
    await start({ serial: FTDI });
    const binding = devices.bind(["serial"], wantsAny);
    expect(binding.status).toBe("present");
    let changes = 0;
    binding.onChange(() => (changes += 1), { signal: ended.signal });
    devices.remember(["serial"], null);
    expect(binding.status).toBe("unbound");
    expect(changes).toBe(1);
  });

  it("hears of a choice whose port is not there", async () => {
    await start();
    const binding = devices.bind(["serial"], wantsAny);
    const seen: string[] = [];
    binding.onChange(() => seen.push(binding.status), { signal: ended.signal });
    devices.remember(["serial"], FTDI);
    devices.remember(["serial"], null);
    expect(seen).toEqual(["missing", "unbound"]);
  });

  it("remembers a port that is not on USB", async () => {
    const onBoard = plug({});
    plug(FTDI);
    await start({ serial: {} });
    expect(devices.bind(["serial"], wantsAny).port()).toBe(onBoard);
  });

  it("guesses for nobody when two could have the only port", async () => {
    plug(FTDI);
    await start();
    const [a, b] = [devices.bind(["a"], wantsAny), devices.bind(["b"], wantsAny)];
    expect([a.status, b.status]).toEqual(["unbound", "unbound"]);
    a[Symbol.dispose]();
    expect(b.status).toBe("present");
  });

  it("keeps a guessed port that it has taken, whatever is plugged in later", async () => {
    const first = plug(FTDI);
    await start();
    const binding = devices.bind(["serial"], wantsAny);
    expect(binding.port()).toBe(first);
    plug(CH340);
    expect(binding.port()).toBe(first);
  });

  it("gives a guessed port up to the instance that a person chose it for", async () => {
    const port = plug(FTDI);
    await start();
    const guessed = devices.bind(["guessed"], wantsAny);
    expect(guessed.port()).toBe(port);
    const chosen = devices.bind(["chosen"], wantsAny);
    devices.remember(["chosen"], FTDI);
    expect(chosen.port()).toBe(port);
    expect(guessed.status).toBe("unbound");
  });
});

describe("requests of both kinds", () => {
  for (const order of [
    ["any", "usb"],
    ["usb", "any"],
  ]) {
    it(`share two ports the same way, ${order.join(" before ")}`, async () => {
      const [ftdi, other] = [plug(FTDI), plug(CH340)];
      await start();
      const bindings = Object.fromEntries(
        order.map((kind) => [kind, devices.bind([kind], kind === "usb" ? wantsFtdi : wantsAny)]),
      );
      expect(bindings.usb?.port()).toBe(ftdi);
      expect(bindings.any?.port()).toBe(other);
    });
  }
});

describe("the page's view", () => {
  it("lists claims by path and hears of every change until it stops listening", async () => {
    await start();
    let changes = 0;
    const listening = new AbortController();
    devices.onChange(() => (changes += 1), { signal: listening.signal });
    const binding = devices.bind(["board", "serial"], wantsAny);
    expect(devices.bindings.get("board.serial")).toEqual({
      status: "unbound",
      label: "a serial port",
      request: wantsAny,
      present: undefined,
      twin: undefined,
    });
    plug(FTDI);
    expect(devices.bindings.get("board.serial")).toMatchObject({ status: "present", present: FTDI });
    expect(changes).toBe(2);
    listening.abort();
    binding[Symbol.dispose]();
    binding[Symbol.dispose]();
    expect(devices.bindings.size).toBe(0);
    expect(changes).toBe(2);
    expect(() => binding.port()).toThrow(/given its serial port back/);
  });
});
