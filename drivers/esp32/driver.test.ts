import { parse, safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Driver } from "../base/driver.ts";
import type { ImageInfo } from "../base/image.ts";
import type { JsonValue } from "../base/json.ts";
import type { WorkReport, WorkStep } from "../base/methods.ts";
import { resourceArgument } from "../base/resource.ts";
import { createSerialDevices } from "../base/serial-devices.ts";
import { Waiters } from "../base/waiters.ts";
import { definition as pySerial } from "../pyserial/driver.ts";
import { Esp32Board, type Esp32BoardOptions } from "../simulation/esp32/board.ts";
import { fillCode } from "../simulation/esp32/factory.ts";
import { buildApp } from "../simulation/esp32/image.ts";
import { FakeSerial } from "../simulation/fake-serial.ts";
import type { FakeSerialPort } from "../simulation/fake-serial-port.ts";
import { ManualClock, settle } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { call, createTestContext, type TestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

/*
 * The whole path: this driver and PySerial, esptool-js, and a simulated board that speaks the real protocol. Where a chip answers, time is
 * real and nothing is measured: the board's waits are those of a reset. Where none does, time is moved by hand.
 */

interface Bench extends AsyncDisposable {
  readonly board: Esp32Board;
  readonly serial: FakeSerial;
  port: FakeSerialPort;
  readonly console: Driver;
  readonly consoleContext: TestContext;
  readonly context: TestContext;
  readonly driver: Driver;
  /** How the chip was started, each time, so far; resolves when there are as many as expected. */
  starts(count: number): Promise<readonly ("download" | "run")[]>;
  readonly steps: WorkStep[];
  readonly images: ImageInfo[];
  /** Called at each step. */
  onStep: (step: WorkStep) => void;
  /** Plug the board in again. */
  plug(): void;
  /** Call it as a client does whose patience `signal` is. */
  call(method: string, args: readonly JsonValue[], options?: { signal?: AbortSignal }): Promise<JsonValue>;
  flash(bytes: Uint8Array, target?: string, options?: { signal?: AbortSignal }): Promise<JsonValue>;
}

interface BenchOptions {
  readonly clock?: Clock;
  readonly config?: object;
  readonly board?: Omit<Esp32BoardOptions, "clock">;
}

/** An ESP32-C3 unless told: it is identified without the pauses that the first ESP32 wants. */
async function bench({
  clock = systemClock,
  config = {},
  board: options = {},
}: BenchOptions = {}): Promise<Bench> {
  const serial = new FakeSerial();
  // A board with USB of its own comes back as another port each time that it starts.
  const starts: ("download" | "run")[] = [];
  const started = new Waiters();
  const onStart = (mode: "download" | "run") => {
    starts.push(mode);
    started.wake();
    if (options.port !== "native" || bench.port === undefined) return;
    serial.unplug(bench.port);
    bench.port = serial.plug({ device: board.newPort(), info: board.info });
  };
  const bench: { port: FakeSerialPort | undefined } = { port: undefined };
  const board: Esp32Board = new Esp32Board({ clock, chip: "ESP32-C3", onStart, ...options });
  const plug = () => {
    bench.port = serial.plug({ device: board.newPort(), info: board.info });
  };
  plug();
  const devices = createSerialDevices({ serial, remembered: {} });
  await devices.refresh();
  const url = options.port === "native" ? "hwgrep://303a:1001" : "hwgrep://10c4:ea60";
  const consoleContext = createTestContext({ path: ["serial"], clock, devices: { serial: devices } });
  const console = await pySerial.create(consoleContext, parse(pySerial.config, { url }));
  const context = createTestContext({ path: ["esp32"], clock, children: new Map([["serial", console]]) });
  const driver = await definition.create(context, parse(definition.config, config));
  const steps: WorkStep[] = [];
  const images: ImageInfo[] = [];
  const report: WorkReport = {
    step: (step) => {
      steps.push(step);
      it.onStep(step);
    },
    image: (image) => void images.push({ sha256: image.sha256, size: image.size }),
  };
  const it: Bench = {
    board,
    serial,
    get port() {
      if (bench.port === undefined) throw new Error("the board is not plugged in");
      return bench.port;
    },
    set port(port) {
      bench.port = port;
    },
    console,
    consoleContext,
    context,
    driver,
    async starts(count) {
      while (starts.length < count) await started.wait();
      return starts;
    },
    steps,
    images,
    onStep: () => {},
    plug,
    async call(method, args, { signal = new AbortController().signal } = {}) {
      const exported = driver.methods.get(method);
      if (exported?.kind !== "call") throw new Error(`${method} is a call`);
      return exported.run(args, { signal, report });
    },
    flash: (bytes, target, options) =>
      it.call("flash", [context.resources.toDriver(bytes), target ?? null], options),
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await console[Symbol.asyncDispose]();
      await devices[Symbol.asyncDispose]();
      board[Symbol.dispose]();
      if (clock instanceof ManualClock) expect(clock.sleeping, "something still sleeps").toBe(0);
    },
  };
  return it;
}

