// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bash writes its expansions so.

import { describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../drivers/base/clock.ts";
import type { ScriptCommand, ScriptRequest } from "../exporter/script-runner.ts";
import { MAX_SCRIPT_CHARACTERS, STOP_GRACE_MS } from "./limits.ts";
import { nodeThreads } from "./testing/node-threads.ts";
import { WorkerScriptRunner } from "./worker-script-runner.ts";

const FOR_EVER = { signal: new AbortController().signal };

function runner(clock: Clock = systemClock): WorkerScriptRunner {
  return new WorkerScriptRunner({ clock, createWorker: nodeThreads() });
}

/** A request with what is not given left empty. */
function request(script: string, given: Partial<ScriptRequest> = {}): ScriptRequest & { lines: string[] } {
  const lines: string[] = [];
  return {
    script,
    env: {},
    resultFile: undefined,
    commands: {},
    onLine: (line) => lines.push(line),
    ...given,
    lines,
  };
}

const ok = { exitCode: 0, stdout: "", stderr: "" };

describe("WorkerScriptRunner.run()", () => {
  it("gives lines of both streams in their order, the exit code and the result file", async () => {
    const asked = request(
      'echo "lease $LEASE_NAME"; echo to-err >&2; printf "last"; echo hello > $JMP_MOTD_FILE; exit 3',
      {
        env: { LEASE_NAME: "l1", JMP_MOTD_FILE: "/tmp/motd/file" },
        resultFile: "/tmp/motd/file",
      },
    );
    await expect(runner().run(asked, FOR_EVER)).resolves.toEqual({ exitCode: 3, resultFile: "hello\n" });
    expect(asked.lines).toEqual(["lease l1", "to-err", "last"]);
  });

  it("gives the lines of a step before the next one begins", async () => {
    const seen: (readonly string[])[] = [];
    const gate: ScriptCommand = async () => {
      seen.push([...asked.lines]);
      return ok;
    };
    const asked = request(
      'f() { echo "f $1"; gate; }; echo one; gate; for i in 1 2; do echo "loop $i"; gate; done; f 1; echo x | while read l; do echo "got $l"; gate; done',
      { commands: { gate } },
    );
    await runner().run(asked, FOR_EVER);
    expect(seen.map((lines) => lines.at(-1))).toEqual(["one", "loop 1", "loop 2", "f 1", "got x"]);
  });

  it("runs our commands with their arguments and input, and gives the script what they say", async () => {
    const calls: unknown[] = [];
    const j: ScriptCommand = async (args, { stdin }) => {
      calls.push([args, stdin]);
      return { exitCode: 4, stdout: "ön\n", stderr: "warning\n" };
    };
    const asked = request('x=$(echo "ä in" | j power "on now" 2>/dev/null); echo "$x $?"; j >/dev/null', {
      commands: { j },
    });
    await expect(runner().run(asked, FOR_EVER)).resolves.toMatchObject({ exitCode: 4 });
    expect(calls).toEqual([
      [["power", "on now"], "ä in\n"],
      [[], ""],
    ]);
    expect(asked.lines).toEqual(["ön 4", "warning"]);
  });

  it("tells a script of a command that rejects, and goes on", async () => {
    const j: ScriptCommand = () => Promise.reject(new Error("the driver is gone"));
    const asked = request("j on; echo $?", { commands: { j } });
    await runner().run(asked, FOR_EVER);
    expect(asked.lines).toEqual(["j: the driver is gone", "1"]);
  });

  it("ends a script that waits in a command of ours, and the command with it", async () => {
    const stop = new AbortController();
    const ended = Promise.withResolvers<string>();
    const j: ScriptCommand = (_args, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          ended.resolve("aborted");
          resolve(ok);
        });
        stop.abort();
      });
    const asked = request("echo before; j read; echo never", { commands: { j } });
    await expect(runner().run(asked, { signal: stop.signal })).resolves.toMatchObject({ exitCode: 130 });
    await expect(ended.promise).resolves.toBe("aborted");
    expect(asked.lines).toEqual(["before"]);
  });

  it("ends a command of ours whose time is over, and goes on with what it has said", async () => {
    const j: ScriptCommand = (args, { stdin, signal }) =>
      new Promise((resolve) => {
        const said = { exitCode: 130, stdout: `${args.join(" ")} ${stdin}login:\n`, stderr: "" };
        signal.addEventListener("abort", () => resolve(said), { once: true });
      });
    const asked = request(
      "echo root | timeout 0.05 j serial pipe | grep login; timeout 0.05 bash -c j; echo $?; j",
      {
        commands: { j },
        onLine: (line) => {
          asked.lines.push(line);
          if (line === "124") stop.abort();
        },
      },
    );
    const stop = new AbortController();
    await expect(runner().run(asked, { signal: stop.signal })).resolves.toMatchObject({ exitCode: 130 });
    expect(asked.lines).toEqual(["login:", "124"]);
  });

  it("ends a script that sleeps, without waiting for its end", async () => {
    const stop = new AbortController();
    const asked = request("echo begin; sleep 3600; echo never", { onLine: () => stop.abort() });
    await expect(runner().run(asked, { signal: stop.signal })).resolves.toMatchObject({ exitCode: 130 });
  });

  for (const spin of [
    "while :; do :; done",
    "f() { f | f & }; while :; do f 2>/dev/null; done",
    "x=0; until ((x < 0)); do x=$((x+1)); done",
  ]) {
    it(`ends a script that does not stop by itself, with all that it has said: ${spin}`, async () => {
      const stop = new AbortController();
      const asked = request(`echo one; echo two; gate; ${spin}`, {
        commands: {
          gate: async () => {
            // The answer is on its way to the script before it is told to stop; it does not listen any more then, or stops at once.
            queueMicrotask(() => stop.abort());
            return ok;
          },
        },
      });
      await expect(runner().run(asked, { signal: stop.signal })).resolves.toEqual({
        exitCode: 130,
        resultFile: undefined,
      });
      expect(asked.lines).toEqual(["one", "two"]);
    });
  }

  it("waits the grace and no longer for a script to stop", async () => {
    const stop = new AbortController();
    const waits: number[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: async (ms) => {
        waits.push(ms);
      },
    };
    const asked = request("echo spinning; while :; do :; done", { onLine: () => stop.abort() });
    await expect(runner(clock).run(asked, { signal: stop.signal })).resolves.toMatchObject({ exitCode: 130 });
    expect(waits).toEqual([STOP_GRACE_MS]);
  });

  it("does not begin when it was told to stop before", async () => {
    const asked = request("echo never");
    await expect(runner().run(asked, { signal: AbortSignal.abort() })).resolves.toEqual({
      exitCode: 130,
      resultFile: undefined,
    });
    expect(asked.lines).toEqual([]);
  });

  it("keeps the beginning of too much output, and says once that the rest is left out", async () => {
    const asked = request(
      'x=$(printf "%01000d" 7); for i in {1..3000}; do echo "$x"; done; echo "the end" >&2; exit 5',
    );
    await expect(runner().run(asked, FOR_EVER)).resolves.toMatchObject({ exitCode: 5 });
    expect(asked.lines.filter((line) => line.includes("is left out"))).toEqual([asked.lines.at(-1)]);
    expect(asked.lines.reduce((sum, line) => sum + line.length, 0)).toBeLessThan(1024 * 1024 + 200);
    expect(asked.lines.length).toBeGreaterThan(1000);
  });

  it("refuses a script that is too long, with its cure", async () => {
    const asked = request(`: ${"x".repeat(MAX_SCRIPT_CHARACTERS)}`);
    await expect(runner().run(asked, FOR_EVER)).resolves.toMatchObject({ exitCode: 126 });
    expect(asked.lines.join()).toMatch(/at most \d+ can run: shorten it/);
  });

  it("says in a sentence that an interpreter cannot be loaded", async () => {
    const broken = new WorkerScriptRunner({
      clock: systemClock,
      createWorker: nodeThreads(new URL("./testing/not-there.ts", import.meta.url)),
    });
    await expect(broken.run(request("echo"), FOR_EVER)).rejects.toThrow(
      /the script interpreter could not be loaded/,
    );
  });
});

