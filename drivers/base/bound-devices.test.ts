import { describe, expect, it } from "vitest";
import { FakeSerial } from "../simulation/fake-serial.ts";
import { FakeUsb } from "../simulation/fake-usb.ts";
import { LoopbackUsb } from "../simulation/loopback-usb.ts";
import { createLoopbackDevice } from "../simulation/simulated-device.ts";
import { type BindingInfo, MAX_LISTING_TRIES, type ManagedDevices } from "./bound-devices.ts";
import type { BindingStatus } from "./devices.ts";
import { createSerialDevices } from "./serial-devices.ts";
import { createUsbDevices } from "./usb-devices.ts";

const IDS = { vendorId: 0x0403, productId: 0x6001 };

/** One kind of device over its simulated platform: all devices are of the same make, and every claim wants one of these. */
interface Bench {
  readonly devices: ManagedDevices<BindingInfo<unknown>>;
  claim(path: readonly string[]): BenchClaim;
  plug(): { readonly device: object; unplug(): void };
  /** Plugged in, and granted when a person takes it in the browser's chooser. */
  offer(): { readonly device: object; choose(): Promise<unknown>; forget(): Promise<void> };
  /** As if the site's settings forbade it. */
  forbid(): void;
  /** Called whenever the browser is asked what is granted. */
  onListing: () => void;
}

interface BenchClaim {
  readonly binding: Disposable & { readonly status: BindingStatus };
  /** What a driver instance gets. */
  device(): object;
}

function createSerialBench(): Bench {
  const serial = new (class extends FakeSerial {
    override getPorts() {
      bench.onListing();
      return super.getPorts();
    }
  })();
  const devices = createSerialDevices({ serial, remembered: {} });
  const adapter = () => ({
    device: createLoopbackDevice(),
    info: { usbVendorId: IDS.vendorId, usbProductId: IDS.productId },
  });
  const bench: Bench = {
    devices,
    claim(path) {
      const binding = devices.bind(path, { kind: "usb", ...IDS });
      return { binding, device: () => binding.port() };
    },
    plug() {
      const device = serial.plug(adapter());
      return { device, unplug: () => serial.unplug(device) };
    },
    offer() {
      const device = serial.offer(adapter());
      return { device, choose: () => serial.requestPort(), forget: () => device.forget() };
    },
    forbid: () => {
      serial.forbidden = true;
    },
    onListing: () => undefined,
  };
  return bench;
}

function createUsbBench(): Bench {
  const usb = new (class extends FakeUsb {
    override getDevices() {
      bench.onListing();
      return super.getDevices();
    }
  })();
  const devices = createUsbDevices({ usb, remembered: {} });
  const adapter = () => ({ device: new LoopbackUsb(IDS) });
  const bench: Bench = {
    devices,
    claim(path) {
      const binding = devices.bind(path, { filters: [IDS], hint: "an adapter" });
      return { binding, device: () => binding.device() };
    },
    plug() {
      const device = usb.plug(adapter());
      return { device, unplug: () => usb.unplug(device) };
    },
    offer() {
      const device = usb.offer(adapter());
      return { device, choose: () => usb.requestDevice({ filters: [IDS] }), forget: () => device.forget() };
    },
    forbid: () => {
      usb.forbidden = true;
    },
    onListing: () => undefined,
  };
  return bench;
}

for (const [name, create] of [
  ["serial port", createSerialBench],
  ["USB device", createUsbBench],
] as const) {
  describe(`the binding of a ${name}`, () => {
    it("gets the new object after a replug", async () => {
      const { devices, claim, plug } = create();
      await using _ = devices;
      const first = plug();
      await devices.refresh();
      const { binding, device } = claim(["it"]);
      expect(device()).toBe(first.device);
      first.unplug();
      expect(binding.status).toBe("missing");
      const second = plug();
      expect(second.device).not.toBe(first.device);
      expect(device()).toBe(second.device);
    });

    it("is the only one of its path", async () => {
      const { devices, claim } = create();
      await using _ = devices;
      claim(["board", "it"]);
      expect(() => claim(["board", "it"])).toThrow(`board.it has claimed a ${name} already`);
    });

    it("sees a new grant after refresh", async () => {
      const { devices, claim, offer } = create();
      await using _ = devices;
      const offered = offer();
      await devices.refresh();
      const { binding, device } = claim(["it"]);
      expect(binding.status).toBe("missing");
      expect(await offered.choose()).toBe(offered.device);
      await devices.refresh();
      expect(device()).toBe(offered.device);
      await offered.forget();
      await devices.refresh();
      expect(binding.status).toBe("missing");
    });

    it("says so when the site may not use it", async () => {
      const { devices, forbid } = create();
      await using _ = devices;
      forbid();
      await expect(devices.refresh()).rejects.toMatchObject({
        code: "device-missing",
        message: `the browser does not let this page use ${name}s: allow it in the site's settings`,
      });
    });

    it("does not bring back what is unplugged while the browser makes its list", async () => {
      const { devices, claim, plug } = create();
      await using _ = devices;
      const plugged = plug();
      await devices.refresh();
      const { binding } = claim(["it"]);
      const refreshing = devices.refresh();
      plugged.unplug();
      await refreshing;
      expect(binding.status).toBe("missing");
    });

    it("takes the list as it is when there was a replug each time the browser made one", async () => {
      const bench = create();
      await using devices = bench.devices;
      let plugged = bench.plug();
      let listings = 0;
      bench.onListing = () => {
        listings += 1;
        if (listings > MAX_LISTING_TRIES) return;
        plugged.unplug();
        plugged = bench.plug();
      };
      await devices.refresh();
      expect(listings).toBe(MAX_LISTING_TRIES);
      expect(bench.claim(["it"]).device()).toBe(plugged.device);
    });

    it("is over, and hears nothing, after all are disposed", async () => {
      const { devices, claim, plug } = create();
      plug();
      await devices.refresh();
      const { binding, device } = claim(["it"]);
      await devices[Symbol.asyncDispose]();
      plug();
      expect(devices.bindings.size).toBe(0);
      expect(binding.status).toBe("missing");
      expect(device).toThrow(`it has given its ${name} back`);
    });
  });
}