/** Bytes that do not compress: several blocks of a transfer. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 0x2545_f491;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
}

/** An application for an ESP32-C3. */
const APP = buildApp({ chipId: 5, project: "blink", version: "2.0.0", code: fillCode(20_000, 9) });

/** The port is free, the chip runs what is in its flash, and the next flash works. */
async function expectIntact(it: Bench): Promise<void> {
  await it.flash(APP, "0x10000");
  expect(it.board.flash.read(0x10000, APP.length)).toEqual(APP);
  expect(it.context.state).toMatchObject({ busy: null });
  expect(it.consoleContext.state).toMatchObject({ lentTo: null, open: false });
}

/** Wait for work that waits for nothing but time. */
async function whileTimePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const over = () => {
    done = true;
  };
  work.then(over, over);
  while (!done) await clock.advance(50);
  return work;
}

describe("Esp32Flasher's configuration", () => {
  it("is Python's", () => {
    expect(parse(definition.config, {})).toEqual({ baudrate: 115_200, chip: "esp32" });
    const messages = safeParse(definition.config, { baudrate: "921600" }).issues?.map(
      ({ message }) => message,
    );
    expect(messages).toEqual(["write the baud rate as a number, such as 921600, without quotes"]);
  });

  it("wants a child that has a port", async () => {
    const clock = new ManualClock();
    const power = {
      clientClass: "x.y",
      category: "power" as const,
      methods: new Map(),
      async [Symbol.asyncDispose]() {},
    };
    for (const children of [new Map(), new Map([["serial", power]])]) {
      const context = createTestContext({ clock, children });
      const driver = await definition.create(context, parse(definition.config, {}));
      expect(context.lines).toEqual([expect.stringMatching(/^WARNING give it a child named serial/)]);
      expect(context.state.error).toMatch(/give it a child named serial/);
      await expect(call(driver, "erase")).rejects.toMatchObject({
        code: "other",
        message: expect.stringMatching(/child named serial/),
      });
      await expect(call(driver, "hard_reset")).rejects.toMatchObject({
        message: expect.stringMatching(/child named serial/),
      });
    }
  });

  it("cannot do with loop://", async () => {
    const clock = new ManualClock();
    const serial = await pySerial.create(
      createTestContext({ clock }),
      parse(pySerial.config, { url: "loop://" }),
    );
    const context = createTestContext({ clock, children: new Map([["serial", serial]]) });
    const driver = await definition.create(context, parse(definition.config, {}));
    for (const method of ["get_chip_info", "hard_reset"]) {
      await expect(call(driver, method)).rejects.toMatchObject({
        code: "not-implemented",
        message: expect.stringMatching(/loop:\/\/ has no port to lend/),
      });
    }
  });
});

