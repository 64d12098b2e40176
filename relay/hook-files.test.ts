import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BENCH_KEY_HEADER, type RelayBoot } from "../proto/boot.ts";
import { openBench } from "./bench.ts";
import { readHookFiles } from "./hook-files.ts";
import { MAX_HOOK_FILE_BYTES } from "./limits.ts";
import { startTestRelay } from "./testing/start-test-relay.ts";

let bench: string;
let working: string;
let unreadable: string[];

beforeEach(() => {
  const scratch = mkdtempSync(join(tmpdir(), "jumptab-hooks-test-"));
  bench = join(scratch, "bench");
  working = join(scratch, "working");
  mkdirSync(bench);
  mkdirSync(working);
  unreadable = [];
});

afterEach(() => rmSync(join(bench, ".."), { recursive: true, force: true }));

function read(yaml: string): Readonly<Record<string, string>> {
  const files = readHookFiles(yaml, {
    path: join(bench, "bench.yaml"),
    workingDirectory: working,
    onUnreadable: (file, reason) => unreadable.push(`${file}: ${reason}`),
  });
  return { ...files };
}

const hook = (script: string, name = "beforeLease"): string =>
  `hooks:\n  ${name}:\n    script: ${JSON.stringify(script)}\n`;

describe("readHookFiles()", () => {
  it("H10 reads the scripts that hooks name, from the working directory, else from beside the configuration", () => {
    writeFileSync(join(working, "up.sh"), "echo working\n");
    writeFileSync(join(bench, "up.sh"), "echo bench\n");
    writeFileSync(join(bench, "down.sh"), "echo down\n");
    expect(
      read("hooks:\n  beforeLease: {script: up.sh}\n  afterLease:\n    script: |\n      ./down.sh\n"),
    ).toEqual({ "up.sh": "echo working\n", "./down.sh": "echo down\n" });
  });

  it("reads them by their whole path, by Jumpstarter's other spelling, and through an anchor", () => {
    const path = join(bench, "über.sh");
    writeFileSync(path, "echo é\n");
    expect(read(hook(path, "after_lease"))).toEqual({ [path]: "echo é\n" });
    const anchored = `x: &hook {script: "${path}"}\nhooks:\n  before_lease: *hook\n`;
    expect(read(anchored)).toEqual({ [path]: "echo é\n" });
  });

  it("reads nothing that is not named as the script of a hook", () => {
    writeFileSync(join(bench, "up.sh"), "secret");
    for (const yaml of [
      "hooks:\n  between: {script: up.sh}\n",
      "hooks:\n  beforeLease: {scripts: up.sh}\n",
      "hooks:\n  beforeLease: up.sh\n",
      "hooks: [{beforeLease: {script: up.sh}}]\n",
      "export:\n  hooks:\n    beforeLease: {script: up.sh}\n",
      hook("up.sh\nup.sh"),
      hook("cat up.sh"),
      hook("missing.sh"),
      hook(""),
      hook("."),
      hook("up.sh\0"),
      hook("x".repeat(5000)),
      "hooks:\n  beforeLease: {script: 5}\n",
    ]) {
      expect(read(yaml)).toEqual({});
    }
    expect(unreadable).toEqual([]);
  });

  it("leaves Python's alone, which no page runs", () => {
    writeFileSync(join(bench, "up.py"), "print()");
    expect(read(hook("up.py"))).toEqual({});
  });

  it("hands on nothing for YAML that is broken or nested beyond reason", () => {
    writeFileSync(join(bench, "up.sh"), "");
    expect(read(`${hook("up.sh")}  afterLease: [\n`)).toEqual({});
    expect(read(`${hook("up.sh")}x: ${"[".repeat(100_000)}`)).toEqual({});
    expect(read("")).toEqual({});
  });

  it("says which files it cannot hand on, and why", () => {
    writeFileSync(join(bench, "long.sh"), "#".repeat(MAX_HOOK_FILE_BYTES + 1));
    writeFileSync(join(bench, "binary.sh"), Buffer.of(0xff, 0xfe));
    writeFileSync(join(bench, "longest.sh"), "#".repeat(MAX_HOOK_FILE_BYTES));
    expect(read(`${hook("long.sh")}  afterLease: {script: binary.sh}\n`)).toEqual({});
    expect(unreadable).toEqual([
      `${join(bench, "long.sh")}: the file has ${MAX_HOOK_FILE_BYTES + 1} bytes, ${MAX_HOOK_FILE_BYTES} are allowed`,
      `${join(bench, "binary.sh")}: it is not text in UTF-8`,
    ]);
    expect(Object.keys(read(hook("longest.sh")))).toEqual(["longest.sh"]);
  });
});

describe("GET /api/boot", () => {
  it("H10 hands the scripts to whoever shows the bench's key, as they are at that moment, and to nobody else", async () => {
    const path = join(bench, "bench.yaml");
    writeFileSync(path, hook("up.sh"));
    writeFileSync(join(bench, "up.sh"), "echo one\n");
    await using test = await startTestRelay({ bench: { file: openBench(path), passphrase: "secret" } });
    const key = new URLSearchParams(test.relay.pageFragment().slice(1)).get("bench") ?? "";
    const ask = async (headers: Record<string, string>): Promise<RelayBoot> =>
      (await fetch(`${test.origin}/api/boot`, { headers })).json() as Promise<RelayBoot>;
    expect((await ask({ [BENCH_KEY_HEADER]: key })).bench?.files).toEqual({ "up.sh": "echo one\n" });
    writeFileSync(join(bench, "up.sh"), "echo two\n");
    expect((await ask({ [BENCH_KEY_HEADER]: key })).bench?.files).toEqual({ "up.sh": "echo two\n" });
    expect(await ask({})).not.toHaveProperty("bench");
    writeFileSync(join(bench, "up.sh"), Buffer.of(0xff));
    expect((await ask({ [BENCH_KEY_HEADER]: key })).bench?.files).toEqual({});
    expect(test.log.join("\n")).toContain("the script of a hook cannot be read");
  });
});
