import { describe, expect, it } from "vitest";
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
});
