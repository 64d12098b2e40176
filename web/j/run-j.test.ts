import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../drivers/base/clock.ts";
import type { Driver } from "../../drivers/base/driver.ts";
import { DriverError } from "../../drivers/base/error.ts";
import { exportedCall, exportedMethods } from "../../drivers/base/methods.ts";
import { commands } from "../../drivers/commands.ts";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { MAX_J_ARGUMENT_CHARACTERS, MAX_J_ARGUMENTS, MAX_J_STDIN_CHARACTERS, runJ } from "./run-j.ts";
import { type Bench, COMPOSITE, createBench, NETWORK, POWER, SERIAL } from "./testing/bench.ts";

/** A board in a board, an alias of a board, a driver that has no place in `j`, and texts of the configuration. */
function createTree(): Promise<Bench> {
  return createBench(
    {
      power: { type: POWER, description: "Main supply", methods: { on: "Let there be light. And more." } },
      rack: {
        type: COMPOSITE,
        children: {
          board: {
            type: COMPOSITE,
            children: {
              power: { type: POWER },
              serial: { type: SERIAL, config: { url: "loop://" } },
              net: { type: NETWORK },
            },
          },
        },
      },
      spare: { ref: ["rack", "board"] },
      odd: { driver: driverOf("elsewhere.client.OddClient", exportedMethods({})) },
    },
    "A bench of ours",
  );
}

function driverOf(clientClass: string, methods: Driver["methods"]): Driver {
  return { clientClass, category: "other", methods, async [Symbol.asyncDispose]() {} };
}

const POWER_CLIENT = "jumpstarter_driver_power.client.PowerClient";

/** A power driver whose `on` does what the test wants. */
function powerThat(on: (signal: AbortSignal) => Promise<void>): Driver {
  return driverOf(POWER_CLIENT, exportedMethods({ on: exportedCall({}, (_, { signal }) => on(signal)) }));
}

