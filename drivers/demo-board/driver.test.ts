import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import { definition as pySerial } from "../pyserial/driver.ts";
import { ManualClock, settle } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { call, createTestContext, drain, type TestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

/** Milliseconds: longer than any boot. */
const BOOT_MS = 4000;

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly context: TestContext;
  readonly powerContext: TestContext;
  readonly power: Driver;
  readonly serial: Driver;
}

/** The board with its children, put together as an exporter does it. */
async function bench(config = {}): Promise<Bench> {
  const clock = new ManualClock();
  const context = createTestContext({ path: ["board"], clock });
  const board = await definition.create(context, parse(definition.config, config));
  const power = board.builtInChildren?.get("power");
  const serial = board.builtInChildren?.get("serial");
  if (power === undefined || !("driver" in power)) throw new Error("power is a ready driver");
  if (serial === undefined || !("type" in serial)) throw new Error("serial is a type");
  expect(serial.type).toBe(pySerial.type);
  const powerContext = createTestContext({ path: ["board", "power"], clock });
  power.attached?.(powerContext);
  const serialContext = createTestContext({ path: ["board", "serial"], clock, devices: serial.devices });
  const serialDriver = await pySerial.create(serialContext, parse(pySerial.config, serial.config));
  return {
    clock,
    context,
    powerContext,
    power: power.driver,
    serial: serialDriver,
    async [Symbol.asyncDispose]() {
      await serialDriver[Symbol.asyncDispose]();
      await board[Symbol.asyncDispose]();
      expect(clock.sleeping, "something still sleeps").toBe(0);
      expect(
        [...context.lines, ...serialContext.lines].filter((line) => /^(ERROR|WARNING)/.test(line)),
      ).toEqual([]);
    },
  };
}

/** A board that is booted and logged in, and a client at its prompt. */
async function loggedIn(it: Bench): Promise<StreamClient> {
  const client = await StreamClient.open(it.serial);
  await call(it.power, "on");
  await it.clock.advance(BOOT_MS);
  await client.until("login: ");
  await client.write("root\r");
  await client.until("# ");
  return client;
}

async function run(client: StreamClient, command: string): Promise<string> {
  await client.write(`${command}\r`);
  const text = await client.until("\r\nroot@jumptab-demo:~# ");
  return text.slice(text.indexOf("\n") + 1, text.lastIndexOf("root@")).replaceAll("\r\n", "\n");
}

