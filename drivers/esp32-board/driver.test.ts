import { parse, safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../base/clock.ts";
import type { BuiltInChild, Driver } from "../base/driver.ts";
import { definition as flasher } from "../esp32/driver.ts";
import { definition as pySerial } from "../pyserial/driver.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { call, createTestContext, drain, type TestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

interface Bench extends AsyncDisposable {
  readonly children: ReadonlyMap<string, BuiltInChild>;
  readonly context: TestContext;
  readonly powerContext: TestContext;
  readonly power: Driver;
  readonly serial: Driver;
  readonly esp32: Driver;
  readonly esp32Context: TestContext;
}

/** The board with its children, put together as an exporter does it. */
async function bench(config: object = {}, clock: Clock = systemClock): Promise<Bench> {
  const context = createTestContext({ path: ["board"], clock });
  const board = await definition.create(context, parse(definition.config, config));
  const children = board.builtInChildren ?? new Map<string, BuiltInChild>();
  const [power, serial, esp32] = ["power", "serial", "esp32"].map((name) => children.get(name));
  if (power === undefined || !("driver" in power)) throw new Error("power is a ready driver");
  if (serial === undefined || !("type" in serial)) throw new Error("serial is a type");
  if (esp32 === undefined || !("type" in esp32)) throw new Error("esp32 is a type");
  const powerContext = createTestContext({ path: ["board", "power"], clock });
  power.attached?.(powerContext);
  const serialContext = createTestContext({ path: ["board", "serial"], clock, devices: serial.devices });
  const serialDriver = await pySerial.create(serialContext, parse(pySerial.config, serial.config));
  expect(esp32.children?.get("serial")).toEqual({ ref: "serial" });
  const esp32Context = createTestContext({
    path: ["board", "esp32"],
    clock,
    children: new Map([["serial", serialDriver]]),
  });
  const esp32Driver = await flasher.create(esp32Context, parse(flasher.config, esp32.config));
  return {
    children,
    context,
    powerContext,
    power: power.driver,
    serial: serialDriver,
    esp32: esp32Driver,
    esp32Context,
    async [Symbol.asyncDispose]() {
      await esp32Driver[Symbol.asyncDispose]();
      await serialDriver[Symbol.asyncDispose]();
      await board[Symbol.asyncDispose]();
      if (!(clock instanceof ManualClock)) return;
      await clock.advance(100); // what was on the line
      expect(clock.sleeping, "something still sleeps").toBe(0);
    },
  };
}

describe("the simulated ESP32 board", () => {
  it("brings power, console and flasher, in this order, the latter two over one port", async () => {
    await using it = await bench({}, new ManualClock());
    expect([...it.children.keys()]).toEqual(["power", "serial", "esp32"]);
    expect(it.children.get("serial")).toMatchObject({ type: pySerial.type });
    expect(it.children.get("esp32")).toMatchObject({ type: flasher.type, config: { baudrate: 921_600 } });
  });

  it("is on from the start, and off when it is told to", async () => {
    await using it = await bench({}, new ManualClock());
    expect(it.context.state).toMatchObject({ on: true, program: "from-flash" });
    expect(await drain(it.power, "read")).toEqual([{ voltage: 5.02, current: 0.068 }]);
    await call(it.power, "off");
    expect(await drain(it.power, "read")).toEqual([{ voltage: 0, current: 0 }]);
    expect(it.powerContext.state).toMatchObject({ on: false, current: 0 });
    expect(it.context.state).toMatchObject({ on: false, program: "off" });
    await call(it.power, "on");
    expect(it.powerContext.state).toMatchObject({ on: true, voltage: 5.02 });
    expect(it.powerContext.lines).toEqual(["INFO power off", "INFO power on"]);
  });

  it("is flashed, and its console hears it start again", async () => {
    await using it = await bench({ chip: "ESP32-S3", paced: false });
    const client = await StreamClient.open(it.serial);
    const image = new Uint8Array(30_000).map((_, at) => (at * 31) & 0xff);
    await call(it.esp32, "flash", it.esp32Context.resources.toDriver(image), "0x10000");
    expect(await client.until("image at 0x10000 has")).toContain("ESP-ROM:esp32s3");
    expect(await call(it.esp32, "get_chip_info")).toMatchObject({ chip: expect.stringMatching(/^ESP32-S3/) });
    await client.vanish();
  });

  for (const [what, config, message] of [
    ["another chip", { chip: "ESP8266" }, "the chip is ESP32, ESP32-C3 or ESP32-S3"],
    ["a quoted pace", { paced: "yes" }, "paced is true or false"],
    ["an unknown key", { fast: true }, 'unknown key "fast": known keys are chip, paced, baudrate'],
  ] as const) {
    it(`says what to do about ${what}`, () => {
      expect(safeParse(definition.config, config).issues?.map((issue) => issue.message)).toEqual([message]);
    });
  }
});
