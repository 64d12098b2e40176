import { afterEach, describe, expect, it } from "vitest";
import type { ShellPortMessage } from "../messages.ts";
import type { ShellListener } from "../ui/model.ts";
import { shellOverPort } from "./shell-port.ts";

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** A shell, and the worker's end of it, which answers each line as it is told. */
function setup(answer: (line: string) => readonly ShellPortMessage[]) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const received: ShellPortMessage[] = [];
  const told: string[] = [];
  const ended = Promise.withResolvers<string | undefined>();
  const listener: ShellListener = {
    output: (stream, text) => told.push(`${stream}: ${text}`),
    closed: ended.resolve,
  };
  const interrupted = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  port2.onmessage = ({ data }: MessageEvent<ShellPortMessage>) => {
    received.push(data);
    if (data.kind === "run") for (const message of answer(data.line)) port2.postMessage(message);
    if (data.kind === "interrupt") {
      interrupted.resolve();
      port2.postMessage(done(130));
    }
    if (data.kind === "close") closed.resolve();
  };
  return { shell: shellOverPort(port1, listener), worker: port2, received, told, ended, interrupted, closed };
}

function done(exitCode: number, cwd = "/home/user"): ShellPortMessage {
  return { kind: "done", exitCode, cwd };
}

describe("shellOverPort()", () => {
  it("hands over both outputs in their order, and then how the line has ended", async () => {
    const { shell, told } = setup(() => [
      { kind: "output", stream: "stdout", text: "one\n" },
      { kind: "output", stream: "stderr", text: "two\n" },
      done(2, "/tmp"),
    ]);
    expect(await shell.run("cd /tmp; false")).toEqual({ exitCode: 2, cwd: "/tmp" });
    expect(told).toEqual(["stdout: one\n", "stderr: two\n"]);
  });

  it("runs one line at a time", async () => {
    const { shell } = setup((line) => (line === "sleep" ? [] : [done(0)]));
    const first = shell.run("sleep");
    await expect(shell.run("ls")).rejects.toThrow("Another command runs");
    shell.interrupt();
    expect(await first).toMatchObject({ exitCode: 130 });
    expect(await shell.run("ls")).toMatchObject({ exitCode: 0 });
  });

  it("interrupts nothing when nothing runs", async () => {
    const { shell, received } = setup(() => [done(0)]);
    shell.interrupt();
    await shell.run("true");
    expect(received.map(({ kind }) => kind)).toEqual(["run"]);
  });

  it("rejects the line that runs when the shell ends, and every later one", async () => {
    const { shell, ended } = setup(() => [{ kind: "closed", message: "The exporter has been stopped." }]);
    await expect(shell.run("sleep 60")).rejects.toThrow("The exporter has been stopped.");
    expect(await ended.promise).toBe("The exporter has been stopped.");
    await expect(shell.run("ls")).rejects.toThrow("The exporter has been stopped.");
  });

  it("tells the worker that it is no longer needed, once, and lets go of the line that runs", async () => {
    const { shell, received, closed } = setup(() => []);
    const line = shell.run("sleep 60");
    const outcome = expect(line).rejects.toThrow("The shell has ended.");
    shell.close();
    shell.close();
    await outcome;
    await closed.promise;
    expect(received.map(({ kind }) => kind)).toEqual(["run", "close"]);
  });
});
