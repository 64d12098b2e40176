import { describe, expect, it } from "vitest";
import type { ScriptRunner, ScriptShell } from "../exporter/index.ts";
import type { ShellPortMessage } from "../messages.ts";
import { bridgeShell, MAX_SHELL_LINE_CHARACTERS } from "./shell-bridge.ts";

/** A shell that repeats what it is told; `wait` waits for Ctrl-C. */
class EchoShells implements ScriptRunner {
  readonly lines: string[] = [];
  disposed = 0;
  env: Readonly<Record<string, string>> = {};

  run(): Promise<never> {
    return Promise.reject(new Error("this runner runs no scripts"));
  }

  open: ScriptRunner["open"] = async ({ env, onOutput }) => {
    this.env = env;
    return {
      cwd: "/home/jumptab",
      run: async (line, { signal }) => {
        this.lines.push(line);
        if (line === "break") throw new Error("the interpreter broke: open a new shell");
        if (line === "wait") {
          onOutput("stdout", "waiting\n");
          await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
          return { exitCode: 130, cwd: "/home" };
        }
        onOutput("stdout", `${line}\n`);
        return { exitCode: 0, cwd: "/home" };
      },
      [Symbol.asyncDispose]: async () => {
        this.disposed += 1;
      },
    } satisfies ScriptShell;
  };
}

async function world() {
  const scripts = new EchoShells();
  const exporter = new AbortController();
  const { port1, port2 } = new MessageChannel();
  const inbox: ShellPortMessage[] = [];
  let arrived = Promise.withResolvers<void>();
  port1.onmessage = ({ data }: MessageEvent<ShellPortMessage>) => {
    inbox.push(data);
    arrived.resolve();
  };
  let closed = 0;
  await bridgeShell({
    scripts,
    commands: {},
    port: port2,
    signal: exporter.signal,
    onClosed: () => {
      closed += 1;
    },
  });
  return {
    scripts,
    exporter,
    closed: () => closed,
    send: (message: ShellPortMessage) => port1.postMessage(message),
    /** The next message of the worker's side. */
    next: async (): Promise<ShellPortMessage> => {
      for (;;) {
        const message = inbox.shift();
        if (message !== undefined) return message;
        arrived = Promise.withResolvers();
        await arrived.promise;
      }
    },
    [Symbol.dispose]: () => port1.close(),
  };
}

describe("the page's shell", () => {
  it("runs a line, and says where it is then", async () => {
    using shell = await world();
    shell.send({ kind: "run", line: "j power on" });
    expect(await shell.next()).toEqual({ kind: "output", stream: "stdout", text: "j power on\n" });
    expect(await shell.next()).toEqual({ kind: "done", exitCode: 0, cwd: "/home" });
    expect(shell.scripts.env).toMatchObject({ JMP_DRIVERS_ALLOW: "UNSAFE", TERM: "dumb" });
  });

  it("stops a line by Ctrl-C and takes the next one", async () => {
    using shell = await world();
    shell.send({ kind: "interrupt" }); // nothing runs: nothing happens
    shell.send({ kind: "run", line: "wait" });
    expect(await shell.next()).toMatchObject({ kind: "output" });
    shell.send({ kind: "interrupt" });
    expect(await shell.next()).toEqual({ kind: "done", exitCode: 130, cwd: "/home" });
    shell.send({ kind: "run", line: "on" });
    expect(await shell.next()).toMatchObject({ text: "on\n" });
  });

  it("refuses a line that is too long, and goes on", async () => {
    using shell = await world();
    shell.send({ kind: "run", line: "x".repeat(MAX_SHELL_LINE_CHARACTERS + 1) });
    expect(await shell.next()).toEqual({
      kind: "output",
      stream: "stderr",
      text: expect.stringContaining("write less at a time"),
    });
    expect(await shell.next()).toEqual({ kind: "done", exitCode: 1, cwd: "/home/jumptab" });
    expect(shell.scripts.lines).toEqual([]);
  });

  it("ends when it is no longer needed, once", async () => {
    using shell = await world();
    shell.send({ kind: "close" });
    expect(await shell.next()).toEqual({ kind: "closed", message: undefined });
    shell.exporter.abort();
    expect(shell.scripts.disposed).toBe(1);
    expect(shell.closed()).toBe(1);
  });

  it("ends with the exporter, also in the middle of a line", async () => {
    using shell = await world();
    shell.send({ kind: "run", line: "wait" });
    expect(await shell.next()).toMatchObject({ kind: "output" });
    shell.exporter.abort();
    expect(await shell.next()).toEqual({ kind: "closed", message: "the exporter was stopped" });
    expect(shell.scripts.disposed).toBe(1);
  });

  it("says why when its interpreter breaks", async () => {
    using shell = await world();
    shell.send({ kind: "run", line: "break" });
    expect(await shell.next()).toEqual({
      kind: "closed",
      message: "the interpreter broke: open a new shell",
    });
    expect(shell.closed()).toBe(1);
  });

  it("takes no second command while one runs", async () => {
    using shell = await world();
    shell.send({ kind: "run", line: "wait" });
    shell.send({ kind: "run", line: "on" });
    expect(await shell.next()).toMatchObject({ kind: "output" });
    expect(await shell.next()).toMatchObject({
      kind: "closed",
      message: expect.stringContaining("one command"),
    });
  });

  it("that does not open says why, and counts as closed", async () => {
    const { port2 } = new MessageChannel();
    let closed = 0;
    await expect(
      bridgeShell({
        scripts: {
          run: () => Promise.reject(new Error("no")),
          open: () => Promise.reject(new Error("not loaded")),
        },
        commands: {},
        port: port2,
        signal: new AbortController().signal,
        onClosed: () => {
          closed += 1;
        },
      }),
    ).rejects.toThrow("not loaded");
    expect(closed).toBe(1);
  });
});
