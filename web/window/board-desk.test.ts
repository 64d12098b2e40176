import { describe, expect, it } from "vitest";
import { FakeSerial } from "../../drivers/simulation/fake-serial.ts";
import { FakeUsb } from "../../drivers/simulation/fake-usb.ts";
import { LoopbackUsb } from "../../drivers/simulation/loopback-usb.ts";
import { createLoopbackDevice } from "../../drivers/simulation/simulated-device.ts";
import { boardOf } from "../boards/board.ts";
import { USB_BOARDS } from "../boards/fitting-drivers.ts";
import { MemoryBenchStore } from "../store/memory-bench-store.ts";
import type { SavedBench } from "../store/saved-bench.ts";
import { IDLE } from "../ui/model.ts";
import { BenchLibrary } from "./bench-library.ts";
import { BoardDesk } from "./board-desk.ts";
import { PageStore } from "./page-store.ts";
import { SerialChooser } from "./serial-chooser.ts";
import { UsbChooser } from "./usb-chooser.ts";

const CP2102 = { usbVendorId: 0x10c4, usbProductId: 0xea60 };
const CP2102_INFO = { device: createLoopbackDevice(), info: CP2102 };

/** A page's first face over a computer with USB sockets. */
function firstFace() {
  const serial = new FakeSerial();
  const usb = new FakeUsb();
  const serialChooser = new SerialChooser(serial);
  const usbChooser = new UsbChooser(usb);
  const store = new MemoryBenchStore();
  const elsewhere = new Set<string>();
  const opened: SavedBench[] = [];
  const places = new Map<string, SavedBench["bindings"]>();
  let ids = 0;
  const page = new PageStore(
    {
      view: { kind: "welcome" },
      benches: [],
      snapshot: IDLE,
      log: [],
      relay: undefined,
      notices: [],
      serial: true,
      usb: true,
      offers: [],
      chosen: undefined,
      chooserClosed: undefined,
      history: [],
      keptImages: new Set(),
      lasting: true,
      busy: false,
      endingSession: false,
    },
    () => undefined,
  );
  const library = new BenchLibrary({
    store,
    examples: () => Promise.reject(new Error("no example is asked for")),
    newId: () => `id${++ids}-of-a-bench`,
    newPassphrase: () => "passphrase",
    now: () => ids,
  });
  const boards = new BoardDesk({
    page,
    store,
    locks: { heldElsewhere: async () => elsewhere },
    library,
    desk: { openAndStart: async (bench) => void opened.push(bench) },
    places: { set: (bench, devices) => void places.set(bench, devices) },
    granted: { serial: () => serialChooser.granted(), usb: () => usbChooser.granted() },
    boards: async () => ({ boardOf }),
  });
  const names = () => page.state.offers.map(({ board, bench }) => [board.name, bench?.name]);
  return {
    serial,
    usb,
    serialChooser,
    usbChooser,
    store,
    library,
    elsewhere,
    opened,
    places,
    page,
    boards,
    names,
  };
}

