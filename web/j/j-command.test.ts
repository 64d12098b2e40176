import { describe, expect, it } from "vitest";
import { type CommandCatalogue, defineCommand } from "../../drivers/base/command.ts";
import { commands } from "../../drivers/commands.ts";
import { createJCommand, MAX_J_OUTPUT_CHARACTERS } from "./j-command.ts";
import { createBench, POWER } from "./testing/bench.ts";

/** A root with commands of its own. */
function catalogueOf(...own: Parameters<typeof defineCommand>[0][]): CommandCatalogue {
  const group = {
    summary: "A test",
    options: {},
    commands: own.map((one) => defineCommand(one)),
    children: false,
  };
  return new Map([["jumpstarter_driver_composite.client.CompositeClient", group]]);
}

describe("createJCommand()", () => {
  it("gives a script what was written, and the exit code", async () => {
    await using bench = await createBench({ power: { type: POWER } });
    const j = createJCommand({ commands, tree: () => bench.tree, clock: bench.clock });
    const { signal } = new AbortController();
    expect(await j(["power", "on"], { stdin: "", signal })).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const help = await j(["power", "--help"], { stdin: "", signal });
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toMatch(/^Usage: j power /);
    const wrong = await j(["power", "up"], { stdin: "", signal });
    expect(wrong).toMatchObject({ exitCode: 1, stdout: "" });
    expect(wrong.stderr).toContain("No such command 'up'.");
  });

  it("asks for the tree at each run: drivers may have been started anew", async () => {
    await using first = await createBench({ power: { type: POWER } });
    await using second = await createBench({ supply: { type: POWER } });
    let bench = first;
    const j = createJCommand({ commands, tree: () => bench.tree, clock: first.clock });
    const { signal } = new AbortController();
    expect((await j(["supply", "on"], { stdin: "", signal })).exitCode).toBe(1);
    bench = second;
    expect((await j(["supply", "on"], { stdin: "", signal })).exitCode).toBe(0);
  });

  it("gives what came before an interruption", async () => {
    await using bench = await createBench({});
    const abort = new AbortController();
    const wait = {
      name: "wait",
      summary: "",
      run: ({ write, writeError }: { write(text: string): void; writeError(text: string): void }) => {
        write("before");
        writeError("warned");
        abort.abort();
        write("after");
        return new Promise<void>(() => undefined);
      },
    };
    const j = createJCommand({ commands: catalogueOf(wait), tree: () => bench.tree, clock: bench.clock });
    expect(await j(["wait"], { stdin: "", signal: abort.signal })).toEqual({
      exitCode: 130,
      stdout: "before",
      stderr: "warned",
    });
  });

  it("keeps the beginning of what has no end, and says how much it left out", async () => {
    await using bench = await createBench({});
    const flood = {
      name: "flood",
      summary: "",
      run: async ({ write }: { write(text: string): void }) => {
        write("x".repeat(MAX_J_OUTPUT_CHARACTERS - 3));
        write("12345");
        write("more");
      },
    };
    const j = createJCommand({ commands: catalogueOf(flood), tree: () => bench.tree, clock: bench.clock });
    const { exitCode, stdout, stderr } = await j(["flood"], {
      stdin: "",
      signal: new AbortController().signal,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toHaveLength(MAX_J_OUTPUT_CHARACTERS);
    expect(stdout.endsWith("x123")).toBe(true);
    expect(stderr).toBe(`j: 6 characters past the first ${MAX_J_OUTPUT_CHARACTERS} are left out\n`);
  });
});