describe("get_chip_info", () => {
  for (const [chip, expected] of [
    [
      "ESP32",
      {
        chip: "ESP32-D0WD-V3 (revision v3.0)",
        features: "Wi-Fi, BT, Dual Core + LP Core, 240MHz, Coding Scheme None",
      },
    ],
    [
      "ESP32-C3",
      { chip: "ESP32-C3 (QFN32) (revision v0.4)", features: "Wi-Fi, BT 5 (LE), Single Core, 160MHz" },
    ],
    [
      "ESP32-S3",
      { chip: "ESP32-S3 (QFN56) (revision v0.2)", features: "Wi-Fi, BT 5 (LE), Dual Core + LP Core, 240MHz" },
    ],
  ] as const) {
    it(`says of an ${chip} what Python's esptool says, and lets it run again`, async () => {
      await using it = await bench({ board: { chip, mac: [0x00, 0x00, 0x5e, 0x00, 0x53, 0x0a] } });
      expect(await it.call("get_chip_info", [])).toEqual({ ...expected, mac: "00:00:5e:00:53:0a" });
      expect(it.context.state).toMatchObject({ chip: expected.chip, mac: "00:00:5e:00:53:0a", busy: null });
      expect(it.context.state.flashBytes).toBe(4 * 1024 * 1024);
      expect(await it.starts(3)).toEqual(["run", "download", "run"]);
    });
  }
});

