import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import { createSerialDevices } from "../base/serial-devices.ts";
import type { BorrowedPort, LineStep, SerialPortLender } from "../base/serial-lender.ts";
import { FakeSerial } from "../simulation/fake-serial.ts";
import type { FakeSerialPort } from "../simulation/fake-serial-port.ts";
import type { SimulatedDevice, SimulatedLine } from "../simulation/simulated-device.ts";
import { ManualClock, settle } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { call, createTestContext, type TestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";
import { FLUSH_STALL_MS } from "./open-port.ts";
import { RESET_MS, RETURN_MS } from "./shared-port.ts";

const ESPRESSIF = { usbVendorId: 0x303a, usbProductId: 0x1001 };
const RESET: readonly LineStep[] = [{ dtr: false }, { rts: true }, { waitMs: 100 }, { rts: false }];

/** A board that boots when it is reset, and keeps what it hears and by whose port. */
class Board implements SimulatedDevice {
  line: SimulatedLine | undefined;
  text = "";
  signals: SerialOutputSignals[] = [];
  baudRates: number[] = [];
  isOpen = false;
  attached(line: SimulatedLine) {
    this.line = line;
  }
  receive(bytes: Uint8Array) {
    this.text += new TextDecoder().decode(bytes);
  }
  signalsChanged(signals: SerialOutputSignals) {
    this.signals.push(signals);
    if (signals.requestToSend === false) this.say("boot\n");
  }
  opened({ baudRate }: SerialOptions) {
    this.baudRates.push(baudRate);
    this.isOpen = true;
  }
  closed() {
    this.isOpen = false;
  }
  say(text: string) {
    this.line?.send(new TextEncoder().encode(text));
  }
}

interface Bench extends AsyncDisposable {
  readonly serial: FakeSerial;
  readonly board: Board;
  port: FakeSerialPort;
  readonly clock: ManualClock;
  readonly context: TestContext;
  readonly driver: Driver;
  readonly lender: SerialPortLender;
  borrow(): Promise<BorrowedPort>;
}

async function bench(config: object = {}): Promise<Bench> {
  const serial = new FakeSerial();
  const board = new Board();
  const port = serial.plug({ device: board, info: ESPRESSIF });
  const devices = createSerialDevices({ serial, remembered: {} });
  await devices.refresh();
  const clock = new ManualClock();
  const context = createTestContext({ path: ["serial"], clock, devices: { serial: devices } });
  const driver = await definition.create(
    context,
    parse(definition.config, { url: "hwgrep://303a:1001", baudrate: 74_880, ...config }),
  );
  const lender = driver.serialPort;
  if (lender === undefined) throw new Error("a serial driver lends its port");
  return {
    serial,
    board,
    port,
    clock,
    context,
    driver,
    lender,
    borrow: () => lender.borrow("flashing", { signal: new AbortController().signal }),
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await devices[Symbol.asyncDispose]();
      expect(board.isOpen, "the port was left open").toBe(false);
      expect(clock.sleeping, "something still sleeps").toBe(0);
    },
  };
}

const within = { signal: new AbortController().signal };

