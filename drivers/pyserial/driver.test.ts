import { parse, safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import { createSerialDevices } from "../base/serial-devices.ts";
import { FakeSerial } from "../simulation/fake-serial.ts";
import type { FakeSerialPort } from "../simulation/fake-serial-port.ts";
import {
  createLoopbackDevice,
  type SimulatedDevice,
  type SimulatedLine,
} from "../simulation/simulated-device.ts";
import { ManualClock, settle } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { call, createTestContext, type TestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";
import { LOSSY_QUEUE_BYTES, MAX_BEHIND_BYTES, READER_QUEUE_BYTES } from "./fan-out.ts";
import { FLUSH_STALL_MS, PORT_BUFFER_BYTES } from "./open-port.ts";

const FTDI = { usbVendorId: 0x0403, usbProductId: 0x6001 };

/** A board that keeps what it hears and says what it is told to. */
class Board implements SimulatedDevice {
  line: SimulatedLine | undefined;
  heard: number[] = [];
  signals: SerialOutputSignals[] = [];
  openings: SerialOptions[] = [];
  isOpen = false;
  /** While set, the board takes no bytes. */
  deafUntil: Promise<void> | undefined;
  attached(line: SimulatedLine) {
    this.line = line;
  }
  async receive(bytes: Uint8Array) {
    await this.deafUntil;
    this.heard.push(...bytes);
  }
  signalsChanged(signals: SerialOutputSignals) {
    this.signals.push(signals);
  }
  opened(options: SerialOptions) {
    this.openings.push(options);
    this.isOpen = true;
  }
  closed() {
    this.isOpen = false;
  }
  say(data: string | Uint8Array) {
    this.line?.send(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }
  get text() {
    return String.fromCharCode(...this.heard);
  }
}

interface Bench extends AsyncDisposable {
  readonly serial: FakeSerial;
  readonly board: Board;
  port: FakeSerialPort;
  readonly clock: ManualClock;
  readonly context: TestContext;
  readonly driver: Driver;
}

async function bench(config: object = {}, { unkind = false } = {}): Promise<Bench> {
  const serial = new FakeSerial();
  const board = new Board();
  const port = serial.plug({ device: board, info: FTDI, unkind });
  const devices = createSerialDevices({ serial, remembered: {} });
  await devices.refresh();
  const clock = new ManualClock();
  const context = createTestContext({ path: ["serial"], clock, devices: { serial: devices } });
  const driver = await definition.create(
    context,
    parse(definition.config, { url: "hwgrep://0403:6001", ...config }),
  );
  return {
    serial,
    board,
    port,
    clock,
    context,
    driver,
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await devices[Symbol.asyncDispose]();
      expect(board.isOpen, "the port was left open").toBe(false);
      expect(clock.sleeping, "something still sleeps").toBe(0);
    },
  };
}

const connect = (bench: Bench) => StreamClient.open(bench.driver);

describe("PySerial's configuration", () => {
  const messages = (config: unknown) =>
    safeParse(definition.config, config).issues?.map(({ message }) => message);

  it("fills in what upstream fills in", () => {
    expect(parse(definition.config, { url: "/dev/ttyUSB0" })).toEqual({
      url: "/dev/ttyUSB0",
      baudrate: 115_200,
      check_present: true,
      cps: null,
      disable_hupcl: false,
    });
  });

  for (const [what, config, message] of [
    ["a missing url", {}, /the key "url" is missing/],
    ["an unknown key", { url: "loop://", baud: 1 }, /unknown key "baud": known keys are url, baudrate/],
    ["a quoted baud rate", { url: "loop://", baudrate: "9600" }, /without quotes/],
    ["a negative cps", { url: "loop://", cps: -1 }, /0 or null for no limit/],
    ["an empty url", { url: " " }, /the url is empty/],
    ["a bare text", "loop://", /a map of keys and values is needed/],
  ] as const) {
    it(`says what to do about ${what}`, () => {
      expect(messages(config)?.join()).toMatch(message);
    });
  }

  it("is good for a network port, which no page can open, and says so", () => {
    const { output } = safeParse(definition.config, { url: "socket://host:1" });
    expect(definition.impossible?.(output)).toMatchObject({
      key: "url",
      reason: expect.stringContaining("cannot open TCP sockets"),
    });
    expect(definition.impossible?.(safeParse(definition.config, { url: "loop://" }).output)).toBeUndefined();
  });
});

describe("PySerial on a port", () => {
  it("opens on the first stream with a large buffer, and closes after the last", async () => {
    await using it = await bench({ baudrate: 9600 });
    expect(it.board.isOpen).toBe(false);
    const client = await connect(it);
    expect(it.board.openings).toEqual([{ baudRate: 9600, bufferSize: PORT_BUFFER_BYTES }]);
    expect(it.context.state).toMatchObject({ open: true, baudrate: 9600 });
    await client.vanish();
    await settle();
    expect(it.board.isOpen).toBe(false);
    expect(it.context.state).toMatchObject({ open: false });
  });

  for (const unkind of [false, true]) {
    it(`carries bytes both ways${unkind ? ", one at a time" : ""}`, async () => {
      await using it = await bench({}, { unkind });
      const client = await connect(it);
      await client.write("to the board");
      expect(it.board.text).toBe("to the board");
      it.board.say("from the board");
      expect(new TextDecoder().decode(await client.bytes(14))).toBe("from the board");
      await it.clock.advance(1000);
      expect(it.context.state).toMatchObject({ bytesIn: 14, bytesOut: 12 });
    });
  }

  it("keeps listening after a half-close", async () => {
    await using it = await bench();
    const client = await connect(it);
    await client.write("x");
    await client.end();
    it.board.say("still here");
    expect(await client.until("here")).toBe("still here");
  });

  it("gives every reader every byte, and takes bytes of every writer", async () => {
    await using it = await bench();
    const [a, b] = [await connect(it), await connect(it)];
    it.board.say("for both");
    const first = await a.chunk();
    // What one reader does to its chunk is its own business.
    first?.fill(0);
    expect(await b.until("both")).toBe("for both");
    await Promise.all([a.write("AAAA"), b.write("BBBB")]);
    expect(it.board.text).toBe("AAAABBBB");
    await a.vanish();
    it.board.say("one left");
    expect(await b.until("left")).toBe("one left");
  });

  it("stops reading the port while its only reader stalls, and loses nothing", async () => {
    await using it = await bench();
    const client = await connect(it);
    const total = 4 * (READER_QUEUE_BYTES + PORT_BUFFER_BYTES);
    let sent = false;
    const sending = it.board.line?.sendWithFlowControl(pattern(total)).then(() => {
      sent = true;
    });
    await settle();
    expect(sent).toBe(false);
    expect(await client.bytes(total)).toEqual(pattern(total));
    await sending;
  });

  it("ends a reader that is far behind another, and never the other", async () => {
    await using it = await bench();
    const [slow, fast] = [await connect(it), await connect(it)];
    const total = MAX_BEHIND_BYTES + 4 * PORT_BUFFER_BYTES;
    const sending = it.board.line?.sendWithFlowControl(pattern(total));
    expect(await fast.bytes(total)).toEqual(pattern(total));
    await sending;
    await expect(slow.chunk()).rejects.toThrow(/1024 KiB behind another reader/);
    it.board.say("on");
    expect(await fast.until("on")).toBe("on");
  });

  it("lets a lossy reader lose its oldest bytes, and tells it how many", async () => {
    await using it = await bench();
    let skipped = 0;
    const shown = await StreamClient.open(it.driver, { lossy: { onSkipped: (bytes) => (skipped += bytes) } });
    const client = await connect(it);
    const total = 3 * LOSSY_QUEUE_BYTES;
    const sending = it.board.line?.sendWithFlowControl(pattern(total));
    expect(await client.bytes(total)).toEqual(pattern(total));
    await sending;
    expect(skipped).toBeGreaterThanOrEqual(total - LOSSY_QUEUE_BYTES - PORT_BUFFER_BYTES);
    expect(await shown.bytes(total - skipped)).toEqual(pattern(total).subarray(skipped));
  });

  it("never waits for a lossy reader, also when it is alone", async () => {
    await using it = await bench();
    await StreamClient.open(it.driver, { lossy: { onSkipped() {} } });
    await it.board.line?.sendWithFlowControl(pattern(3 * LOSSY_QUEUE_BYTES));
    expect(it.context.lines).not.toContainEqual(expect.stringMatching(/^WARNING/));
  });

  it("goes on after lost bytes, and says so", async () => {
    await using it = await bench();
    const client = await connect(it);
    it.board.say("before");
    it.board.line?.fault("BufferOverrunError");
    expect(await client.until("before")).toBe("before");
    await it.clock.advance(100);
    it.board.say("after");
    expect(await client.until("after")).toBe("after");
    expect(it.context.lines.filter((line) => /bytes may be lost/.test(line))).toHaveLength(1);
  });

  it("survives a noisy line without flooding the log", async () => {
    await using it = await bench();
    const client = await connect(it);
    for (let n = 0; n < 50; n++) it.board.line?.fault("FramingError");
    await it.clock.advance(900);
    it.board.say("ok");
    expect(await client.until("ok")).toBe("ok");
    expect(it.context.lines.filter((line) => /check the baud rate/.test(line))).toHaveLength(1);
  });

  it("ends its streams with an error when the port breaks, and opens again", async () => {
    await using it = await bench();
    const client = await connect(it);
    it.board.line?.fault("UnknownError");
    await expect(client.chunk()).rejects.toMatchObject({ code: "device-io" });
    await settle();
    expect(it.board.isOpen).toBe(false);
    const again = await connect(it);
    it.board.say("back");
    expect(await again.until("back")).toBe("back");
  });

  it("ends its streams in order when the cable is pulled, and takes the new port after a replug", async () => {
    await using it = await bench();
    const client = await connect(it);
    it.serial.unplug(it.port);
    expect(await client.chunk()).toBeUndefined();
    await expect(client.write("x")).rejects.toMatchObject({ code: "device-disconnected" });
    await expect(connect(it)).rejects.toMatchObject({
      code: "device-missing",
      message: expect.stringMatching(/plug in FTDI FT232R 0403:6001/),
    });
    expect(it.context.state).toMatchObject({ open: false, error: expect.stringMatching(/plug in/) });
    expect(it.context.lines).toContainEqual(
      expect.stringMatching(/^WARNING FTDI FT232R 0403:6001 was unplugged/),
    );

    it.serial.plug({ device: it.board, info: FTDI });
    expect(it.context.state).toMatchObject({ error: null });
    const again = await connect(it);
    it.board.say("back");
    expect(await again.until("back")).toBe("back");
  });

  it("says who to ask when the port is held elsewhere", async () => {
    await using it = await bench();
    it.port.heldElsewhere = true;
    await expect(connect(it)).rejects.toMatchObject({
      code: "device-in-use",
      message: expect.stringMatching(/close it in the other tab/),
    });
    expect(it.context.state.error).toMatch(/close it/);
    it.port.heldElsewhere = false;
    const client = await connect(it);
    expect(it.context.state.error).toBeNull();
    await client.vanish();
  });

  it("starts without its device, and says what is missing", async () => {
    const serial = new FakeSerial();
    const devices = createSerialDevices({ serial, remembered: {} });
    await devices.refresh();
    const context = createTestContext({ path: ["board", "serial"], devices: { serial: devices } });
    await using driver = await definition.create(context, parse(definition.config, { url: "/dev/ttyUSB0" }));
    expect(context.lines).toEqual([
      "WARNING choose a port for `board.serial` on the page (the configuration names it /dev/ttyUSB0)",
    ]);
    await expect(StreamClient.open(driver)).rejects.toMatchObject({ code: "device-not-bound" });
  });

  it("says so where the browser has no serial ports", async () => {
    const context = createTestContext();
    await using driver = await definition.create(context, parse(definition.config, { url: "/dev/ttyUSB0" }));
    expect(context.lines.join()).toMatch(
      /WARNING this browser offers no serial ports: open the page in Chromium/,
    );
    await expect(StreamClient.open(driver)).rejects.toMatchObject({ code: "not-implemented" });
    await expect(call(driver, "set_dtr", true)).rejects.toMatchObject({ code: "not-implemented" });
    expect(await call(driver, "close")).toBeNull();
  });
});

describe("PySerial's output lines", () => {
  it("are set on an open port, one after the other", async () => {
    await using it = await bench();
    await connect(it);
    await call(it.driver, "set_dtr", "off");
    await call(it.driver, "set_rts", 1);
    expect(it.board.signals).toEqual([{ dataTerminalReady: false }, { requestToSend: true }]);
    expect(it.context.state).toMatchObject({ dtr: false, rts: true });
    expect(it.board.isOpen).toBe(true);
  });

  it("open and close a port that is not open, and are set again by later openings", async () => {
    await using it = await bench();
    expect(await call(it.driver, "set_rts", false)).toBeNull();
    await call(it.driver, "set_dtr", true);
    expect(it.board.isOpen).toBe(false);
    it.board.signals = [];
    await connect(it);
    expect(it.board.signals).toEqual([{ dataTerminalReady: true }, { requestToSend: false }]);
  });

  it("refuse what is not a boolean", async () => {
    await using it = await bench();
    await expect(call(it.driver, "set_dtr", "maybe")).rejects.toMatchObject({ code: "invalid-argument" });
    expect(it.board.openings).toEqual([]);
  });

  it("leave the port open with disable_hupcl, which throws away what nobody reads", async () => {
    await using it = await bench({ disable_hupcl: true });
    await call(it.driver, "set_dtr", true);
    expect(it.board.isOpen).toBe(true);
    it.board.say("to nobody");
    await settle();
    const client = await connect(it);
    it.board.say("to you");
    expect(await client.until("you")).toBe("to you");
    await client.vanish();
    await settle();
    expect(it.board.openings).toHaveLength(1);
    expect(it.board.isOpen).toBe(true);
  });
});

describe("PySerial's break", () => {
  it("holds the line for a quarter of a second, and releases it", async () => {
    await using it = await bench();
    await connect(it);
    const sent = call(it.driver, "send_break");
    await settle();
    expect(it.board.signals).toEqual([{ break: true }]);
    await it.clock.advance(249);
    expect(it.board.signals).toHaveLength(1);
    await it.clock.advance(1);
    expect(await sent).toBeNull();
    expect(it.board.signals).toEqual([{ break: true }, { break: false }]);
  });

  it("goes out after what was sent before, and holds back what is sent meanwhile", async () => {
    await using it = await bench();
    const client = await connect(it);
    await client.write("before");
    const sent = call(it.driver, "send_break", 100);
    await settle();
    // The UART still sends what it was given: six bytes at 115200 baud.
    expect(it.board.signals).toEqual([]);
    await it.clock.advance(1);
    expect(it.board.signals).toEqual([{ break: true }]);
    const after = client.write("after");
    await settle();
    expect(it.board.text).toBe("before");
    await it.clock.advance(100);
    await Promise.all([sent, after]);
    expect(it.board.text).toBe("beforeafter");
  });

  it("reaches a device that takes no bytes", async () => {
    await using it = await bench();
    const client = await connect(it);
    const listening = Promise.withResolvers<void>();
    it.board.deafUntil = listening.promise;
    const write = client.write("stuck");
    await settle();
    const sent = call(it.driver, "send_break");
    await it.clock.advance(FLUSH_STALL_MS);
    expect(it.board.signals).toEqual([{ break: true }]);
    await it.clock.advance(250);
    await sent;
    it.board.deafUntil = undefined;
    listening.resolve();
    await write;
    expect(it.board.text).toBe("stuck");
  });

  it("is released when its caller goes", async () => {
    await using it = await bench();
    await connect(it);
    const method = it.driver.methods.get("send_break");
    if (method?.kind !== "call") throw new Error("send_break is a call");
    const caller = new AbortController();
    const sent = method.run([5000], { signal: caller.signal });
    sent.catch(() => {});
    await settle();
    caller.abort(new Error("gone"));
    await expect(sent).rejects.toThrow("gone");
    expect(it.board.signals).toEqual([{ break: true }, { break: false }]);
  });

  it("ends with the port when the exporter ends", async () => {
    const it = await bench();
    await connect(it);
    const sent = call(it.driver, "send_break", 5000);
    sent.catch(() => {});
    await settle();
    await it[Symbol.asyncDispose]();
    await expect(sent).rejects.toThrow(/has let go of this port/);
    expect(it.board.signals.at(-1)).toEqual({ break: false });
  });

  for (const [ms, message] of [
    [0, /at least 1 ms/],
    [5001, /at most 5000 ms/],
    ["long", /a whole number is needed/],
  ] as const) {
    it(`refuses ${JSON.stringify(ms)} milliseconds`, async () => {
      await using it = await bench();
      await expect(call(it.driver, "send_break", ms)).rejects.toThrow(message);
      expect(it.board.openings).toEqual([]);
    });
  }
});

describe("PySerial's baud rate", () => {
  it("changes under open streams, which lose nothing and end not", async () => {
    await using it = await bench();
    const [a, b] = [await connect(it), await connect(it)];
    await call(it.driver, "set_dtr", true);
    it.board.say("at first");
    await settle();
    await a.write("one ");
    expect(await call(it.driver, "set_baudrate", 9600)).toBeNull();
    expect(it.board.openings.map(({ baudRate }) => baudRate)).toEqual([115_200, 9600]);
    expect(it.context.state).toMatchObject({ open: true, baudrate: 9600 });
    // As clients have set it, also at this opening.
    expect(it.board.signals.at(-1)).toEqual({ dataTerminalReady: true });
    await a.write("two");
    expect(it.board.text).toBe("one two");
    it.board.say(", and then");
    expect(await a.until("then")).toBe("at first, and then");
    expect(await b.until("then")).toBe("at first, and then");
  });

  it("delivers what a client has sent, whatever rate it goes out with", async () => {
    await using it = await bench();
    const client = await connect(it);
    const listening = Promise.withResolvers<void>();
    it.board.deafUntil = listening.promise;
    const writes = [client.write("one "), client.write("two")];
    await settle();
    const changed = call(it.driver, "set_baudrate", 57_600);
    await settle();
    it.board.deafUntil = undefined;
    listening.resolve();
    await Promise.all([changed, ...writes]);
    expect(it.board.text).toBe("one two");
    expect(it.board.openings).toHaveLength(2);
  });

  it("is kept for the next opening when nothing is open", async () => {
    await using it = await bench();
    await call(it.driver, "set_baudrate", "74880");
    expect(it.board.openings).toEqual([]);
    expect(it.context.state).toMatchObject({ open: false, baudrate: 74_880 });
    await connect(it);
    expect(it.board.openings[0]).toMatchObject({ baudRate: 74_880 });
  });

  it("is the configuration's again after a reset, without an end of streams", async () => {
    await using it = await bench({ baudrate: 9600 });
    const client = await connect(it);
    await call(it.driver, "set_baudrate", 115_200);
    await it.driver.reset?.();
    expect(it.board.openings.map(({ baudRate }) => baudRate)).toEqual([9600, 115_200, 9600]);
    expect(it.context.state).toMatchObject({ baudrate: 9600 });
    await it.driver.reset?.();
    expect(it.board.openings).toHaveLength(3);
    it.board.say("on");
    expect(await client.until("on")).toBe("on");
  });

  it("stays as it was when the port does not open with it", async () => {
    await using it = await bench();
    const client = await connect(it);
    it.port.mostBaud = 3_000_000;
    await expect(call(it.driver, "set_baudrate", 12_000_000)).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/did not open at 12000000 baud, so it stays at 115200/),
    });
    expect(it.context.state).toMatchObject({ open: true, baudrate: 115_200, error: null });
    it.board.say("on");
    expect(await client.until("on")).toBe("on");
  });

  it("ends its streams when the port does not open at all any more", async () => {
    await using it = await bench();
    const client = await connect(it);
    it.port.heldElsewhere = true;
    await expect(call(it.driver, "set_baudrate", 9600)).rejects.toThrow(/stays at 115200/);
    await expect(client.chunk()).rejects.toMatchObject({ code: "device-in-use" });
    it.port.heldElsewhere = false;
    const again = await connect(it);
    it.board.say("back");
    expect(await again.until("back")).toBe("back");
  });

  for (const [rate, message] of [
    [0, /at least 1/],
    [50_000_001, /at most 50000000/],
    ["fast", /a whole number is needed/],
  ] as const) {
    it(`refuses ${JSON.stringify(rate)}`, async () => {
      await using it = await bench();
      await expect(call(it.driver, "set_baudrate", rate)).rejects.toThrow(message);
      expect(it.context.state).toMatchObject({ baudrate: 115_200 });
    });
  }
});