describe("flash", () => {
  it("refuses another chip's program, and leaves what is there", async () => {
    await using it = await bench();
    const other = buildApp({ chipId: 0, project: "blink", version: "1", code: fillCode(2000, 1) });
    const before = it.board.flash.read(0x10000, 4096);
    await expect(it.flash(other, "0x10000")).rejects.toMatchObject({
      code: "invalid-argument",
      message: "this program is for ESP32, and the chip is ESP32-C3: choose the one that was built for it",
    });
    expect(it.board.flash.read(0x10000, 4096)).toEqual(before);
    await expectIntact(it);
  });

  it("writes, verifies, tells how far it is, and the console hears the new program start from its first line", async () => {
    await using it = await bench({ config: { baudrate: 921_600 } });
    const client = await StreamClient.open(it.console);
    const image = buildApp({ chipId: 5, project: "blink", version: "2.0.0", code: noise(150_001) });
    expect(await it.flash(image, "0x10000")).toBeNull();
    expect(it.board.flash.read(0x10000, image.length)).toEqual(image);
    const heard = await client.until("blink is running");
    expect(heard.slice(heard.lastIndexOf("ESP-ROM:esp32c3"))).toContain("blink 2.0.0");

    expect([...new Set(it.steps.map(({ phase }) => phase))]).toEqual([
      "receiving",
      "connecting",
      "writing",
      "verifying",
    ]);
    const writing = it.steps.filter(({ phase }) => phase === "writing").map(({ done }) => done);
    expect(writing).toEqual(writing.toSorted((a, b) => a - b));
    expect(writing.length).toBeGreaterThan(5);
    expect(writing.at(-1)).toBe(image.length);
    expect(it.images).toEqual([{ sha256: expect.stringMatching(/^[\da-f]{64}$/), size: image.length }]);
    expect(it.context.state).toMatchObject({
      lastFlash: { sha256: it.images[0]?.sha256, size: image.length, address: 0x10000, unchanged: false },
    });
    expect(it.context.lines.join("\n")).toMatch(/INFO \d+ bytes at 0x10000 are written and verified/);
  });

  it("does not write again what is there already", async () => {
    await using it = await bench();
    await it.flash(APP, "65536");
    it.steps.length = 0;
    await it.flash(APP, "0x1_0000");
    expect(it.steps.map(({ phase }) => phase)).not.toContain("writing");
    expect(it.context.state).toMatchObject({ lastFlash: { unchanged: true } });
    expect(it.context.lines.join("\n")).toMatch(
      /INFO unchanged: the flash holds these \d+ bytes at 0x10000 already/,
    );
    // One byte at its end makes it another image.
    const other = APP.slice();
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    await it.flash(other, "0x10000");
    expect(it.board.flash.read(0x10000, other.length)).toEqual(other);
  });

  it("writes an image of an odd length inside a sector, and warns of what is erased with it", async () => {
    await using it = await bench();
    const image = noise(4099);
    await it.flash(image, "0x20010");
    expect(it.board.flash.read(0x20010, 4100)).toEqual(Uint8Array.from([...image, 0xff]));
    expect(it.context.lines.join("\n")).toMatch(
      /WARNING 0x20010 is inside a sector .* the 16 bytes before it are erased/,
    );
  });

  for (const [what, target, message] of [
    ["no number", "0x10000g", /"0x10000g" is no number/],
    ["negative", "-4096", /the address -4096 is negative/],
    ["not on a word", "0x10001", /no multiple of 4/],
  ] as const) {
    it(`refuses an address that is ${what} before it takes the file`, async () => {
      await using it = await bench({ clock: new ManualClock() });
      await expect(it.flash(APP, target)).rejects.toMatchObject({
        code: "invalid-argument",
        message: expect.stringMatching(message),
      });
      expect(it.steps).toEqual([]);
    });
  }

  it("refuses what does not lie in the flash, and leaves it as it was", async () => {
    await using it = await bench({ board: { flashBytes: 2 * 1024 * 1024 } });
    await expect(it.flash(APP, "0x1ff000")).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/do not lie in the flash, which ends at 0x200000 \(2 MiB\)/),
    });
    expect(it.board.flash.read(0x1ff000, 4096)).toEqual(new Uint8Array(4096).fill(0xff));
    await expectIntact(it);
  });

  it("leaves the board alone until it has the whole file", async () => {
    await using it = await bench({ clock: new ManualClock() });
    const client = await StreamClient.open(it.console);
    const cut = it.context.resources.toDriver(APP, { error: new Error("the client has gone") });
    await expect(it.call("flash", [cut, "0x10000"])).rejects.toThrow("the client has gone");
    await expect(it.flash(new Uint8Array())).rejects.toMatchObject({
      message: expect.stringMatching(/the file is empty/),
    });
    await expect(it.flash(new Uint8Array(16 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: "invalid-argument",
    });
    expect(it.consoleContext.lines.join("\n")).not.toMatch(/in use for/);
    await client.vanish();
  });

  it("says that the flash did not keep what was written", async () => {
    await using it = await bench();
    it.board.flash.stuck = { from: 0x12000, to: 0x13000 };
    await expect(it.flash(APP, "0x10000")).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/did not keep what was written: MD5 [\da-f]{32} instead of [\da-f]{32}/),
    });
    it.board.flash.stuck = undefined;
    await expectIntact(it);
  });

  it("refuses a second one meanwhile, and does not disturb the first", async () => {
    await using it = await bench();
    const others: Promise<unknown>[] = [];
    const inUse = {
      code: "device-in-use",
      message: "the chip is busy flashing: wait until that is done, or cancel it",
    };
    it.onStep = ({ phase }) => {
      if (phase !== "writing" || others.length > 0) return;
      others.push(
        expect(it.flash(noise(100), "0x0")).rejects.toMatchObject(inUse),
        expect(it.call("erase", [])).rejects.toMatchObject(inUse),
        expect(it.call("hard_reset", [])).rejects.toMatchObject(inUse),
        expect(call(it.console, "set_dtr", true)).rejects.toMatchObject({ code: "device-in-use" }),
      );
    };
    await it.flash(APP, "0x10000");
    expect(others).toHaveLength(4);
    await Promise.all(others);
    expect(it.board.flash.read(0x10000, APP.length)).toEqual(APP);
  });

  it("ends at once when its client goes at half, resets the chip, and works again", async () => {
    await using it = await bench();
    const client = await StreamClient.open(it.console);
    const patience = new AbortController();
    const gone = new Error("the client has gone");
    it.onStep = ({ phase, done, total }) => {
      if (phase === "writing" && total !== undefined && done >= total / 2) patience.abort(gone);
    };
    await expect(it.flash(noise(200_000), "0x10000", { signal: patience.signal })).rejects.toBe(gone);
    expect(await client.until("esp_image: image at 0x10000")).toContain("ESP-ROM");
    await client.vanish();
    await expectIntact(it);
  });

  it("says that the cable was pulled at half, and works again once it is back", async () => {
    await using it = await bench();
    const image = noise(200_000);
    it.onStep = ({ phase }) => {
      if (phase !== "writing") return;
      it.onStep = () => {};
      it.board.pullCableAfter(image.length / 2, () => it.serial.unplug(it.port));
    };
    await expect(it.flash(image, "0x10000")).rejects.toMatchObject({
      code: "device-disconnected",
      message: expect.stringMatching(/went away: plug it in again/),
    });
    await expect(it.flash(APP)).rejects.toMatchObject({ code: "device-missing" });
    it.plug();
    await expectIntact(it);
  });

  it("goes on when the chip has USB of its own and comes back as another port each time", async () => {
    await using it = await bench({ board: { port: "native" }, config: { baudrate: 921_600 } });
    const client = await StreamClient.open(it.console);
    const before = it.port;
    await it.flash(APP, "0x10000");
    expect(it.port).not.toBe(before);
    expect(it.board.flash.read(0x10000, APP.length)).toEqual(APP);
    await client.write("version\r");
    expect(await client.until("blink 2.0.0")).toBeTypeOf("string");
    await client.vanish();
  });

  it("ends with the exporter", async () => {
    const it = await bench();
    const started = Promise.withResolvers<void>();
    it.onStep = ({ phase }) => {
      if (phase === "writing") started.resolve();
    };
    const flashing = it.flash(noise(200_000), "0x10000");
    const ended = expect(flashing).rejects.toMatchObject({ message: "the exporter has let go of this chip" });
    await started.promise;
    await it[Symbol.asyncDispose]();
    await ended;
    expect(it.consoleContext.lines.join("\n")).not.toMatch(/was not given back/);
  });
});