describe("the demo board", () => {
  it("has nothing but power and console unless it is asked for more, since clients without its package break", async () => {
    const children = async (config: object) => {
      const context = createTestContext({ path: ["board"], clock: new ManualClock() });
      await using board = await definition.create(context, parse(definition.config, config));
      return [...(board.builtInChildren?.keys() ?? [])];
    };
    expect(await children({})).toEqual(["power", "serial"]);
    expect(await children({ storage: true })).toEqual(["power", "serial", "storage"]);
  });

  it("is dead without power, and its port is there all the same", async () => {
    await using it = await bench();
    const client = await StreamClient.open(it.serial);
    await client.write("\r");
    await it.clock.advance(10_000);
    await call(it.power, "on");
    await it.clock.advance(100);
    expect(await client.chunk()).toEqual(new TextEncoder().encode("\r\n"));
    expect(it.context.state).toMatchObject({ on: true, phase: "boot-loader" });
  });

  it("boots in two to three seconds, in the order of a real one", async () => {
    await using it = await bench();
    const client = await StreamClient.open(it.serial);
    await call(it.power, "on");
    await it.clock.advance(1900);
    expect(it.context.state.phase).toBe("kernel");
    await it.clock.advance(1100);
    expect(it.context.state.phase).toBe("login");
    const log = await client.until("jumptab-demo login: ");
    expect(
      log
        .replaceAll("\r", "")
        .replaceAll("\b", "<")
        .replace(/[\s\S]*Hit any key/, "Hit any key"),
    ).toMatch(
      /^Hit any key to stop autoboot: {2}2<< 1<< 0\nLoading the system.*\[ {4}0\.000000\] Demo Linux.*init: started\n/s,
    );
  });

  it("reads what it draws, once, and shows it", async () => {
    await using it = await bench();
    expect(await drain(it.power, "read")).toEqual([{ voltage: 0, current: 0 }]);
    await call(it.power, "on");
    await it.clock.advance(BOOT_MS);
    const [reading, ...more] = (await drain(it.power, "read")) as { voltage: number; current: number }[];
    expect(more).toEqual([]);
    expect(reading?.voltage).toBeCloseTo(5.03, 1);
    expect(reading?.current).toBeCloseTo(0.21, 1);
    expect(it.powerContext.state).toMatchObject({ on: true, voltage: expect.closeTo(5.03, 1) });
    await call(it.power, "off");
    expect(it.context.state).toEqual({ on: false, voltage: 0, current: 0, led: false, phase: "off" });
    expect(it.powerContext.lines).toEqual(["INFO power on", "INFO power off"]);
  });

  it("dies at once when the power goes, in the middle of a line, and boots again", async () => {
    await using it = await bench();
    const client = await StreamClient.open(it.serial);
    await call(it.power, "on");
    await it.clock.advance(400);
    await call(it.power, "off");
    expect(await client.until("autoboot:  2")).toMatch(/autoboot: {2}2$/);
    await it.clock.advance(10_000);
    await call(it.power, "on");
    await it.clock.advance(BOOT_MS);
    expect(await client.until("login: ")).toMatch(/^\r\njumptab demo boot loader/);
  });

  it("shows the boot to a client that comes after it, once, and answers Enter", async () => {
    await using it = await bench({ powered: true });
    await it.clock.advance(BOOT_MS);
    const client = await StreamClient.open(it.serial);
    expect(await client.until("login: ")).toMatch(/^(\r\n)?jumptab demo boot loader.*init: started/s);
    await client.write("\r");
    expect(await client.until("login: ")).toBe("\r\njumptab-demo login: ");
  });

  it("stops at the boot loader's prompt on a key", async () => {
    await using it = await bench();
    const client = await StreamClient.open(it.serial);
    await call(it.power, "on");
    await it.clock.advance(900);
    await client.write(" ");
    await client.until("demo=> ");
    expect(it.context.state.phase).toBe("boot-prompt");
    await client.write("help\r");
    expect(await client.until("=> ")).toMatch(/printenv {2}show the variables/);
    await client.write("printenv bootdelay toString\r");
    expect(await client.until("=> ")).toMatch(/bootdelay=2\r\n"toString" is not set\r\n/);
    await client.write("nonsense\r");
    expect(await client.until("=> ")).toMatch(/Unknown command 'nonsense', try 'help'/);
    await client.write("version\n");
    expect(await client.until("=> ")).toMatch(/boot loader 1\.0/);
    await client.write("reset\r");
    await it.clock.advance(900);
    await client.until("autoboot");
    await client.write("x");
    await client.until("=> ");
    await client.write("boot\r");
    await it.clock.advance(BOOT_MS);
    await client.until("login: ");
  });

  it("lets in root without a password, and nobody else", async () => {
    await using it = await bench({ powered: true });
    const client = await StreamClient.open(it.serial);
    await it.clock.advance(BOOT_MS);
    await client.until("login: ");
    await client.write("admin\r");
    expect(await client.until("Password: ")).toMatch(/admin\r\nPassword: $/);
    await client.write("hunter2\r");
    await it.clock.advance(1000);
    expect(await client.until("login: ")).toBe("\r\nLogin incorrect\r\njumptab-demo login: ");
    await client.write("root\r\n");
    expect(await client.until("# ")).toBe("root\r\nroot@jumptab-demo:~# ");
  });
});

