import { describe, expect, it } from "vitest";
import { FakeSerial } from "../../drivers/simulation/fake-serial.ts";
import { createLoopbackDevice } from "../../drivers/simulation/simulated-device.ts";
import { SerialChooser } from "./serial-chooser.ts";

function chooser(outcome: SerialPortInfo | DOMException) {
  const asked: (SerialPortRequestOptions | undefined)[] = [];
  return {
    asked,
    chooser: new SerialChooser({
      async requestPort(options) {
        asked.push(options);
        if (outcome instanceof DOMException) throw outcome;
        return { getInfo: () => outcome } as SerialPort;
      },
      getPorts: async () => [],
    }),
  };
}

describe("SerialChooser", () => {
  it("offers only the adapter that the configuration asks for", async () => {
    const { chooser: subject, asked } = chooser({ usbVendorId: 0x0403, usbProductId: 0x6001 });
    const port = await subject.choose({ kind: "usb", vendorId: 0x0403, productId: 0x6001 });
    expect(asked).toEqual([{ filters: [{ usbVendorId: 0x0403, usbProductId: 0x6001 }] }]);
    expect(port).toEqual({ usbVendorId: 0x0403, usbProductId: 0x6001 });
  });

  it("offers every port otherwise, and remembers none of the ids that a port lacks", async () => {
    const { chooser: subject, asked } = chooser({});
    expect(await subject.choose({ kind: "any", hint: "/dev/ttyUSB0" })).toEqual({});
    expect(asked).toEqual([{ filters: [] }]);
  });

  it("takes no choice for an answer", async () => {
    const { chooser: subject } = chooser(new DOMException("", "NotFoundError"));
    expect(await subject.choose()).toBeUndefined();
  });

  it("says what to do when serial ports are forbidden", async () => {
    const { chooser: subject } = chooser(new DOMException("", "SecurityError"));
    await expect(subject.choose()).rejects.toThrow("Allow serial ports for this site");
  });

  it("knows what was granted before, and is plugged in", async () => {
    const serial = new FakeSerial();
    const info = { usbVendorId: 0x10c4, usbProductId: 0xea60 };
    const subject = new SerialChooser(serial);
    serial.offer({ device: createLoopbackDevice(), info: {} });
    expect(await subject.granted()).toEqual([]);
    const port = serial.plug({ device: createLoopbackDevice(), info });
    expect(await subject.granted()).toEqual([{ device: info }]);
    serial.unplug(port);
    expect(await subject.granted()).toEqual([]);
  });
});
