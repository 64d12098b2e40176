import { createHash } from "node:crypto";
import { ESPLoader, Transport } from "esptool-js";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { ManualClock, settle } from "../../testing/manual-clock.ts";
import { FakeSerial } from "../fake-serial.ts";
import type { FakeSerialPort } from "../fake-serial-port.ts";
import { Esp32Board, type Esp32BoardOptions } from "./board.ts";
import { fillCode } from "./factory.ts";
import { APP_OFFSET, buildApp } from "./image.ts";

/** What a test waits for an answer, at least; the runner's own limit is longer. */
const PATIENCE_MS = 30_000;

/** A board on a port. */
class Bench implements AsyncDisposable {
  readonly serial = new FakeSerial();
  readonly board: Esp32Board;
  readonly port: FakeSerialPort;

  constructor(options: Partial<Esp32BoardOptions> = {}) {
    this.board = new Esp32Board({ clock: systemClock, ...options });
    this.port = this.serial.plug({ device: this.board, info: this.board.info });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.board[Symbol.dispose]();
  }
}

let bench: Bench;
const plug = (options?: Partial<Esp32BoardOptions>) => {
  bench = new Bench(options);
  return bench;
};
afterEach(() => bench[Symbol.asyncDispose]());

/** The unmodified library, as drivers/esp32 uses it. */
class Tool implements AsyncDisposable {
  readonly loader: ESPLoader;
  readonly transport: Transport;
  said = "";

  constructor(port: SerialPort, baudrate = 115_200) {
    this.transport = new Transport(port);
    // It traces to the console whatever it is told.
    this.transport.trace = () => {};
    // It gives up after 100 ms here and there; a busy machine may take longer to run anything at all.
    const read = this.transport.read.bind(this.transport);
    this.transport.read = (timeout) => read(Math.max(timeout, PATIENCE_MS));
    const write = (text: string) => {
      this.said += `${text}\n`;
    };
    this.loader = new ESPLoader({
      transport: this.transport,
      baudrate,
      romBaudrate: 115_200,
      terminal: { clean: () => {}, write, writeLine: write },
    });
  }

