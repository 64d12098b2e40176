import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import { UsageError } from "../base/command.ts";
import { createSerialDevices } from "../base/serial-devices.ts";
import { FakeSerial } from "../simulation/fake-serial.ts";
import type { SimulatedDevice, SimulatedLine } from "../simulation/simulated-device.ts";
import { driverHandle, startCommand } from "../testing/driver-handle.ts";
import { createTestContext } from "../testing/test-context.ts";
import { pySerialCommands } from "./commands.ts";
import { definition } from "./driver.ts";

const NOTHING = { input: false, no_input: false, append: false, no_output: false };

/** Keeps what it hears, and answers each line with it in capitals. */
class Board implements SimulatedDevice {
  line: SimulatedLine | undefined;
  heard = "";
  #rest = "";
  attached(line: SimulatedLine) {
    this.line = line;
  }
  receive(bytes: Uint8Array) {
    const text = new TextDecoder().decode(bytes);
    this.heard += text;
    this.#rest += text;
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.line?.send(new TextEncoder().encode(`${line.toUpperCase()}\n`));
  }
}

async function createBench() {
  const serial = new FakeSerial();
  const board = new Board();
  const port = serial.plug({ device: board });
  const devices = createSerialDevices({ serial, remembered: {} });
  await devices.refresh();
  const context = createTestContext({ devices: { serial: devices } });
  const driver = await definition.create(context, parse(definition.config, { url: "/dev/ttyUSB0" }));
  return {
    board,
    context,
    unplug: () => serial.unplug(port),
    handle: driverHandle(driver),
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await devices[Symbol.asyncDispose]();
    },
  };
}

describe("j serial pipe", () => {
  it("sends what is piped in, shows what comes, and goes on until it is interrupted", async () => {
    await using bench = await createBench();
    const run = startCommand(pySerialCommands, "pipe", bench.handle, {
      values: NOTHING,
      stdin: "hello\nüben\n",
    });
    await run.until("ÜBEN\n");
    expect(run.out).toBe("HELLO\nÜBEN\n");
    expect(bench.board.heard).toBe("hello\nüben\n");
    run.abort.abort(new Error("interrupted"));
    await expect(run.done).rejects.toThrow("interrupted");
  });

  it("shows characters whole, whatever pieces they come in, and U+FFFD for what is none", async () => {
    await using bench = await createBench();
    const run = startCommand(pySerialCommands, "pipe", bench.handle, { values: NOTHING, stdin: "go\n" });
    await run.until("GO\n");
    const line = bench.board.line;
    const bytes = [...new TextEncoder().encode("€"), 0xff, ...new TextEncoder().encode("end\n")];
    for (const byte of bytes) line?.send(Uint8Array.of(byte));
    await run.until("end\n");
    expect(run.out).toBe("GO\n€\ufffdend\n");
    run.abort.abort(new Error("interrupted"));
    await expect(run.done).rejects.toThrow("interrupted");
  });

  it("ends when all is sent with --no-output, and shows nothing", async () => {
    await using bench = await createBench();
    const text = "x".repeat(10_000);
    const run = startCommand(pySerialCommands, "pipe", bench.handle, {
      values: { ...NOTHING, no_output: true },
      stdin: `${text}\n`,
    });
    await run.done;
    expect(bench.board.heard).toBe(`${text}\n`);
    expect(run.out).toBe("");
  });

  it("only reads with --no-input", async () => {
    await using bench = await createBench();
    const run = startCommand(pySerialCommands, "pipe", bench.handle, {
      values: { ...NOTHING, no_input: true },
      stdin: "hello\n",
    });
    // The board is listened to as soon as the port is open.
    await bench.handle.call("set_dtr", [true], { signal: run.abort.signal });
    run.abort.abort(new Error("interrupted"));
    await expect(run.done).rejects.toThrow("interrupted");
    expect(bench.board.heard).toBe("");
    expect(run.errors).toContain("Reading from the serial port");
  });

  it("ends by itself when the driver ends the connection", async () => {
    await using bench = await createBench();
    const run = startCommand(pySerialCommands, "pipe", bench.handle, { values: NOTHING, stdin: "a\n" });
    await run.until("A\n");
    await bench.handle.call("close", [], { signal: run.abort.signal });
    await run.done;
    expect(run.errors).toContain("The serial connection has ended.");
  });

  it("ends when the port is pulled, as the driver's stream does", async () => {
    await using bench = await createBench();
    const run = startCommand(pySerialCommands, "pipe", bench.handle, { values: NOTHING, stdin: "a\n" });
    await run.until("A\n");
    bench.unplug();
    await run.done;
    expect(run.errors).toContain("The serial connection has ended.");
  });

  it("fails with the driver's words when there is no port", async () => {
    const devices = { serial: undefined };
    const driver = await definition.create(
      createTestContext({ devices }),
      parse(definition.config, { url: "/dev/ttyUSB0" }),
    );
    const run = startCommand(pySerialCommands, "pipe", driverHandle(driver), { values: NOTHING });
    await expect(run.done).rejects.toThrow("offers no serial ports");
  });

  it("sends nothing that nobody typed: input that is not UTF-8 is refused", async () => {
    await using bench = await createBench();
    for (const stdin of ["boot\ufffd\n", "half \ud800"]) {
      const run = startCommand(pySerialCommands, "pipe", bench.handle, { values: NOTHING, stdin });
      await expect(run.done).rejects.toThrow("standard input is not UTF-8");
    }
    expect(bench.board.heard).toBe("");
  });

  it("sends control characters as they are", async () => {
    await using bench = await createBench();
    const stdin = "\u0000\u0003\u001b[A\r\n";
    const run = startCommand(pySerialCommands, "pipe", bench.handle, {
      values: { ...NOTHING, no_output: true },
      stdin,
    });
    await run.done;
    expect(bench.board.heard).toBe(stdin);
  });

  it("leaves files to the shell", async () => {
    await using bench = await createBench();
    const run = startCommand(pySerialCommands, "pipe", bench.handle, {
      values: { ...NOTHING, output: "a.log", append: true },
    });
    await expect(run.done).rejects.toThrow("use `j device pipe >> a.log` instead");
  });

  const CONTRADICTIONS: readonly (readonly [object, string])[] = [
    [{ input: true, no_input: true }, "--input and --no-input"],
    [{ no_output: true, output: "a" }, "--no-output and --output"],
    [{ no_output: true, append: true }, "--no-output and --append"],
    [{ append: true }, "--append requires --output"],
    [{ no_output: true }, "--no-output requires"],
    [{ no_output: true, no_input: true }, "--no-output requires"],
  ];
  for (const [values, text] of CONTRADICTIONS) {
    it(`refuses ${JSON.stringify(values)}`, async () => {
      await using bench = await createBench();
      const run = startCommand(pySerialCommands, "pipe", bench.handle, { values: { ...NOTHING, ...values } });
      await expect(run.done).rejects.toThrow(UsageError);
      await expect(run.done).rejects.toThrow(text);
    });
  }
});

describe("j serial start-console", () => {
  it("says what to use instead", async () => {
    await using bench = await createBench();
    await expect(startCommand(pySerialCommands, "start-console", bench.handle).done).rejects.toThrow(
      "use `j device pipe`",
    );
  });
});
