import { parse, safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import type { WorkReport } from "../base/methods.ts";
import { definition as flasher } from "../pi-pico/driver.ts";
import { definition as pySerial } from "../pyserial/driver.ts";
import { createProgramUf2 } from "../simulation/rp2/program.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { call, createTestContext, type TestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

/** Milliseconds that the clock goes on at a time. */
const TICK_MS = 10;

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly context: TestContext;
  readonly serial: Driver;
  readonly pico: Driver;
  readonly picoContext: TestContext;
  /** Let time go on until the work is done. */
  running<T>(work: Promise<T>): Promise<T>;
}

/** The board with its children, put together as an exporter does it. */
async function bench(config: object = {}): Promise<Bench> {
  const clock = new ManualClock();
  const context = createTestContext({ path: ["board"], clock });
  const board = await definition.create(context, parse(definition.config, config));
  const [serial, pico] = ["serial", "pico"].map((name) => board.builtInChildren?.get(name));
  if (serial === undefined || !("type" in serial)) throw new Error("serial is a type");
  if (pico === undefined || !("type" in pico)) throw new Error("pico is a type");
  expect([...(board.builtInChildren ?? new Map()).keys()]).toEqual(["serial", "pico"]);
  expect([serial.type, pico.type]).toEqual([pySerial.type, flasher.type]);
  expect(pico.children?.get("serial")).toEqual({ ref: "serial" });
  const serialContext = createTestContext({ path: ["board", "serial"], clock, devices: serial.devices });
  const serialDriver = await pySerial.create(serialContext, parse(pySerial.config, serial.config));
  const picoContext = createTestContext({
    path: ["board", "pico"],
    clock,
    devices: pico.devices,
    children: new Map([["serial", serialDriver]]),
  });
  const picoDriver = await flasher.create(picoContext, parse(flasher.config, pico.config));
  return {
    clock,
    context,
    serial: serialDriver,
    pico: picoDriver,
    picoContext,
    async running(work) {
      let over = false;
      const settled = work.then(
        () => (over = true),
        () => (over = true),
      );
      while (!over) await clock.advance(TICK_MS);
      await settled;
      return work;
    },
    async [Symbol.asyncDispose]() {
      await picoDriver[Symbol.asyncDispose]();
      await serialDriver[Symbol.asyncDispose]();
      await board[Symbol.asyncDispose]();
      expect(clock.sleeping, "something still sleeps").toBe(0);
    },
  };
}

describe("the simulated Pico", () => {
  for (const chip of ["rp2040", "rp2350"] as const) {
    it(`runs what it is flashed with, an ${chip}, and its console says so`, async () => {
      await using it = await bench({ chip, paced: false });
      expect(it.context.state).toEqual({ mode: "program", program: "welcome" });
      const console = await StreamClient.open(it.serial);
      await it.running(console.until("Hello from welcome\r\n"));
      const file = createProgramUf2({ chip, name: "blink", size: 20_000 });
      await it.running(call(it.pico, "flash", it.picoContext.resources.toDriver(file), null));
      expect(it.context.state).toEqual({ mode: "program", program: "blink" });
      const said = await it.running(console.until(`${79 * 256} bytes, checksum `));
      expect(said).toContain("Hello from blink\r\n");
      await console.write("on\r");
      expect(await it.running(console.until("heard: on\r\n"))).toContain("blink heard: on");
      await console.vanish();
    });
  }

  it("stays in its boot loader when what it is flashed with is no program", async () => {
    await using it = await bench({ paced: false, bootsel: true });
    const file = new Uint8Array(5000).fill(7);
    await it.running(call(it.pico, "flash", it.picoContext.resources.toDriver(file), null));
    while (it.context.state.mode !== "bootsel") await it.clock.advance(TICK_MS);
    expect(await call(it.pico, "bootloader_info")).toMatchObject({ "Board-ID": "RPI-RP2" });
  });

  it("takes as long as a real flash, unless it is told not to", async () => {
    const file = createProgramUf2({ chip: "rp2040", name: "blink", size: 40_960 });
    const times: number[] = [];
    for (const paced of [true, false]) {
      await using it = await bench({ paced, bootsel: true });
      const flash = it.pico.methods.get("flash");
      if (flash?.kind !== "call") throw new Error("an exported call");
      const begun = new Map<string, number>();
      const report: WorkReport = {
        step: ({ phase }) => {
          if (!begun.has(phase)) begun.set(phase, it.clock.now());
        },
        image: () => undefined,
      };
      const source = it.picoContext.resources.toDriver(file);
      await it.running(flash.run([source, null], { signal: new AbortController().signal, report }));
      times.push((begun.get("verifying") ?? 0) - (begun.get("erasing") ?? 0));
    }
    // Ten sectors of 45 ms, and 160 pages of 0.7 ms.
    expect(times[0]).toBeGreaterThanOrEqual(10 * 45 + 160 * 0.7 - 1);
    expect(times[1]).toBe(0);
  });

  it("is of one of two kinds", () => {
    expect(safeParse(definition.config, { chip: "esp32" }).issues?.[0]?.message).toBe(
      "write rp2040 or rp2350",
    );
  });
});
