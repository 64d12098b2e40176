import { describe, expect, it } from "vitest";
import type { BindingSnapshot } from "../../messages.ts";
import { bindingText, twinText } from "./binding-text.ts";

const serial = (status: BindingSnapshot["status"]): BindingSnapshot => ({
  kind: "serial",
  status,
  label: "FTDI 0403:6001",
  request: { kind: "usb", vendorId: 0x0403, productId: 0x6001 },
});

const usb = (status: BindingSnapshot["status"]): BindingSnapshot => ({
  kind: "usb",
  status,
  label: "a Raspberry Pi Pico in BOOTSEL mode",
  request: { filters: [{ vendorId: 0x2e8a }], hint: "a Raspberry Pi Pico in BOOTSEL mode" },
});

describe("bindingText()", () => {
  it("has nothing to say of a device that is there", () => {
    expect(bindingText(serial("present")).advice).toBeUndefined();
    expect(bindingText(usb("present"))).toMatchObject({
      advice: undefined,
      chooseAnother: "Choose another device",
    });
  });

  it("says which one is not plugged in.", () => {
    expect(bindingText(serial("missing")).advice?.title).toBe("FTDI 0403:6001 is not plugged in.");
    expect(bindingText(usb("missing")).advice?.title).toBe(
      "A Raspberry Pi Pico in BOOTSEL mode is not plugged in.",
    );
  });

  it("says what to choose, in the words of the configuration or of the driver", () => {
    expect(bindingText(serial("unbound"))).toMatchObject({
      choose: "Choose port",
      wanted: "USB 0403:6001",
      advice: { text: expect.stringContaining("The configuration says USB 0403:6001") },
    });
    expect(bindingText(usb("unbound"))).toMatchObject({
      choose: "Choose a device",
      advice: { text: expect.stringContaining("This needs a Raspberry Pi Pico in BOOTSEL mode.") },
    });
  });
});

describe("twinText()", () => {
  const twin = (state: BindingSnapshot["twin"]): BindingSnapshot => ({ ...serial("present"), twin: state });

  it("has nothing to say of a device that has no twin, or was told from it", () => {
    expect(twinText(twin(undefined), "serial")).toBeUndefined();
    expect(twinText(twin("told"), "serial")).toBeUndefined();
  });

  it("asks which one it is, and takes a yes", () => {
    expect(twinText(twin("guess"), "dut.serial")).toMatchObject({
      title: "Which adapter is the one of dut.serial?",
      answers: [{ answer: "ask" }, { answer: "right" }],
    });
  });

  it("asks to unplug it, and to plug it in again", () => {
    expect(twinText(twin("unplug"), "serial")?.title).toBe("Unplug the adapter that belongs to serial.");
    expect(twinText(twin("plug"), "serial")).toMatchObject({
      title: "Now plug it in again.",
      answers: [{ answer: "cancel" }],
    });
  });
});
