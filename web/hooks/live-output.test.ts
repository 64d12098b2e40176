import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bash, InMemoryFs } from "just-bash/browser";
import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../drivers/base/clock.ts";
import type { ScriptCommandResult } from "../exporter/script-runner.ts";
import { Interpreter } from "./interpreter.ts";
import { HOME } from "./protocol.ts";
import { SAME_AS_BASH, SAME_EVERYWHERE, SAME_IN_JUST_BASH } from "./testing/scripts-to-compare.ts";

const BASH = "/bin/bash";
/** Version 3, which some systems still have, knows less than the scripts use. */
const HAS_BASH = Number(spawnSync(BASH, ["-c", "echo $BASH_VERSINFO"], { encoding: "utf8" }).stdout) >= 5;
const ENV = { NAME: "somebody", LC_ALL: "C", PATH: "/usr/bin:/bin" };
const NOT_ABORTED = new AbortController().signal;

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

type Gate = (stdout: string, stderr: string) => void;

async function live(script: string, gate: Gate = () => undefined): Promise<Outcome> {
  const text = { stdout: "", stderr: "" };
  const interpreter = new Interpreter({
    env: ENV,
    commands: ["gate"],
    write: (stream, content) => {
      text[stream] += typeof content === "string" ? content : new TextDecoder().decode(content);
    },
    runCommand: async (_name, _args, { stdin }): Promise<ScriptCommandResult> => {
      gate(text.stdout, text.stderr);
      return { exitCode: 0, stdout: stdin, stderr: "" };
    },
    sleep: (ms, options) => systemClock.sleep(ms, options),
  });
  const exitCode = await interpreter.run(script, { signal: NOT_ABORTED });
  return { ...text, exitCode };
}

async function justBash(script: string): Promise<Outcome> {
  const fs = new InMemoryFs();
  await fs.mkdir(HOME, { recursive: true });
  await fs.mkdir("/tmp", { recursive: true });
  const bash = new Bash({ fs, cwd: HOME, env: { HOME, ...ENV }, defenseInDepth: false });
  const { stdout, stderr, exitCode } = await bash.exec(script, { rawScript: true });
  return { stdout, stderr, exitCode };
}

const folders: string[] = [];

/** Its own messages begin with its name and a line; and folders are not the same. */
function realBash(script: string): Pick<Outcome, "stdout" | "exitCode"> {
  const cwd = mkdtempSync(join(tmpdir(), "jumptab-bash-"));
  folders.push(cwd);
  const { stdout, status } = spawnSync(BASH, ["-c", script], { cwd, env: ENV, encoding: "utf8" });
  return { stdout: stdout.replace(/^\/bin\/bash: (line \d+: )?/gm, "bash: "), exitCode: status ?? -1 };
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe("withLiveOutput()", () => {
  for (const script of SAME_EVERYWHERE) {
    it(`changes nothing but the time of: ${script.slice(0, 100)}`, async () => {
      expect(await live(script)).toEqual(await justBash(script));
    });
    it.skipIf(!HAS_BASH)(`does as Bash does: ${script.slice(0, 100)}`, async () => {
      const { stdout, exitCode } = await live(script);
      expect({ stdout, exitCode }).toEqual(realBash(script));
    });
  }
  for (const script of SAME_IN_JUST_BASH) {
    it(`changes nothing of what is not as in Bash: ${script}`, async () => {
      expect(await live(script)).toEqual(await justBash(script));
    });
  }
  for (const [script, stdout, exitCode] of SAME_AS_BASH) {
    it(`does better than the interpreter alone: ${script.slice(0, 100)}`, async () => {
      expect(await live(script)).toMatchObject({ stdout, exitCode });
    });
    it.skipIf(!HAS_BASH)(`knows what Bash does: ${script.slice(0, 100)}`, () => {
      expect(realBash(script)).toEqual({ stdout, exitCode });
    });
  }
});

describe("a script with live output", () => {
  const CASES: readonly (readonly [what: string, script: string])[] = [
    ["a command", "echo yes; gate"],
    ["a list", "echo yes && gate || echo no"],
    ["a loop", "for i in 1 2; do echo yes; gate; done"],
    ["a while loop over a file", "echo x > f; while read l; do echo yes; gate; done < f"],
    ["a condition", "if echo yes; then gate; fi"],
    ["a case", "case a in a) echo yes; gate;; esac"],
    ["a group", "{ echo yes; gate; }"],
    ["a subshell", "(echo yes; gate)"],
    ["a function", "f() { echo yes; gate; }; f"],
    ["a function of a function", "g() { echo yes; gate; }; f() { g; }; f"],
    ["a function by a variable", 'f() { echo yes; gate; }; run() { "$@"; }; run f'],
    ["the end of a pipe", "echo x | { cat > g; echo yes; gate; }"],
    ["a pipe", "echo yes | cat; gate"],
    ["a stream of errors that is joined", "exec 2>&1; echo yes >&2; gate"],
    ["a command after a substitution", "x=$(echo captured); echo yes; gate"],
    ["a copy of standard output", "exec 3>&1; echo yes >&3; gate"],
    ["an eval, when it has ended", 'eval "echo yes"; gate'],
  ];
  for (const [what, script] of CASES) {
    it(`shows the output of ${what} before the next command begins`, async () => {
      const seen: string[] = [];
      await live(script, (stdout) => seen.push(stdout));
      expect(seen[0]).toBe("yes\n");
    });
  }

  it("shows errors before the next command begins", async () => {
    const seen: string[] = [];
    await live("x=$(nosuch); gate; echo e >&2; gate; time -p true; gate", (_, stderr) => seen.push(stderr));
    const first = "bash: nosuch: command not found\n";
    expect(seen.slice(0, 2)).toEqual([first, `${first}e\n`]);
    expect(seen[2]).toMatch(/real/);
  });

  it("shows nothing of what a substitution, a pipe or a file takes", async () => {
    const seen: string[] = [];
    const script =
      "f() { echo taken; gate; }; x=$(f); f | cat > g; f > g; { f; } > g; echo `f` > g; cat <(f) > g";
    await live(script, (stdout) => seen.push(stdout));
    expect(seen).toEqual(["", "", "", "", "", ""]);
  });

  it("leaves no trace of itself in what a script prints of its functions' values", async () => {
    const { stdout } = await live("f() { local a=1; echo $a; }; f; set -- x; echo $# $?; echo $LINENO");
    expect(stdout).toBe("1\n1 0\n1\n");
  });
});