describe("PySerial lends its port", () => {
  it("closed, with the console's stream open and silent, and goes on with it afterwards", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    it.board.say("before ");
    expect(await console.until("before ")).toBe("before ");
    const borrowed = await it.borrow();
    expect(it.board.isOpen).toBe(false);
    expect(borrowed.label).toMatch(/303a:1001/);
    expect(it.context.state).toMatchObject({ lentTo: "flashing", open: false });
    await borrowed.port.open({ baudRate: 115_200 });
    it.board.say("for the flasher alone");
    await borrowed.port.close();
    await borrowed[Symbol.asyncDispose]();
    expect(it.context.state).toMatchObject({ lentTo: null, open: true });
    expect(it.board.baudRates).toEqual([74_880, 115_200, 74_880]);
    it.board.say("after");
    expect(await console.until("after")).toBe("after");
    await console.write("still there");
    expect(it.board.text).toBe("still there");
    expect(it.context.lines.filter((line) => line.startsWith("INFO"))).toEqual([
      expect.stringMatching(/^INFO .* is in use for flashing: consoles wait$/),
      expect.stringMatching(/^INFO .* is no longer in use for flashing: consoles go on$/),
    ]);
  });

  it("and lets who comes meanwhile wait in silence, and hear the device start from its first byte", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    const console = await StreamClient.open(it.driver);
    const heard = console.until("boot\n");
    borrowed.afterwards(RESET);
    const back = borrowed[Symbol.asyncDispose]();
    await it.clock.advance(100);
    await back;
    expect(await heard).toBe("boot\n");
    expect(it.board.signals).toEqual([
      { dataTerminalReady: false },
      { requestToSend: true },
      { requestToSend: false },
    ]);
  });

  it("resets the device also when nobody listens, and leaves the port closed", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    borrowed.afterwards(RESET);
    const back = borrowed[Symbol.asyncDispose]();
    await it.clock.advance(100);
    await back;
    expect(it.board.signals).toHaveLength(3);
    expect(it.board.isOpen).toBe(false);
  });

  it("and does not open it afterwards when nobody needs it", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    await borrowed[Symbol.asyncDispose]();
    await borrowed[Symbol.asyncDispose]();
    expect(it.board.baudRates).toEqual([]);
  });

  it("and opens it again with disable_hupcl, as it was", async () => {
    await using it = await bench({ disable_hupcl: true });
    await call(it.driver, "set_dtr", true);
    const borrowed = await it.borrow();
    expect(it.board.isOpen).toBe(false);
    await borrowed[Symbol.asyncDispose]();
    expect(it.board.isOpen).toBe(true);
    expect(it.board.signals.at(-1)).toEqual({ dataTerminalReady: true });
  });

  it("and keeps what clients send meanwhile, in order, for afterwards", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    await console.write("1");
    const borrowed = await it.borrow();
    let taken = false;
    const writing = console.write("2").then(() => {
      taken = true;
    });
    const next = console.write("3");
    await it.clock.advance(600_000);
    expect(taken).toBe(false);
    await borrowed[Symbol.asyncDispose]();
    await Promise.all([writing, next]);
    expect(it.board.text).toBe("123");
  });

  it("and splits a long write in the middle without losing or doubling a byte of it", async () => {
    await using it = await bench({ cps: 10 });
    const console = await StreamClient.open(it.driver);
    const writing = console.write("abcdef");
    await it.clock.advance(250);
    const borrowing = it.borrow();
    await it.clock.advance(FLUSH_STALL_MS);
    const borrowed = await borrowing;
    const before = it.board.text;
    expect("abcdef".startsWith(before)).toBe(true);
    expect(before.length).toBeLessThan(6);
    await it.clock.advance(10_000);
    expect(it.board.text).toBe(before);
    await borrowed[Symbol.asyncDispose]();
    await it.clock.advance(10_000);
    await writing;
    expect(it.board.text).toBe("abcdef");
  });

  it("and drops, with a warning, what a client has left behind that has gone", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const borrowed = await it.borrow();
    const writing = console.write("late");
    writing.catch(() => {});
    const gone = console.vanish();
    await it.clock.advance(FLUSH_STALL_MS + 1000);
    await gone;
    await expect(writing).rejects.toMatchObject({ code: "device-in-use" });
    expect(it.context.lines.join("\n")).toMatch(
      /WARNING bytes of a client were dropped: .* is in use for flashing/,
    );
    await borrowed[Symbol.asyncDispose]();
    expect(it.board.text).toBe("");
  });

  it("although its only reader does not read", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const flood = it.board.line?.sendWithFlowControl(new Uint8Array(1024 * 1024));
    await settle();
    const borrowed = await it.borrow();
    await flood;
    expect(it.board.isOpen).toBe(false);
    expect(it.context.lines).toContainEqual(expect.stringMatching(/^WARNING a reader of .* is behind/));
    await borrowed[Symbol.asyncDispose]();
    await console.vanish();
  });
});

describe("PySerial refuses, while its port is lent,", () => {
  it("to lend it again, and to move its lines", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    const inUse = {
      code: "device-in-use",
      message: expect.stringMatching(/is in use for flashing: wait until that is done$/),
    };
    await expect(it.borrow()).rejects.toMatchObject(inUse);
    await expect(call(it.driver, "set_dtr", true)).rejects.toMatchObject(inUse);
    await expect(call(it.driver, "send_break")).rejects.toMatchObject(inUse);
    await expect(call(it.driver, "set_baudrate", 9600)).rejects.toMatchObject(inUse);
    await expect(it.lender.moveLines(RESET, within)).rejects.toMatchObject(inUse);
    await borrowed[Symbol.asyncDispose]();
    await call(it.driver, "set_dtr", true);
    const again = await it.borrow();
    await again[Symbol.asyncDispose]();
  });

  it("nothing to close(), which ends the streams that wait", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    const console = await StreamClient.open(it.driver);
    await call(it.driver, "close");
    expect(await console.chunk()).toBeUndefined();
    const next = await StreamClient.open(it.driver);
    await borrowed[Symbol.asyncDispose]();
    it.board.say("on");
    expect(await next.until("on")).toBe("on");
  });
});

