import { describe, expect, it } from "vitest";
import { settle } from "../testing/manual-clock.ts";
import { FakeUsb } from "./fake-usb.ts";
import type { FakeUsbDevice } from "./fake-usb-device.ts";
import {
  LOOPBACK_IN,
  LOOPBACK_INTERFACE,
  LOOPBACK_OUT,
  LoopbackUsb,
  MEMORY_REQUEST,
  PROTECTED_INTERFACE,
} from "./loopback-usb.ts";

const memory = {
  requestType: "vendor",
  recipient: "interface",
  request: MEMORY_REQUEST,
  value: 0,
  index: LOOPBACK_INTERFACE,
} as const;

const bytes = (...values: number[]) => Uint8Array.from(values);

function view({ data }: USBInTransferResult): Uint8Array {
  if (data === undefined) throw new Error("no data");
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

interface Wire {
  readonly usb: FakeUsb;
  readonly model: LoopbackUsb;
  readonly device: FakeUsbDevice;
}

function plugged(options: { unkind?: boolean } = {}): Wire {
  const usb = new FakeUsb();
  const model = new LoopbackUsb();
  return { usb, model, device: usb.plug({ device: model, ...options }) };
}

async function claimed(options: { unkind?: boolean } = {}): Promise<Wire> {
  const wire = plugged(options);
  await wire.device.open();
  await wire.device.claimInterface(LOOPBACK_INTERFACE);
  return wire;
}

const fails = (work: Promise<unknown>, name: string) => expect(work).rejects.toMatchObject({ name });

describe("a fake USB device", () => {
  it("says who it is before it is opened", () => {
    const { device } = plugged();
    expect(device).toMatchObject({
      vendorId: 0x1209,
      productId: 1,
      productName: "Loopback",
      serialNumber: null,
      usbVersionMajor: 2,
      opened: false,
    });
    expect(device.configuration?.interfaces[LOOPBACK_INTERFACE]?.alternate).toMatchObject({
      alternateSetting: 0,
      interfaceClass: 0xff,
      endpoints: [
        { endpointNumber: LOOPBACK_OUT, direction: "out", type: "bulk", packetSize: 64 },
        { endpointNumber: LOOPBACK_IN, direction: "in" },
      ],
    });
  });

  it("wants to be opened, configured and claimed, in this order", async () => {
    const { device } = plugged();
    await fails(device.claimInterface(0), "InvalidStateError");
    await fails(device.transferOut(LOOPBACK_OUT, bytes(1)), "InvalidStateError");
    await device.open();
    await device.open();
    await fails(device.transferOut(LOOPBACK_OUT, bytes(1)), "NotFoundError");
    await fails(device.controlTransferIn(memory, 1), "InvalidStateError");
    await device.claimInterface(LOOPBACK_INTERFACE);
    expect(device.configuration?.interfaces[LOOPBACK_INTERFACE]?.claimed).toBe(true);
    await device.transferOut(LOOPBACK_OUT, bytes(1));
    await device.selectConfiguration(1);
    await fails(device.transferOut(LOOPBACK_OUT, bytes(1)), "NotFoundError");
    await fails(device.selectConfiguration(2), "NotFoundError");
    await fails(device.claimInterface(9), "NotFoundError");
    await device.close();
    await fails(device.claimInterface(LOOPBACK_INTERFACE), "InvalidStateError");
  });

  it("keeps protected interfaces to itself, and those that another program holds", async () => {
    const { device } = plugged();
    await device.open();
    await fails(device.claimInterface(PROTECTED_INTERFACE), "SecurityError");
    await fails(device.controlTransferIn({ ...memory, index: PROTECTED_INTERFACE }, 1), "SecurityError");
    device.heldElsewhere = true;
    await fails(device.claimInterface(LOOPBACK_INTERFACE), "NetworkError");
  });

  it("does not open when the operating system denies it", async () => {
    const { device } = plugged();
    device.denied = true;
    await fails(device.open(), "SecurityError");
    expect(device.opened).toBe(false);
  });

  it("has the endpoints of the alternate setting that is chosen", async () => {
    const { device } = await claimed();
    await device.selectAlternateInterface(LOOPBACK_INTERFACE, 1);
    await fails(device.transferOut(LOOPBACK_OUT, bytes(1)), "NotFoundError");
    await fails(device.selectAlternateInterface(LOOPBACK_INTERFACE, 2), "NotFoundError");
    await fails(device.transferOut(16, bytes(1)), "IndexSizeError");
    await device.selectAlternateInterface(LOOPBACK_INTERFACE, 0);
    await device.transferOut(LOOPBACK_OUT, bytes(1));
    await device.releaseInterface(LOOPBACK_INTERFACE);
    await fails(device.selectAlternateInterface(LOOPBACK_INTERFACE, 0), "InvalidStateError");
  });
});

describe("transfers of a fake USB device", () => {
  it("reach the device and come back from it", async () => {
    const { device } = await claimed();
    const sent = bytes(0, 1, 2, 3).subarray(1);
    expect(await device.transferOut(LOOPBACK_OUT, sent)).toEqual({ status: "ok", bytesWritten: 3 });
    sent.fill(9);
    expect(view(await device.transferIn(LOOPBACK_IN, 64))).toEqual(bytes(1, 2, 3));
    await device.controlTransferOut({ ...memory, value: 2 }, bytes(7, 8));
    expect(view(await device.controlTransferIn(memory, 4))).toEqual(bytes(0, 0, 7, 8));
  });

  it("wait for data, in the order in which they were asked for", async () => {
    const { device } = await claimed();
    const order: string[] = [];
    const first = device.transferIn(LOOPBACK_IN, 64).then((result) => order.push(`first ${view(result)}`));
    const second = device.transferIn(LOOPBACK_IN, 64).then((result) => order.push(`second ${view(result)}`));
    await settle();
    expect(order).toEqual([]);
    await device.transferOut(LOOPBACK_OUT, bytes(1));
    await device.transferOut(LOOPBACK_OUT, bytes());
    await Promise.all([first, second]);
    expect(order).toEqual(["first 1", "second "]);
  });

  it("come in views of larger buffers when it is unkind", async () => {
    const { device } = await claimed({ unkind: true });
    await device.transferOut(LOOPBACK_OUT, bytes(1, 2));
    const { data } = await device.transferIn(LOOPBACK_IN, 64);
    expect(data?.byteOffset).toBeGreaterThan(0);
    expect(data?.buffer.byteLength).toBeGreaterThan(2);
    expect(data?.byteLength).toBe(2);
  });

  it("stall as the device does, until the halt is cleared", async () => {
    const { device, model } = await claimed();
    expect(await device.controlTransferIn({ ...memory, request: 99 }, 1)).toEqual({ status: "stall" });
    model.halted = true;
    expect(await device.transferIn(LOOPBACK_IN, 64)).toEqual({ status: "stall" });
    expect(await device.transferOut(LOOPBACK_OUT, bytes(1))).toEqual({ status: "stall", bytesWritten: 0 });
    await device.clearHalt("in", LOOPBACK_IN);
    expect(await device.transferOut(LOOPBACK_OUT, bytes(1))).toMatchObject({ status: "ok" });
  });

  it("babble when the device sends more than was asked for", async () => {
    const { device } = await claimed();
    await device.transferOut(LOOPBACK_OUT, bytes(1, 2, 3));
    const result = await device.transferIn(LOOPBACK_IN, 2);
    expect(result.status).toBe("babble");
    expect(view(result)).toEqual(bytes(1, 2));
  });

  it("are cancelled by a reset, and by closing", async () => {
    const { device } = await claimed();
    const waiting = device.transferIn(LOOPBACK_IN, 64);
    const queued = device.transferIn(LOOPBACK_IN, 64);
    await Promise.all([fails(waiting, "AbortError"), fails(queued, "AbortError"), device.reset()]);
    const again = device.transferIn(LOOPBACK_IN, 64);
    await Promise.all([fails(again, "AbortError"), device.close()]);
    expect(device.opened).toBe(false);
  });
});

describe("a fake USB cable", () => {
  it("fails what is under way when it is pulled, and all that is asked later, and says so", async () => {
    const { usb, device } = await claimed();
    const gone: USBDevice[] = [];
    usb.addEventListener("disconnect", ({ device: lost }) => void gone.push(lost));
    usb.ondisconnect = ({ device: lost }) => void gone.push(lost);
    const waiting = device.transferIn(LOOPBACK_IN, 64);
    const failed = fails(waiting, "NetworkError");
    usb.unplug(device);
    await failed;
    expect(gone).toEqual([device, device]);
    expect(device.opened).toBe(false);
    await fails(device.transferOut(LOOPBACK_OUT, bytes(1)), "NotFoundError");
    await fails(device.open(), "NotFoundError");
    expect(await usb.getDevices()).toEqual([]);
    expect(() => usb.unplug(device)).toThrow(/not plugged in/);
  });

  it("brings a new object when it is plugged again", () => {
    const { usb, device, model } = plugged();
    const come: USBDevice[] = [];
    usb.addEventListener("connect", ({ device: found }) => void come.push(found));
    usb.unplug(device);
    const again = usb.plug({ device: model });
    expect(again).not.toBe(device);
    expect(come).toEqual([again]);
  });
});

describe("the fake USB chooser", () => {
  it("gives what fits the filters, else what a closed chooser gives", async () => {
    const usb = new FakeUsb();
    const offered = usb.offer({ device: new LoopbackUsb() });
    expect(await usb.getDevices()).toEqual([]);
    for (const filter of [
      { vendorId: 0x2e8a },
      { classCode: 0xfe },
      { vendorId: 0x1209, serialNumber: "1" },
    ]) {
      await fails(usb.requestDevice({ filters: [filter] }), "NotFoundError");
    }
    await fails(
      usb.requestDevice({ filters: [], exclusionFilters: [{ vendorId: 0x1209 }] }),
      "NotFoundError",
    );
    const filters = [
      { vendorId: 1 },
      { vendorId: 0x1209, classCode: 0xff, subclassCode: 1, protocolCode: 3 },
    ];
    expect(await usb.requestDevice({ filters })).toBe(offered);
    expect(await usb.getDevices()).toEqual([offered]);
    await offered.forget();
    expect(await usb.getDevices()).toEqual([]);
    await fails(offered.open(), "NotFoundError");
  });

  it("is closed to pages that may not use USB", async () => {
    const usb = new FakeUsb();
    usb.forbidden = true;
    await fails(usb.getDevices(), "SecurityError");
    await fails(usb.requestDevice({ filters: [] }), "SecurityError");
  });
});