describe("a board that is plugged in", () => {
  it("is chosen in the browser's chooser, shown with the drivers that fit, and started as the person says", async () => {
    const { serial, serialChooser, page, boards, opened } = firstFace();
    serial.offer(CP2102_INFO);
    await boards.take("serial", await serialChooser.choose());
    expect(page.state.chosen).toMatchObject({
      board: { name: "CP2102 USB-serial", drivers: [{ kind: "console" }, { kind: "esp32" }] },
      benchName: "board-id1-",
    });
    expect(opened).toEqual([]);
    await boards.start({ benchName: "my board", drivers: ["console", "esp32"] });
    expect(opened).toMatchObject([{ name: "my board", bindings: { serial: CP2102 } }]);
    expect(opened[0]?.yaml).toContain("hwgrep://10c4:ea60");
    expect(opened[0]?.yaml).toContain("Esp32Flasher");
    expect(page.state.chosen).toBeUndefined();
  });

  it("is one of two that nothing tells apart: the page knows which one was taken, and the bench does not keep it", async () => {
    const { serial, serialChooser, boards, opened, places } = firstFace();
    serial.plug(CP2102_INFO);
    serial.offer(CP2102_INFO);
    await boards.take("serial", await serialChooser.choose());
    await boards.start({ benchName: "second", drivers: ["console"] });
    expect(opened[0]?.bindings).toEqual({ serial: CP2102 });
    expect(places.get(opened[0]?.id ?? "")).toEqual({ serial: { ...CP2102, place: { index: 1, of: 2 } } });
  });

  it("can be a USB device without a serial port", async () => {
    const { usb, usbChooser, page, boards, opened } = firstFace();
    usb.offer({ device: new LoopbackUsb({ vendorId: 0x2e8a, productId: 0x0003, serialNumber: "E0" }) });
    await boards.take("usb", await usbChooser.choose({ filters: USB_BOARDS, hint: "" }));
    expect(page.state.chosen?.board).toMatchObject({ name: "Raspberry Pi Pico (BOOTSEL)", via: "usb" });
    await boards.start({ benchName: "pico", drivers: ["pico"] });
    expect(opened[0]?.bindings).toEqual({
      pico: { usbVendorId: 0x2e8a, usbProductId: 0x0003, usbSerialNumber: "E0" },
    });
  });

  it("is not chosen when the person closes the chooser, and the page knows why nothing happened", async () => {
    const { serialChooser, page, boards } = firstFace();
    await boards.take("serial", await serialChooser.choose());
    expect(page.state).toMatchObject({ chosen: undefined, chooserClosed: "serial" });
  });

  it("does not take the name of a bench that is here", async () => {
    const { serial, serialChooser, boards, opened, library } = firstFace();
    await library.create("", "taken");
    serial.offer(CP2102_INFO);
    await boards.take("serial", await serialChooser.choose());
    await boards.start({ benchName: "taken", drivers: ["console"] });
    expect(opened[0]?.name).toBe("taken-2");
  });

  it("is put back, and is offered all the same", async () => {
    const { serial, serialChooser, boards, page, names } = firstFace();
    serial.offer(CP2102_INFO);
    await boards.take("serial", await serialChooser.choose());
    boards.putBack();
    expect(page.state.chosen).toBeUndefined();
    expect(names()).toEqual([["CP2102 USB-serial", undefined]]);
  });
});

describe("a board that the browser has allowed before", () => {
  it("is offered while it is plugged in, and used without a chooser", async () => {
    const { serial, boards, names, page } = firstFace();
    await boards.look();
    expect(names()).toEqual([]);
    const port = serial.plug(CP2102_INFO);
    await boards.look();
    expect(names()).toEqual([["CP2102 USB-serial", undefined]]);
    await boards.use(page.state.offers[0]?.id ?? "");
    expect(page.state.chosen?.board.name).toBe("CP2102 USB-serial");
    serial.unplug(port);
    await boards.look();
    expect(page.state).toMatchObject({ offers: [], chosen: undefined });
  });

  it("is offered with the bench that has it already", async () => {
    const { serial, boards, names, library } = firstFace();
    serial.plug(CP2102_INFO);
    serial.plug({ device: createLoopbackDevice(), info: { usbVendorId: 0x0403, usbProductId: 0x6001 } });
    await library.create("", "by choice", { serial: CP2102 });
    await library.create('url: "hwgrep://0403:6001"', "by its text");
    await boards.look();
    expect(names()).toEqual([
      ["CP2102 USB-serial", "by choice"],
      ["FTDI FT232R", "by its text"],
    ]);
  });

  it("is new here when it is the second of two, and one of them has a bench", async () => {
    const { serial, boards, names, library } = firstFace();
    serial.plug(CP2102_INFO);
    serial.plug(CP2102_INFO);
    await library.create('url: "hwgrep://10c4:ea60"', "the first one's", { serial: CP2102 });
    await boards.look();
    expect(names()).toEqual([
      ["CP2102 USB-serial", "the first one's"],
      ["CP2102 USB-serial", undefined],
    ]);
  });

  it("is not offered while another tab uses it", async () => {
    const { serial, boards, names, library, elsewhere } = firstFace();
    serial.plug(CP2102_INFO);
    const bench = await library.create("", "in another tab", { serial: CP2102 });
    elsewhere.add(bench.id);
    await boards.look();
    expect(names()).toEqual([]);
  });

  it("is not offered when no driver here knows what to do with it", async () => {
    const { usb, boards, names } = firstFace();
    usb.plug({ device: new LoopbackUsb({ vendorId: 0x0483, productId: 0x3748 }) });
    usb.plug({ device: new LoopbackUsb({ vendorId: 0x0d28, productId: 0x0204 }) });
    await boards.look();
    expect(names()).toEqual([["micro:bit or DAPLink", undefined]]);
  });

  it("is offered though the other kind of device is forbidden", async () => {
    const { serial, usb, boards, names } = firstFace();
    serial.plug(CP2102_INFO);
    usb.forbidden = true;
    await boards.look();
    expect(names()).toEqual([["CP2102 USB-serial", undefined]]);
  });
});