describe("a chip that does not answer as it should", () => {
  it("is given up after seven resets, with what a hand can do", async () => {
    const clock = new ManualClock();
    await using it = await bench({ clock });
    it.board.esp32.faults.silent = true;
    const flashing = it.call("get_chip_info", []);
    flashing.catch(() => {});
    await expect(whileTimePasses(clock, flashing)).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(/waits for a download and does not hear us: check the wire to its RX/),
    });
    expect(it.consoleContext.state).toMatchObject({ lentTo: null });
    it.board.esp32.faults.silent = false;
    const info = whileTimePasses(clock, it.call("get_chip_info", []));
    expect(await info).toMatchObject({ chip: "ESP32-C3 (QFN32) (revision v0.4)" });
  });

  it("is asked for by name when there is none", async () => {
    const clock = new ManualClock();
    await using it = await bench({ clock, board: { powered: false } });
    const flashing = it.call("get_chip_info", []);
    flashing.catch(() => {});
    await expect(whileTimePasses(clock, flashing)).rejects.toMatchObject({
      code: "device-io",
      message: expect.stringMatching(
        /no boot loader answers behind CP2102 USB-serial 10c4:ea60: check that the board has power, hold BOOT \(IO0\) while you press RESET/,
      ),
    });
  });

  it("may talk nonsense, and gets the same sentence", async () => {
    const clock = new ManualClock();
    await using it = await bench({ clock });
    it.board.esp32.faults.nonsense = true;
    const flashing = it.call("erase", []);
    flashing.catch(() => {});
    await expect(whileTimePasses(clock, flashing)).rejects.toMatchObject({ code: "device-io" });
  });

  it("may crash in the flasher that it was given, and works after its reset", async () => {
    const clock = new ManualClock();
    await using it = await bench({ clock });
    it.board.esp32.faults.crashesInRam = true;
    const erasing = it.call("erase", []);
    erasing.catch(() => {});
    await expect(whileTimePasses(clock, erasing)).rejects.toMatchObject({
      message: expect.stringMatching(/stopped answering while starting its flasher: check its power/),
    });
    it.board.esp32.faults.crashesInRam = false;
    expect(await whileTimePasses(clock, it.call("erase", []))).toBeNull();
  });

  it("is left at once by a client that goes", async () => {
    const clock = new ManualClock();
    await using it = await bench({ clock });
    it.board.esp32.faults.silent = true;
    const patience = new AbortController();
    const gone = new Error("the client has gone");
    const work = it.call("get_chip_info", [], { signal: patience.signal });
    work.catch(() => {});
    while (it.board.esp32.program !== "rom-loader") await clock.advance(50);
    patience.abort(gone);
    await expect(whileTimePasses(clock, work)).rejects.toBe(gone);
    await clock.advance(50);
    expect(it.board.esp32.program).toBe("from-flash");
  });
});

