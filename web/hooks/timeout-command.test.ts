import { describe, expect, it } from "vitest";
import { Interpreter } from "./interpreter.ts";

/** A command that waits until it is ended, and gives what it has got by then. */
const READ = "read-console";

async function run(script: string): Promise<{ text: string; exitCode: number }> {
  const written: string[] = [];
  const reading = Promise.withResolvers<void>();
  const interpreter = new Interpreter({
    env: {},
    commands: [READ],
    write: (_stream, content) => written.push(String(content)),
    runCommand: (_name, args, { stdin, signal }) =>
      new Promise((resolve) => {
        reading.resolve();
        const result = { exitCode: 130, stdout: `${args.join(" ")}${stdin}login:\n`, stderr: "" };
        if (args[0] === "now") resolve({ ...result, exitCode: 3 });
        else signal?.addEventListener("abort", () => resolve(result), { once: true });
      }),
    // A limit is over as soon as the command reads, and only a limit: nothing else here sleeps.
    sleep: () => reading.promise,
  });
  const exitCode = await interpreter.run(script, { signal: new AbortController().signal });
  return { text: written.join(""), exitCode };
}

describe("timeout", () => {
  it("ends a command of ours, keeps what it has said, and the script goes on", async () => {
    await expect(run(`timeout 5 ${READ} a b; echo "code $?"`)).resolves.toEqual({
      text: "a blogin:\ncode 124\n",
      exitCode: 0,
    });
  });

  it("hands its input on, in a pipe and in a substitution", async () => {
    const script = `echo root | timeout 5 ${READ} | grep login; x=$(echo root | timeout 5 ${READ}); echo "[$x] $?"`;
    await expect(run(script)).resolves.toEqual({ text: "login:\n[root\nlogin:] 124\n", exitCode: 0 });
  });

  it("does not end a script with set -e that asks for its result", async () => {
    const script = `set -e; if timeout 1 ${READ}; then echo in time; else echo "late $?"; fi; timeout 1 ${READ} x || echo again; echo end`;
    await expect(run(script)).resolves.toEqual({
      text: "login:\nlate 124\nxlogin:\nagain\nend\n",
      exitCode: 0,
    });
  });

  it("ends a script of its own that waits for such a command, and the outer one goes on", async () => {
    await expect(run(`timeout 5 bash -c 'echo begun; ${READ}; echo never'; echo "code $?"`)).resolves.toEqual(
      {
        text: "code 124\n",
        exitCode: 0,
      },
    );
  });

  it("leaves a command alone that ends in time", async () => {
    await expect(
      run(`timeout 0 ${READ} now; echo $?; timeout 0 echo "it's" here; timeout 0 nosuch; echo $?`),
    ).resolves.toEqual({
      text: "nowlogin:\n3\nit's here\nbash: nosuch: command not found\n127\n",
      exitCode: 0,
    });
  });

  for (const options of [
    "-k 1",
    "-s KILL",
    "-k1 -sKILL",
    "--kill-after=1 --signal=INT",
    "--foreground -v",
    "--",
  ]) {
    it(`takes ${options}`, async () => {
      await expect(run(`timeout ${options} .5m ${READ}`)).resolves.toEqual({
        text: "login:\n",
        exitCode: 124,
      });
    });
  }

  it("keeps the command's own exit code where that is asked for", async () => {
    await expect(run(`timeout --preserve-status 1 ${READ}`)).resolves.toMatchObject({ exitCode: 130 });
  });

  for (const [line, problem] of [
    ["timeout", "missing operand: give a duration and a command"],
    ["timeout 5", "missing operand: give a duration and a command"],
    ["timeout soon true", "invalid time interval 'soon'"],
    ["timeout --nosuch 5 true", "unrecognized option '--nosuch'"],
  ] as const) {
    it(`says what is wrong with: ${line}`, async () => {
      await expect(run(line)).resolves.toEqual({ text: `timeout: ${problem}\n`, exitCode: 125 });
    });
  }
});