describe("PySerial's ending", () => {
  it("delivers what it took from a client that has gone", async () => {
    await using it = await bench();
    const client = await connect(it);
    const listening = Promise.withResolvers<void>();
    it.board.deafUntil = listening.promise;
    const writes = [client.write("one "), client.write("two "), client.write("three")];
    const gone = client.vanish();
    await it.clock.advance(FLUSH_STALL_MS / 2);
    it.board.deafUntil = undefined;
    listening.resolve();
    await Promise.all([...writes, gone]);
    await settle();
    expect(it.board.text).toBe("one two three");
    expect(it.board.isOpen).toBe(false);
  });

  it("gives up a device that takes nothing once the client has gone, and frees the port", async () => {
    await using it = await bench();
    const client = await connect(it);
    it.board.deafUntil = new Promise(() => {});
    const write = client.write("never");
    write.catch(() => {});
    const gone = client.vanish();
    await it.clock.advance(FLUSH_STALL_MS + 1000);
    await gone;
    await expect(write).rejects.toMatchObject({ code: "timeout" });
    expect(it.board.isOpen).toBe(false);
    expect(it.context.lines.join()).toMatch(/WARNING bytes of a client were dropped: .* takes no bytes/);
  });

  it("waits for a slow device as long as a client is there", async () => {
    await using it = await bench();
    const client = await connect(it);
    const listening = Promise.withResolvers<void>();
    it.board.deafUntil = listening.promise;
    const write = client.write("patience");
    await it.clock.advance(60_000);
    listening.resolve();
    await write;
    expect(it.board.text).toBe("patience");
    await client.vanish();
  });

  it("ends all streams on close, and does nothing when idle", async () => {
    await using it = await bench();
    expect(await call(it.driver, "close")).toBeNull();
    const [a, b] = [await connect(it), await connect(it)];
    expect(await call(it.driver, "close")).toBeNull();
    expect(await a.chunk()).toBeUndefined();
    expect(await b.chunk()).toBeUndefined();
    await expect(a.write("x")).rejects.toThrow(/was closed/);
    expect(it.board.isOpen).toBe(false);
    const again = await connect(it);
    it.board.say("again");
    expect(await again.until("again")).toBe("again");
  });

  it("opens again for a client that comes while the port is closing", async () => {
    await using it = await bench();
    const first = await connect(it);
    const leaving = first.vanish();
    const second = await connect(it);
    await leaving;
    await settle();
    it.board.say("hello");
    expect(await second.until("hello")).toBe("hello");
  });

  it("does not open for a client that has left before its turn", async () => {
    await using it = await bench();
    const connectMethod = it.driver.methods.get("connect");
    if (connectMethod?.kind !== "stream") throw new Error("connect is a stream");
    const reason = new Error("left");
    await expect(connectMethod.open({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(it.board.openings).toEqual([]);
  });
});

describe("PySerial with cps", () => {
  it("sends byte by byte, the first at once", async () => {
    await using it = await bench({ cps: 10 });
    const client = await connect(it);
    const write = client.write("abc");
    await settle();
    expect(it.board.text).toBe("a");
    await it.clock.advance(100);
    expect(it.board.text).toBe("ab");
    await it.clock.advance(99);
    expect(it.board.text).toBe("ab");
    await it.clock.advance(1);
    await write;
    expect(it.board.text).toBe("abc");
    await client.vanish();
  });
});

describe("PySerial on loop://", () => {
  const loop = async (config: object = {}) => {
    const clock = new ManualClock();
    const context = createTestContext({ clock });
    const driver = await definition.create(context, parse(definition.config, { url: "loop://", ...config }));
    return { clock, context, driver };
  };

  it("echoes to each client its own bytes, also after its half-close", async () => {
    const { driver, context } = await loop();
    const [a, b] = [await StreamClient.open(driver), await StreamClient.open(driver)];
    await a.write("for a");
    await a.end();
    await b.write("for b");
    expect(await a.until("a")).toBe("for a");
    expect(await b.until("b")).toBe("for b");
    expect(context.state).toMatchObject({ open: true });
    await Promise.all([a.vanish(), b.vanish()]);
    expect(context.state).toMatchObject({ open: false });
    await driver[Symbol.asyncDispose]();
  });

  it("holds a writer back whose echo nobody reads, until the client leaves", async () => {
    const { driver } = await loop();
    const client = await StreamClient.open(driver);
    let written = false;
    const write = client.write(pattern(READER_QUEUE_BYTES)).then(() => {
      written = true;
    });
    await settle();
    expect(written).toBe(false);
    await client.vanish();
    await write;
    await driver[Symbol.asyncDispose]();
  });

  it("gives five chunks for five throttled bytes", async () => {
    const { driver, clock } = await loop({ cps: 5 });
    const client = await StreamClient.open(driver);
    const write = client.write("hello");
    const chunks: number[] = [];
    for (let n = 0; n < 5; n++) {
      await clock.advance(n === 0 ? 0 : 200);
      chunks.push((await client.chunk())?.length ?? 0);
    }
    expect(chunks).toEqual([1, 1, 1, 1, 1]);
    await write;
    await driver[Symbol.asyncDispose]();
    expect(await client.chunk()).toBeUndefined();
    expect(clock.sleeping).toBe(0);
  });

  it("takes a break and a baud rate, which its echo does not notice", async () => {
    const { driver, context } = await loop({ baudrate: 9600 });
    const client = await StreamClient.open(driver);
    expect(await call(driver, "send_break")).toBeNull();
    expect(await call(driver, "set_baudrate", 31_250)).toBeNull();
    expect(context.state).toMatchObject({ baudrate: 31_250 });
    await client.write("still");
    expect(await client.until("still")).toBe("still");
    await driver.reset?.();
    expect(context.state).toMatchObject({ baudrate: 9600 });
    await client.vanish();
    await driver[Symbol.asyncDispose]();
  });

  it("takes set_dtr and close", async () => {
    const { driver, context } = await loop();
    const client = await StreamClient.open(driver);
    await call(driver, "set_dtr", true);
    expect(context.state).toMatchObject({ dtr: true });
    await call(driver, "close");
    expect(await client.chunk()).toBeUndefined();
  });
});

describe("PySerial with the simulated loopback", () => {
  it("does not lose or double a byte of a megabyte", async () => {
    const serial = new FakeSerial();
    serial.plug({ device: createLoopbackDevice() });
    const devices = createSerialDevices({ serial, remembered: {} });
    await devices.refresh();
    const context = createTestContext({ devices: { serial: devices } });
    await using driver = await definition.create(context, parse(definition.config, { url: "/dev/ttyS0" }));
    const client = await StreamClient.open(driver);
    const data = pattern(1024 * 1024);
    const write = client.write(data);
    expect(await client.bytes(data.length)).toEqual(data);
    await write;
    await client.vanish();
  });
});

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}