describe("the demo board's shell", () => {
  for (const [command, output] of [
    ["uname -a", /^Linux jumptab-demo 6\.12\.0-demo .* armv7l\n$/],
    ["uptime", /up 0 min [12] s, load average/],
    ["cat /etc/os-release", /^NAME="Demo Linux"\nID=demo\n/],
    ["cat /proc/cpuinfo", /DemoCore/],
    ["cat nothing /etc", /^cat: nothing: no such file\ncat: \/etc: is a directory\n$/],
    ["ls", /^notes\.txt\n$/],
    ["ls / ../etc/", /^etc {2}proc {2}root\nhostname {2}os-release\n$/],
    ["echo 'a  b' \"c\"d", /^a {2}b cd\n$/],
    ["dmesg", /^\[ {4}0\.000000\] Demo Linux.*init: started\n$/s],
    ["free", /total {7}used {7}free\nMem: +126976 +18432 +108544\n$/],
    ["led on", /^led is on\n$/],
    ["led", /^led is off\n$/],
    ["led blink", /say on, off or status/],
    ["temp", /^3\d\.\d C\n$/],
    ["help", /dmesg echo/],
    ["constructor", /^-sh: constructor: not found\n$/],
    ["   ", /^$/],
  ] as const) {
    it(`answers ${JSON.stringify(command)}`, async () => {
      await using it = await bench();
      const client = await loggedIn(it);
      await client.write(`${command}\r`);
      const text = await client.until("root@jumptab-demo:~# ");
      const answer = text.slice(text.indexOf("\n") + 1).replace("root@jumptab-demo:~# ", "");
      expect(answer.replaceAll("\r\n", "\n")).toMatch(output);
    });
  }

  it("shows the LED to the page", async () => {
    await using it = await bench();
    const client = await loggedIn(it);
    await run(client, "led on");
    expect(it.context.state).toMatchObject({ led: true, phase: "shell" });
  });

  it("reboots, halts and logs out", async () => {
    await using it = await bench();
    const client = await loggedIn(it);
    await client.write("exit\r");
    await client.until("login: ");
    await client.write("root\r");
    await client.until("# ");
    await client.write("reboot\r");
    await it.clock.advance(BOOT_MS + 400);
    await client.until("login: ");
    await client.write("root\rpoweroff\r");
    await it.clock.advance(1000);
    await client.until("System halted.");
    expect(it.context.state).toMatchObject({ on: true, phase: "halted", current: expect.closeTo(0.03, 1) });
  });

  it("edits its line: backspace, Ctrl-U, Ctrl-C, cursor keys and history", async () => {
    await using it = await bench();
    const client = await loggedIn(it);
    expect(await run(client, "echo helxlo\x1b[D\x1b[D\x7f")).toBe("hello\n");
    expect(await run(client, "rubbish\x15echo two")).toBe("two\n");
    await client.write("half\x03");
    expect(await client.until("# ")).toBe("half^C\r\nroot@jumptab-demo:~# ");
    expect(await run(client, "echo three")).toBe("three\n");
    expect(await run(client, "\x1b[A\x1b[A")).toBe("two\n");
    expect(await run(client, "\x1b[A\x1b[A\x1b[B\x1b[B")).toBe("");
    expect(await run(client, "cho é\x1b[He")).toBe("é\n");
  });

  it("takes one Enter from CR, LF and CR LF, also in separate pieces", async () => {
    await using it = await bench();
    const client = await loggedIn(it);
    for (const ending of ["\r", "\n", "\r\n"]) await client.write(`echo x${ending}`);
    await client.write("echo y\r");
    await client.write("\n");
    await client.write("echo z\r");
    const text = await client.until("\r\nz\r\nroot@jumptab-demo:~# ");
    expect(text.split("root@jumptab-demo:~# ")).toHaveLength(6);
  });

  it("survives more keys than it has room for, and bytes that are no text", async () => {
    await using it = await bench();
    const client = await loggedIn(it);
    await client.write(new Uint8Array(100_000).fill(0x61));
    await settle();
    await client.write("\x15");
    await client.write(Uint8Array.of(0xff, 0xfe, 0x15));
    expect(await run(client, "echo ok")).toMatch(/ok\n$/);
  });
});

describe("the demo board's radio", () => {
  it("is there for who asks for it: an ESP32 that has power while the board has, with a console of its own", async () => {
    const clock = new ManualClock();
    const context = createTestContext({ path: ["board"], clock });
    await using board = await definition.create(context, parse(definition.config, { esp32: true }));
    const power = board.builtInChildren?.get("power");
    const esp32 = board.builtInChildren?.get("esp32");
    if (power === undefined || !("driver" in power)) throw new Error("power is a ready driver");
    if (esp32 === undefined || !("type" in esp32)) throw new Error("esp32 is a type");
    expect(esp32.type).toBe("jumpstarter_driver_esp32.driver.Esp32Flasher");
    const serial = esp32.children?.get("serial");
    if (serial === undefined || !("type" in serial)) throw new Error("its console is a type");
    const path = ["board", "esp32", "serial"];
    await using console = await pySerial.create(
      createTestContext({ path, clock, devices: serial.devices }),
      parse(pySerial.config, serial.config),
    );
    const client = await StreamClient.open(console);
    // Whatever it said without power would come before this.
    await clock.advance(BOOT_MS);
    await call(power.driver, "on");
    await clock.advance(BOOT_MS);
    expect(await client.until("ets Jul 29 2019")).toMatch(/^\s*ets Jul 29 2019/);
    await call(power.driver, "off");
  });
});