describe("WorkerScriptRunner.open()", () => {
  function shellRequest(): {
    env: Record<string, string>;
    commands: Record<string, ScriptCommand>;
    onOutput: (stream: "stdout" | "stderr", text: string) => void;
    output: string[];
  } {
    const output: string[] = [];
    return {
      env: { A: "1" },
      commands: {},
      onOutput: (stream, text) => output.push(`${stream}: ${text}`),
      output,
    };
  }

  it("keeps files, variables and the working directory between lines", async () => {
    const asked = shellRequest();
    await using shell = await runner().open(asked, FOR_EVER);
    expect(await shell.run('B="$A 2"; cd /tmp; echo kept > f', FOR_EVER)).toEqual({
      exitCode: 0,
      cwd: "/tmp",
    });
    expect(await shell.run('cat f; echo "$B"; false', FOR_EVER)).toEqual({ exitCode: 1, cwd: "/tmp" });
    expect(asked.output.join("")).toBe("stdout: kept\nstdout: 1 2\n");
  });

  it("keeps them too when a line ends in an error or an exit", async () => {
    const asked = shellRequest();
    await using shell = await runner().open(asked, FOR_EVER);
    await shell.run("B=2", FOR_EVER);
    expect(await shell.run("echo ${undefined:?not set}", FOR_EVER)).toMatchObject({ exitCode: 1 });
    expect(await shell.run("exit 7", FOR_EVER)).toMatchObject({ exitCode: 7 });
    expect(await shell.run("if true", FOR_EVER)).toMatchObject({ exitCode: 2 });
    await shell.run('echo "B=$B"', FOR_EVER);
    expect(asked.output.at(-1)).toBe("stdout: B=2\n");
  });

  it("ends a line that waits, and goes on with its files", async () => {
    const asked = shellRequest();
    await using shell = await runner().open(asked, FOR_EVER);
    await shell.run("echo kept > f", FOR_EVER);
    const stop = new AbortController();
    asked.onOutput = () => undefined;
    const ended = shell.run("echo begun > g; sleep 3600", { signal: stop.signal });
    stop.abort();
    expect(await ended).toMatchObject({ exitCode: 130 });
    expect(await shell.run("cat f", FOR_EVER)).toMatchObject({ exitCode: 0 });
  });

  it("begins anew, with a sentence, when a line did not stop", async () => {
    const stop = new AbortController();
    const asked = { ...shellRequest() };
    const { onOutput } = asked;
    await using shell = await runner().open(
      {
        ...asked,
        onOutput: (stream, text) => {
          onOutput(stream, text);
          if (text.includes("spinning")) stop.abort();
        },
      },
      FOR_EVER,
    );
    await shell.run("cd /tmp; echo gone > f", FOR_EVER);
    expect(await shell.run("echo spinning; while :; do :; done", { signal: stop.signal })).toEqual({
      exitCode: 130,
      cwd: "/home/jumptab",
    });
    expect(asked.output.join("")).toContain("a new one begins");
    expect(await shell.run("[ -e /tmp/f ]", FOR_EVER)).toEqual({ exitCode: 1, cwd: "/home/jumptab" });
  });

  it("takes one line at a time", async () => {
    await using shell = await runner().open(shellRequest(), FOR_EVER);
    const first = shell.run("sleep 0", FOR_EVER);
    await expect(shell.run("echo", FOR_EVER)).rejects.toThrow(/one line at a time/);
    await first;
  });

  it("refuses lines when it is closed", async () => {
    const shell = await runner().open(shellRequest(), FOR_EVER);
    await shell[Symbol.asyncDispose]();
    await expect(shell.run("echo", FOR_EVER)).rejects.toThrow("the shell is closed");
  });
});