describe("j", () => {
  it("runs a command at any depth, by its own name and by an alias's", async () => {
    await using bench = await createTree();
    for (const line of ["power on", "rack board power read", "spare power read -n 2 -i 0", "power -- on"]) {
      const result = await bench.j(line.split(" "), { clock: systemClock });
      expect({ line, ...result }).toMatchObject({ exitCode: 0, errors: "" });
    }
    const { out } = await bench.j(["spare", "power", "read"]);
    expect(out).toMatch(/^voltage=0\.0 V {2}current=0\.0 A {2}apparent_power=0\.0 VA\n/);
  });

  it("shows its parts, without those that have no commands, on stderr when nothing was typed", async () => {
    await using bench = await createTree();
    const help = await bench.j(["--help"]);
    expect(help).toEqual({
      exitCode: 0,
      errors: "",
      out: [
        "Usage: j [OPTIONS] COMMAND [ARGS]...",
        "",
        "  A bench of ours",
        "",
        "Options:",
        "  --log-level [DEBUG|INFO|WARNING|ERROR|CRITICAL]",
        "                                  Taken for scripts that give it; the page's",
        "                                  log has levels of its own",
        "  --help                          Show this page and exit.",
        "",
        "Commands:",
        "  power  Main supply",
        "  rack   A board, by its parts",
        "  spare  A board, by its parts",
        "",
      ].join("\n"),
    });
    expect(await bench.j([])).toEqual({ exitCode: 1, out: "", errors: help.out });
  });

  it("shows the configuration's words where it has some", async () => {
    await using bench = await createTree();
    const group = await bench.j(["power", "--help"]);
    expect(group.out).toContain("\n  Main supply\n");
    expect(group.out).toContain("\n  on     Let there be light.\n");
    expect(group.out).toContain("\n  off    Power off\n");
    const command = await bench.j(["power", "on", "--help"]);
    expect(command.out).toContain("\n  Let there be light. And more.\n");
    const other = await bench.j(["spare", "power", "on", "--help"]);
    expect(other.out).toContain("\n  Power on\n");
  });

  const MISTAKES: readonly (readonly [line: string, where: string, message: string])[] = [
    ["powre on", "j", "No such command 'powre'. Did you mean 'power'?"],
    ["odd", "j", "No such command 'odd'."],
    ["constructor", "j", "No such command 'constructor'."],
    ["--log-level DEBUG", "j", "Missing command."],
    [
      "--log-level LOUD power on",
      "j",
      "Invalid value for '--log-level': 'LOUD' is not one of 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'.",
    ],
    ["--nope", "j", "No such option '--nope'."],
    ["power cyle", "j power", "No such command 'cyle'. Did you mean 'cycle'?"],
    ["power --log-level INFO on", "j power", "No such option '--log-level'."],
    ["rack board serial open", "j rack board serial", "No such command 'open'."],
    ["power on now", "j power on", "Got unexpected extra argument (now)"],
    ["power on --now", "j power on", "No such option '--now'."],
    [
      "power cycle --wait soon",
      "j power cycle",
      "Invalid value for '--wait' / '-w': 'soon' is not a valid integer.",
    ],
    [
      "power cycle --wait -1",
      "j power cycle",
      "Invalid value for '--wait': -1 is not between 0 and 86400 seconds.",
    ],
    ["spare net forward-tcp", "j spare net forward-tcp", "Missing argument 'PORT'."],
    ["spare serial pipe -a", "j spare serial pipe", "--append requires --output"],
  ];
  for (const [line, where, message] of MISTAKES) {
    it(`says what is wrong with: j ${line}`, async () => {
      await using bench = await createTree();
      const result = await bench.j(line.split(" "));
      expect(result).toMatchObject({ exitCode: 1, out: "" });
      const lines = result.errors.split("\n");
      expect(lines[0]).toMatch(new RegExp(`^Usage: ${where} \\[OPTIONS\\]`));
      expect(lines.slice(1)).toEqual([`Try '${where} --help' for help.`, "", `Error: ${message}`, ""]);
    });
  }

  it("lists at once what a shell without a terminal cannot do, with the command as it was typed", async () => {
    await using bench = await createTree();
    const console = await bench.j(["rack", "board", "serial", "start-console"]);
    expect(console.errors).toContain("use `j rack board serial pipe`");
    const forward = await bench.j(["spare", "net", "forward-tcp", "8022"]);
    expect(forward.errors).toContain("run `j spare net forward-tcp 8022`");
    const address = await bench.j(["spare", "net", "address"]);
    expect(address).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining("no address to connect to"),
    });
  });

  it("says a driver's error on one line", async () => {
    const driver = powerThat(async () => {
      throw new DriverError("device-in-use", "the port is in use:\n  close the other tab\u001b[31m");
    });
    await using bench = await createBench({ power: { driver } });
    expect(await bench.j(["power", "on"])).toEqual({
      exitCode: 1,
      out: "",
      errors: "Error: the port is in use: close the other tab\\x1b[31m\n",
    });
    // The look-up's own.
    expect(await bench.j(["power", "off"])).toMatchObject({
      exitCode: 1,
      errors: "Error: method off not found on driver\n",
    });
  });

  it("is interrupted at once, even if the driver does not care, and says nothing more", async () => {
    const abort = new AbortController();
    let told: AbortSignal | undefined;
    let called = (): void => undefined;
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const driver = powerThat((signal) => {
      told = signal;
      called();
      return new Promise(() => undefined);
    });
    await using bench = await createBench({ power: { driver } });
    const running = bench.j(["power", "on"], { signal: abort.signal });
    await calling;
    abort.abort();
    expect(await running).toEqual({ exitCode: 130, out: "", errors: "" });
    expect(told?.aborted).toBe(true);
  });

  it("does nothing when it is interrupted before it begins", async () => {
    await using bench = await createTree();
    expect(await bench.j(["--help"], { signal: AbortSignal.abort() })).toEqual({
      exitCode: 130,
      out: "",
      errors: "",
    });
  });

  it("is interrupted in the middle of an endless stream, after what came before", async () => {
    await using bench = await createTree();
    const abort = new AbortController();
    const result = await bench.j(["spare", "serial", "pipe"], {
      stdin: "hello\n",
      signal: abort.signal,
      onWrite: () => abort.abort(),
    });
    expect(result).toMatchObject({ exitCode: 130, out: "hello\n" });
  });

  it("takes no more arguments and no more input than anybody needs", async () => {
    await using bench = await createTree();
    const many = await bench.j(["power", "on", ...Array<string>(MAX_J_ARGUMENTS).fill("x")]);
    expect(many).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/^Error: j takes at most 1000 arg.*\n$/),
    });
    const long = await bench.j(["x".repeat(MAX_J_ARGUMENT_CHARACTERS + 1)]);
    expect(long).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining("give fewer, or pipe the text in"),
    });
    const input = await bench.j(["power", "on"], { stdin: "x".repeat(MAX_J_STDIN_CHARACTERS + 1) });
    expect(input).toMatchObject({ exitCode: 1, errors: expect.stringContaining("send them in pieces") });
    // Within the bounds a mistake is shown in short.
    const word = await bench.j(["x".repeat(MAX_J_ARGUMENT_CHARACTERS)]);
    expect(word.errors.length).toBeLessThan(300);
  });

  it("says so when the root of the tree is no group of anything", async () => {
    await using bench = await createTree();
    let errors = "";
    const exitCode = await runJ(["--help"], {
      commands: new Map(),
      tree: bench.tree,
      stdin: "",
      files: { read: () => Promise.reject(new Error("none")), write: () => Promise.resolve() },
      clock: bench.clock,
      signal: new AbortController().signal,
      write: () => undefined,
      writeError: (text) => {
        errors += text;
      },
    });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(
      /^Error: j has no commands for jumpstarter_driver_composite\.client\.CompositeClient.*\n$/,
    );
  });

  it("answers whatever is typed with text and an exit code", async () => {
    await using bench = await createBench({ power: { type: POWER }, net: { type: NETWORK } });
    const word = fc.oneof(
      fc.constantFrom(
        "power",
        "net",
        "on",
        "read",
        "cycle",
        "address",
        "forward-tcp",
        "--",
        "--help",
        "-n",
        "-i",
        "0",
      ),
      fc.string(),
    );
    await fc.assert(
      // No waiting: what would read or cycle for seconds is interrupted at its first sleep.
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (args) => {
        const abort = new AbortController();
        const clock = {
          now: () => 0,
          sleep: async () => {
            abort.abort();
            throw new Error("interrupted");
          },
        };
        const { exitCode, out, errors } = await bench.j(args, { clock, signal: abort.signal });
        expect([0, 1, 130]).toContain(exitCode);
        if (exitCode === 1) expect(errors).not.toBe("");
        if (exitCode === 0) expect(errors).toBe("");
        expect(out + errors).not.toMatch(/[^\P{Cc}\n]/u);
      }),
      fuzzSettings(),
    );
  });
});

describe("the help of every command of every driver", () => {
  for (const [clientClass, group] of commands) {
    it(`is there for ${clientClass}, within 78 columns`, async () => {
      await using bench = await createBench({
        thing: { driver: driverOf(clientClass, exportedMethods({})) },
      });
      const lines = [["thing"], ...group.commands.map(({ name }) => ["thing", name])];
      for (const path of lines) {
        const { exitCode, out, errors } = await bench.j([...path, "--help"]);
        expect({ path, exitCode, errors }).toEqual({ path, exitCode: 0, errors: "" });
        expect(out.startsWith(`Usage: j ${path.join(" ")} [OPTIONS]`)).toBe(true);
        expect(out).toContain("  --help");
        expect(out.split("\n").filter((line) => line.length > 78 || line !== line.trimEnd())).toEqual([]);
        // Each option has its line.
        for (const { names } of Object.values(
          group.commands.find(({ name }) => name === path[1])?.options ?? {},
        ))
          expect(out).toContain(names[0]);
      }
    });
  }
});