describe("PySerial lends no port", () => {
  it("of loop://", async () => {
    const driver = await definition.create(createTestContext(), parse(definition.config, { url: "loop://" }));
    await expect(driver.serialPort?.borrow("flashing", within)).rejects.toMatchObject({
      code: "not-implemented",
      message: expect.stringMatching(/^loop:\/\/ has no port to lend/),
    });
  });

  it("that is not there, or whose borrower has left", async () => {
    await using it = await bench();
    await expect(
      it.lender.borrow("flashing", { signal: AbortSignal.abort(new Error("left")) }),
    ).rejects.toThrow("left");
    it.serial.unplug(it.port);
    await expect(it.borrow()).rejects.toMatchObject({ code: "device-missing" });
    await expect(it.lender.moveLines(RESET, within)).rejects.toMatchObject({ code: "device-missing" });
    expect(it.context.state.lentTo).toBeNull();
  });
});

describe("a device that comes back as another one", () => {
  const replug = (it: Bench) => {
    it.serial.unplug(it.port);
    it.port = it.serial.plug({ device: it.board, info: ESPRESSIF });
  };

  it("is found again by the borrower", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    const lost = borrowed.port;
    const waiting = borrowed.returned(lost, { ms: 5000, ...within });
    it.serial.unplug(it.port);
    expect(() => borrowed.port).toThrow(/plug in/);
    await it.clock.advance(4000);
    it.port = it.serial.plug({ device: it.board, info: ESPRESSIF });
    expect(await waiting).toBe(it.port);
    expect(borrowed.port).toBe(it.port);
    expect(await borrowed.returned(lost, { ms: 5000, ...within })).toBe(it.port);
    await borrowed[Symbol.asyncDispose]();
  });

  it("is waited for as long as was said, and no longer", async () => {
    await using it = await bench();
    const borrowed = await it.borrow();
    const late = borrowed.returned(borrowed.port, { ms: 5000, ...within });
    late.catch(() => {});
    await it.clock.advance(5000);
    await expect(late).rejects.toMatchObject({
      code: "device-missing",
      message: expect.stringMatching(/did not come back within 5 s/),
    });
    await borrowed[Symbol.asyncDispose]();
  });

  it("goes on with its consoles after the loan", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const borrowed = await it.borrow();
    it.serial.unplug(it.port);
    // Who gives it back is not kept waiting.
    await borrowed[Symbol.asyncDispose]();
    await it.clock.advance(1000);
    it.port = it.serial.plug({ device: it.board, info: ESPRESSIF });
    await console.write("hello");
    it.board.say("on");
    expect(await console.until("on")).toBe("on");
  });

  it("goes on with its consoles after a reset", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const moving = it.lender.moveLines(RESET, within);
    await it.clock.advance(100);
    await moving;
    expect(await console.until("boot\n")).toBe("boot\n");
    await it.clock.advance(RESET_MS - 1);
    replug(it);
    const writing = console.write("hello");
    await writing;
    it.board.say("on");
    expect(await console.until("on")).toBe("on");
    expect(it.board.text).toBe("hello");
    expect(it.context.lines).not.toContainEqual(expect.stringMatching(/^(WARNING|ERROR)/));
  });

  it("goes on also when it goes away before its lines are through", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const moving = it.lender.moveLines(RESET, within);
    await settle();
    replug(it);
    await it.clock.advance(100);
    await moving;
    it.board.say("on");
    expect(await console.until("on")).toBe("on");
  });

  it("ends its consoles with an error when it does not come back", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const borrowed = await it.borrow();
    it.serial.unplug(it.port);
    const back = borrowed[Symbol.asyncDispose]();
    await it.clock.advance(RETURN_MS);
    await back;
    await expect(console.chunk()).rejects.toMatchObject({ code: "device-missing" });
    await expect(console.write("x")).rejects.toMatchObject({ code: "device-missing" });
    expect(it.context.lines).toContainEqual(expect.stringMatching(/^WARNING .* did not come back/));
  });

  it("ends its consoles in order, as ever, when nobody has reset it", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    replug(it);
    expect(await console.chunk()).toBeUndefined();
  });
});

describe("PySerial, ending while its port is lent,", () => {
  it("tells the borrower, and waits for the port", async () => {
    await using it = await bench();
    const console = await StreamClient.open(it.driver);
    const borrowed = await it.borrow();
    let ended = false;
    const ending = it.driver[Symbol.asyncDispose]().then(() => {
      ended = true;
    });
    await settle();
    expect(borrowed.revoked.aborted).toBe(true);
    expect(await console.chunk()).toBeUndefined();
    expect(ended).toBe(false);
    // Nobody begins to wait for a port that does not come back.
    await expect(StreamClient.open(it.driver)).rejects.toThrow(/has let go of this port/);
    await borrowed[Symbol.asyncDispose]();
    await ending;
  });

  it("goes on without it after a while, and says so", async () => {
    await using it = await bench();
    await it.borrow();
    const ending = it.driver[Symbol.asyncDispose]();
    await it.clock.advance(5000);
    await ending;
    expect(it.context.lines).toContainEqual(expect.stringMatching(/^WARNING .* was not given back/));
  });
});
