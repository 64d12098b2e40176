import { describe, expect, it } from "vitest";
import { Interpreter } from "./interpreter.ts";

const ERRORS: readonly (readonly [script: string, stderr: string])[] = [
  ["echo a\nif true; then echo b", "bash: line 2: syntax error: unexpected end of file\n"],
  ["if true; then echo a; done", "bash: line 1: syntax error near unexpected token `done'\n"],
  ["while true; do echo; fi", "bash: line 1: syntax error near unexpected token `fi'\n"],
  ["for i in 1 2; echo; done", "bash: line 1: syntax error: `do' is missing\n"],
  ['echo a\necho "open', "bash: line 2: unexpected EOF while looking for matching `\"'\n"],
  ["select x in a b; do echo $x; done", "bash: line 1: syntax error near unexpected token `select'\n"],
];

async function run(script: string): Promise<{ exitCode: number; text: string }> {
  const written: string[] = [];
  const interpreter = new Interpreter({
    env: {},
    commands: [],
    write: (_stream, content) => written.push(String(content)),
    runCommand: () => Promise.reject(new Error("not called")),
    sleep: () => Promise.reject(new Error("not called")),
  });
  const exitCode = await interpreter.run(script, { signal: new AbortController().signal });
  return { exitCode, text: written.join("") };
}

describe("a script that is wrong", () => {
  for (const [script, text] of ERRORS) {
    it(`ends with 2 and one line that says where: ${script}`, async () => {
      await expect(run(script)).resolves.toEqual({ exitCode: 2, text });
    });
  }
});

describe("a program that a page does not have", () => {
  for (const name of ["python3", "python", "tar", "sqlite3", "ssh", "gzip"]) {
    it(`is not found: ${name}`, async () => {
      const text = `bash: ${name}: command not found\n`;
      await expect(run(`${name} -c 1`)).resolves.toEqual({ exitCode: 127, text });
    });
  }
});