  write(address: number, data: Uint8Array, compress: boolean): Promise<void> {
    return this.loader.writeFlash({
      fileArray: [{ address, data }],
      flashMode: "keep",
      flashFreq: "keep",
      flashSize: "keep",
      eraseAll: false,
      compress,
      calculateMD5Hash: (image) => createHash("md5").update(image).digest("hex"),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.disconnect();
  }
}

/** All that the port hears until it has heard `what`. */
async function hear(port: SerialPort, what: string): Promise<string> {
  const reader = port.readable?.getReader();
  if (reader === undefined) throw new Error("the port is not open");
  let text = "";
  try {
    while (!text.includes(what)) {
      const { value } = await reader.read();
      text += new TextDecoder("latin1").decode(value);
    }
  } finally {
    reader.releaseLock();
  }
  return text;
}

const app = (version: string, bytes = 50_000) =>
  buildApp({ chipId: 0, project: "blink", version, code: fillCode(bytes, 7) });

describe("esptool-js and a simulated board", () => {
  it("connect at one rate, flash at another, read back, and the new firmware runs", async () => {
    const { port, board } = plug();
    const image = app("2.0.0");
    {
      await using tool = new Tool(port, 921_600);
      expect(await tool.loader.main()).toBe("ESP32-D0WD-V3 (revision 3)");
      expect(tool.said).toContain("MAC: 00:00:5e:00:53:32");
      expect(tool.said).toContain("Crystal is 40MHz");
      expect(board.esp32.program).toBe("stub-loader");
      expect(board.esp32.uart.baudRate).toBe(921_600);
      expect(await tool.loader.detectFlashSize()).toBe("4MB");
      await tool.write(APP_OFFSET, image, true);
      expect(tool.said).toContain("Hash of data verified.");
      expect(await tool.loader.readFlash(APP_OFFSET, image.length)).toEqual(new Uint8Array(image));
      await tool.loader.after("custom_reset", false, "D0|R1|W20|R0");
    }
    await port.open({ baudRate: 115_200 });
    const writer = port.writable?.getWriter();
    await writer?.write(new TextEncoder().encode("\rversion\r"));
    const log = await hear(port, createHash("md5").update(image).digest("hex"));
    expect(log).toContain("app: blink 2.0.0\r\n");
    writer?.releaseLock();
    await port.close();
  });

  it("write without compression, and erase all of it", async () => {
    const { port, board } = plug();
    await using tool = new Tool(port);
    await tool.loader.main();
    const image = app("3.0.0");
    await tool.write(APP_OFFSET, image, false);
    expect(tool.said).toContain("Hash of data verified.");
    expect(board.flash.read(APP_OFFSET, image.length)).toEqual(new Uint8Array(image));
    await tool.loader.eraseFlash();
    expect(board.flash.read(APP_OFFSET, 4)).toEqual(new Uint8Array(4).fill(0xff));
    // Version 0.7.0 lets RTS go without having pulled it: whoever wants a reset does it differently.
    await tool.loader.after("hard_reset");
    expect(board.esp32.program).toBe("stub-loader");
  });

  it("are told by the MD5 that flash did not take what was written", async () => {
    const { port, board } = plug();
    board.flash.stuck = { from: APP_OFFSET + 5000, to: APP_OFFSET + 5100 };
    await using tool = new Tool(port);
    await tool.loader.main();
    await expect(tool.write(APP_OFFSET, app("4.0.0"), true)).rejects.toThrow("MD5 of file does not match");
  });

  it("part when the stub does not start", async () => {
    const { port, board } = plug();
    board.esp32.faults.crashesInRam = true;
    await using tool = new Tool(port);
    await expect(tool.loader.main()).rejects.toThrow();
    expect(tool.said).toContain("Running stub...");
    expect(tool.said).not.toContain("Stub running...");
  });

  it("do not find together when the chip talks nonsense", async () => {
    const { port, board } = plug();
    board.esp32.faults.nonsense = true;
    await using tool = new Tool(port);
    await expect(tool.loader.connect("default_reset", 1)).rejects.toThrow(
      "Failed to connect with the device",
    );
  });

  it("know an ESP32-C3 by its number", async () => {
    const { port } = plug({ chip: "ESP32-C3" });
    await using tool = new Tool(port);
    expect(await tool.loader.main()).toBe("ESP32-C3 (QFN32) (revision v0.4)");
    await tool.write(0, app("1"), true);
    expect(tool.said).toContain("Hash of data verified.");
  });

  it("get along over an ESP32-S3's own USB port", async () => {
    const { port, board } = plug({ chip: "ESP32-S3", port: "native" });
    await using tool = new Tool(port, 460_800);
    expect(await tool.loader.main()).toBe("ESP32-S3 (QFN56) (revision v0.2)");
    await tool.write(0, app("1"), true);
    expect(tool.said).toContain("Hash of data verified.");
    expect(board.esp32.program).toBe("stub-loader");
  });
});

describe("a simulated board's lines", () => {
  /** Opened, with everything that it says read on. */
  const open = async (options: Partial<Esp32BoardOptions> = {}) => {
    const clock = new ManualClock();
    const { board, port } = plug({ clock, ...options });
    await port.open({ baudRate: 115_200, bufferSize: 65_536 });
    const lines = (dataTerminalReady: boolean, requestToSend: boolean) =>
      port.setSignals({ dataTerminalReady, requestToSend });
    return { clock, board, port, lines };
  };

  it("hold it in reset while RTS is on alone", async () => {
    const { board, clock, lines } = await open();
    expect(board.esp32.program).toBe("from-flash");
    await lines(false, true);
    await clock.advance(1000);
    expect(board.esp32.program).toBe("off");
    await lines(false, false);
    await clock.advance(10);
    expect(board.esp32.program).toBe("from-flash");
  });

  it("start its boot loader when IO0 is low as EN comes up, set one after the other", async () => {
    const { board, clock, lines, port } = await open();
    await lines(false, true);
    await lines(true, false);
    await clock.advance(10);
    expect(board.esp32.program).toBe("rom-loader");
    await lines(false, false);
    await clock.advance(1000);
    expect(board.esp32.program).toBe("rom-loader");
    expect(await hear(port, "waiting for download\r\n")).toContain("boot:0x3 (DOWNLOAD_BOOT");
  });

  it("do nothing together, and reset it when DTR goes first", async () => {
    const { board, clock, lines } = await open();
    await lines(true, true);
    expect(board.esp32.program).toBe("from-flash");
    await lines(false, true);
    expect(board.esp32.program).toBe("off");
    await lines(false, false);
    await clock.advance(10);
    expect(board.esp32.program).toBe("from-flash");
  });

  it("let go with the port", async () => {
    const { board, clock, lines, port } = await open();
    await lines(false, true);
    await port.close();
    await clock.advance(10);
    expect(board.esp32.program).toBe("from-flash");
  });

  it("do nothing without power", async () => {
    const { board, clock, lines } = await open({ powered: false });
    await lines(false, true);
    await lines(true, false);
    await clock.advance(10);
    expect(board.esp32.program).toBe("off");
    board.powerOn();
    await settle();
    expect(board.esp32.program).toBe("rom-loader");
  });

  it("cut off what a chip was saying", async () => {
    const { board, clock, lines, port } = await open({ paced: true });
    await lines(false, true);
    await lines(false, false);
    await clock.advance(30);
    await lines(false, true);
    await lines(false, false);
    await clock.advance(5000);
    const log = await hear(port, "is running");
    expect(log.match(/ets Jul/g)?.length).toBeGreaterThan(1);
    expect(log.match(/is running/g)).toHaveLength(1);
    expect(board.esp32.program).toBe("from-flash");
  });
});

describe("a simulated board", () => {
  it("with an empty flash says so, until its watchdog starts it again", async () => {
    const clock = new ManualClock();
    const { port, board } = plug({ clock, contents: "erased", powered: false });
    await port.open({ baudRate: 115_200, bufferSize: 65_536 });
    board.powerOn();
    await clock.advance(1500);
    const log = await hear(port, "rst:0x10 (RTCWDT_RTC_RESET)");
    expect(log).toContain("rst:0x1 (POWERON_RESET)");
    expect(log.match(/invalid header: 0xffffffff/g)?.length).toBeGreaterThanOrEqual(8);
  });

  it("says what is wrong with an application", async () => {
    const clock = new ManualClock();
    const { port, board } = plug({ clock, powered: false });
    await port.open({ baudRate: 115_200, bufferSize: 65_536 });
    const boot = async () => {
      board.powerOff();
      board.powerOn();
      await settle();
      return hear(port, "no bootable application");
    };
    board.flash.load(APP_OFFSET, Uint8Array.of(1, 2, 3));
    expect(await boot()).toContain("image at 0x10000 has an invalid magic byte");
    const image = app("5.0.0");
    image[1000] = (image[1000] ?? 0) ^ 1;
    board.flash.load(APP_OFFSET, image);
    expect(await boot()).toContain("image at 0x10000 has a wrong checksum");
    board.flash.load(APP_OFFSET, buildApp({ chipId: 9, project: "x", version: "1", code: fillCode(8, 1) }));
    expect(await boot()).toContain("image at 0x10000 is for another chip (9)");
  });

  it("runs an application that listens", async () => {
    const { port, board } = plug({ powered: false });
    await port.open({ baudRate: 115_200 });
    board.powerOn();
    await hear(port, "Type version or restart.\r\n");
    const writer = port.writable?.getWriter();
    const type = (text: string) => writer?.write(new TextEncoder().encode(text));
    await type("versi");
    await type("on\r");
    expect(await hear(port, "image md5")).toContain("version\r\r\nI (230) app: hello 1.0.0\r\n");
    await type("sing\r");
    await hear(port, "hello does not know sing");
    await type("restart\r");
    expect(await hear(port, "is running")).toContain("rst:0xc (SW_CPU_RESET)");
  });

  it("hears and says nonsense when its host has another rate", async () => {
    const { port, board } = plug({ powered: false });
    await port.open({ baudRate: 9600, bufferSize: 65_536 });
    board.powerOn();
    await settle();
    const reader = port.readable?.getReader();
    const text = new TextDecoder("latin1").decode((await reader?.read())?.value);
    expect(text).not.toContain("ets");
    expect(text.length).toBeGreaterThan(0);
  });

  it("loses its port after as many bytes as it is told", async () => {
    const { port, board, serial } = plug({ powered: false });
    await port.open({ baudRate: 115_200 });
    board.pullCableAfter(1000, () => serial.unplug(port));
    const writer = port.writable?.getWriter();
    writer?.closed.catch(() => {});
    await writer?.write(new Uint8Array(999));
    expect(port.connected).toBe(true);
    await writer?.write(new Uint8Array(2));
    expect(port.connected).toBe(false);
    await expect(writer?.write(new Uint8Array(1))).rejects.toMatchObject({ name: "NetworkError" });
  });

  it("with its own USB port comes back as another port, and does not mind what becomes of the old one", async () => {
    const serial = new FakeSerial();
    const starts: string[] = [];
    let port: FakeSerialPort | undefined;
    const { board } = plug({
      chip: "ESP32-S3",
      port: "native",
      onStart: (mode) => {
        starts.push(mode);
        if (port !== undefined) serial.unplug(port);
        port = serial.plug({ device: board.newPort(), info: board.info });
      },
      powered: false,
    });
    board.powerOn();
    const old = port;
    await old?.open({ baudRate: 115_200 });
    await old?.setSignals({ dataTerminalReady: true });
    await old?.setSignals({ requestToSend: true });
    await old?.setSignals({ dataTerminalReady: false });
    expect(starts).toEqual(["run", "download"]);
    expect(old?.connected).toBe(false);
    const [found] = await serial.getPorts();
    expect(found).toBe(port);
    await found?.open({ baudRate: 115_200 });
    await found?.setSignals({ dataTerminalReady: true });
    await old?.close();
    await found?.setSignals({ requestToSend: true });
    await found?.setSignals({ dataTerminalReady: false });
    expect(starts).toEqual(["run", "download", "download"]);
  });
});