describe("dump", () => {
  it("reads a region, as a stream", async () => {
    await using it = await bench({ config: { baudrate: 460_800 } });
    const content = noise(70_001);
    it.board.flash.load(0x8000, content);
    const { handle, file } = it.context.resources.fromDriver();
    expect(await it.call("dump", [handle, "0x8000:70001"])).toBeNull();
    expect(await file).toEqual(content);
    expect(it.steps.at(-1)).toEqual({ phase: "reading", done: 70_001, total: 70_001 });
    await expectIntact(it);
  });

  it("reads up to the flash's end where no size is given", async () => {
    await using it = await bench({ board: { flashBytes: 1024 * 1024 } });
    const { handle, file } = it.context.resources.fromDriver();
    await it.call("dump", [handle, "0xfe000"]);
    expect(await file).toEqual(it.board.flash.read(0xf_e000, 0x2000));
    expect(it.context.lines.join("\n")).toMatch(/INFO the flash ends at 1 MiB: 8192 bytes are read/);
  });

  it("refuses a region that is none, or none of this flash, and the file stays incomplete", async () => {
    await using it = await bench();
    for (const [region, message] of [
      ["0x0:", /the size "" is no number/],
      ["0x0:0", /the size is 0/],
      ["0x3ff000:0x2000", /do not lie in the flash/],
    ] as const) {
      const { handle, file } = it.context.resources.fromDriver();
      await expect(it.call("dump", [handle, region])).rejects.toMatchObject({
        code: "invalid-argument",
        message: expect.stringMatching(message),
      });
      if (region.startsWith("0x3")) await expect(file).rejects.toThrow(message);
    }
  });

  it("ends when its reader does", async () => {
    await using it = await bench();
    const patience = new AbortController();
    it.onStep = ({ phase, done }) => {
      if (phase === "reading" && done > 0) patience.abort(new Error("enough"));
    };
    const { handle, file } = it.context.resources.fromDriver();
    file.catch(() => {});
    await expect(it.call("dump", [handle, "0:0x40000"], { signal: patience.signal })).rejects.toThrow(
      "enough",
    );
    await expect(file).rejects.toThrow("enough");
    await expectIntact(it);
  });
});

describe("erase, hard_reset and enter_bootloader", () => {
  it("erase the whole flash", async () => {
    await using it = await bench();
    expect(it.board.flash.read(0, 1)).not.toEqual(Uint8Array.of(0xff));
    expect(await it.call("erase", [])).toBeNull();
    expect(it.board.flash.read(0, 0x20000).every((byte) => byte === 0xff)).toBe(true);
    expect(it.steps.map(({ phase }) => phase)).toContain("erasing");
    await expectIntact(it);
  });

  it("reset with the console listening", async () => {
    await using it = await bench();
    const client = await StreamClient.open(it.console);
    await it.call("enter_bootloader", []);
    expect(await client.until("waiting for download")).toContain("ESP-ROM");
    expect(it.board.esp32.program).toBe("rom-loader");
    await it.call("hard_reset", []);
    expect(await client.until("is running")).toContain("ESP-ROM");
    await client.vanish();
  });

  it("reset also when nobody listens", async () => {
    await using it = await bench();
    await it.call("hard_reset", []);
    await settle();
    expect(it.consoleContext.state).toMatchObject({ open: false });
  });
});

describe("verify", () => {
  it("compares what is in flash with an image", async () => {
    await using it = await bench();
    const { images } = it.context.storage;
    const options = { signal: new AbortController().signal };
    const image = async (bytes: Uint8Array) => {
      const handle = parse(resourceArgument, it.context.resources.toDriver(bytes));
      const { readable } = await it.context.resources.read(handle, options);
      return images.receive(readable, options);
    };
    it.board.flash.load(0x10000, APP);
    using same = await image(APP);
    using other = await image(APP.slice(0, -1));
    expect(await it.driver.verify?.(same, "0x10000", options)).toEqual({
      matches: true,
      detail: `the flash holds these ${APP.length} bytes at 0x10000, by MD5`,
    });
    expect(await it.driver.verify?.(other, "0x10000", options)).toMatchObject({ matches: false });
  });
});
