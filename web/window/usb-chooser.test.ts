import { describe, expect, it } from "vitest";
import { FakeUsb } from "../../drivers/simulation/fake-usb.ts";
import { LoopbackUsb } from "../../drivers/simulation/loopback-usb.ts";
import { UsbChooser } from "./usb-chooser.ts";

const PICO = { filters: [{ vendorId: 0x2e8a, productId: 3 }], hint: "a Raspberry Pi Pico in BOOTSEL mode" };

function chooser(outcome: Partial<USBDevice> | DOMException) {
  const asked: (USBDeviceRequestOptions | undefined)[] = [];
  return {
    asked,
    chooser: new UsbChooser({
      async requestDevice(options) {
        asked.push(options);
        if (outcome instanceof DOMException) throw outcome;
        return outcome as USBDevice;
      },
      getDevices: async () => [],
    }),
  };
}

describe("UsbChooser", () => {
  it("offers only what the driver asks for, and remembers which one of several it was", async () => {
    const { chooser: subject, asked } = chooser({
      vendorId: 0x2e8a,
      productId: 3,
      serialNumber: "E0C9125B0D9B",
    });
    expect(await subject.choose(PICO)).toEqual({
      usbVendorId: 0x2e8a,
      usbProductId: 3,
      usbSerialNumber: "E0C9125B0D9B",
    });
    expect(asked).toEqual([{ filters: [{ vendorId: 0x2e8a, productId: 3 }] }]);
  });

  it("remembers no serial number where there is none", async () => {
    const { chooser: subject } = chooser({ vendorId: 1, productId: 2, serialNumber: "" });
    expect(await subject.choose(PICO)).toEqual({ usbVendorId: 1, usbProductId: 2 });
  });

  it("takes no choice for an answer", async () => {
    const { chooser: subject } = chooser(new DOMException("", "NotFoundError"));
    expect(await subject.choose(PICO)).toBeUndefined();
  });

  it("says what to do when USB devices are forbidden", async () => {
    const { chooser: subject } = chooser(new DOMException("", "SecurityError"));
    await expect(subject.choose(PICO)).rejects.toThrow("Allow USB devices for this site");
  });

  it("knows what was granted before, and is plugged in, with the name that a device gives itself", async () => {
    const usb = new FakeUsb();
    const subject = new UsbChooser(usb);
    const ids = { vendorId: 0x1209, productId: 0x0001 };
    const device = usb.plug({ device: new LoopbackUsb(ids) });
    expect(await subject.granted()).toEqual([
      { device: { usbVendorId: 0x1209, usbProductId: 0x0001 }, productName: "Loopback" },
    ]);
    usb.unplug(device);
    expect(await subject.granted()).toEqual([]);
  });
});
