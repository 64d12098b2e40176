import { describe, expect, it } from "vitest";
import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { BindingSnapshot } from "../messages.ts";
import { sampleBoard, sampleSerial } from "../ui/testing/sample-drivers.ts";
import { ToldPlaces } from "./told-places.ts";

const IDS = { usbVendorId: 0x10c4, usbProductId: 0xea60 };
const first: RememberedPort = { ...IDS, place: { index: 0, of: 2 } };
const second: RememberedPort = { ...IDS, place: { index: 1, of: 2 } };

const bound = (told: RememberedPort | undefined): BindingSnapshot => ({
  kind: "serial",
  status: "present",
  label: "CP2102 USB-serial 10c4:ea60",
  request: { kind: "usb", vendorId: 0x10c4, productId: 0xea60 },
  twin: told === undefined ? "guess" : "told",
  told,
});

function tab() {
  const facts = new Map<string, string>();
  return new ToldPlaces({
    get: (fact) => facts.get(fact),
    set: (fact, value) => (value === undefined ? facts.delete(fact) : facts.set(fact, value)),
  });
}

describe("places of devices that were told apart", () => {
  const drivers = [
    sampleSerial("left", { binding: bound(second) }),
    sampleBoard("board", [sampleSerial("board.right", { binding: bound(first) })]),
    sampleSerial("other", { binding: bound(undefined) }),
  ];

  it("go with a driver that is renamed", () => {
    const places = tab();
    places.keep("bench", drivers);
    places.follow("bench", [{ from: ["board"], to: ["lab"] }]);
    expect(places.devicesOf({ id: "bench", bindings: {} })).toEqual({ left: second, "lab.right": first });
    places.follow("another bench", [{ from: ["left"], to: ["gone"] }]);
    expect(places.devicesOf({ id: "bench", bindings: {} })).toHaveProperty("left", second);
  });

  it("go with the bench's devices when it starts again in this tab", () => {
    const places = tab();
    places.keep("bench", drivers);
    expect(places.devicesOf({ id: "bench", bindings: { left: IDS, other: IDS } })).toEqual({
      left: second,
      "board.right": first,
      other: IDS,
    });
  });

  it("are of one bench, and of no other", () => {
    const places = tab();
    places.keep("bench", drivers);
    expect(places.devicesOf({ id: "another", bindings: { left: IDS } })).toEqual({ left: IDS });
  });

  it("say nothing of a device that was chosen since", () => {
    const places = tab();
    places.keep("bench", drivers);
    const chosen = { usbVendorId: 1, usbProductId: 2 };
    expect(places.devicesOf({ id: "bench", bindings: { left: chosen } }).left).toEqual(chosen);
  });

  it("are forgotten when nobody was there to see what was plugged in", () => {
    const places = tab();
    places.keep("bench", drivers);
    places.forget();
    expect(places.devicesOf({ id: "bench", bindings: { left: IDS } })).toEqual({ left: IDS });
  });

  it("are forgotten when the exporter has none any more", () => {
    const places = tab();
    places.keep("bench", drivers);
    places.keep("bench", [sampleSerial("left", { binding: bound(undefined) })]);
    expect(places.devicesOf({ id: "bench", bindings: { left: IDS } })).toEqual({ left: IDS });
  });
});
