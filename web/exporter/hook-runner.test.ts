import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import type { HookConfig } from "./config.ts";
import { HOOK_END_GRACE_MS, HookRunner } from "./hook-runner.ts";
import { LogRing } from "./log-ring.ts";
import { MAX_RESULT_FILE_BYTES } from "./script-runner.ts";
import { ScriptedRunner } from "./testing/scripted-runner.ts";

function world({ deaf = false } = {}) {
  const clock = new ManualClock();
  const scripts = new ScriptedRunner({ deaf });
  const log = new LogRing(() => clock.now());
  const session = new AbortController();
  const j = () => Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
  const runner = new HookRunner({ scripts, commands: () => ({ j }), clock, log, onChange: () => undefined });
  return {
    clock,
    scripts,
    runner,
    session,
    j,
    run: (name: "beforeLease" | "afterLease", parts: Partial<HookConfig> = {}, limitMs?: number) =>
      runner.run(
        name,
        { script: "echo", timeoutMs: 5000, onFailure: "warn", line: 3, ...parts },
        { limitMs, signal: session.signal },
      ),
    lines: () =>
      log.since(0).lines.map(({ severity, source, message }) => `${severity} ${source} ${message}`),
  };
}

describe("HookRunner", () => {
  it("gives a beforeLease hook its environment, its commands and a file for the motd", async () => {
    const { run, scripts, j } = world();
    const outcome = run("beforeLease", { script: "j power on" });
    const { request } = scripts.last;
    expect(request.script).toBe("j power on");
    expect(request.env).toEqual({
      JUMPSTARTER_HOST: "/run/jumptab/this-page.sock",
      JMP_DRIVERS_ALLOW: "UNSAFE",
      LEASE_NAME: "standalone",
      CLIENT_NAME: "",
      TERM: "dumb",
      DEBIAN_FRONTEND: "noninteractive",
      GIT_TERMINAL_PROMPT: "0",
      JMP_MOTD_FILE: "/tmp/jumpstarter-motd",
    });
    expect(request.resultFile).toBe(request.env.JMP_MOTD_FILE);
    expect(request.commands).toEqual({ j });
    scripts.last.exit(0, "  hello\n\n");
    expect(await outcome).toEqual({ kind: "done", motd: "hello" });
  });

  it("gives an afterLease hook the same, without the motd", async () => {
    const { run, scripts } = world();
    const outcome = run("afterLease");
    expect(scripts.last.request.env).not.toHaveProperty("JMP_MOTD_FILE");
    expect(scripts.last.request.env).toMatchObject({ LEASE_NAME: "standalone" });
    expect(scripts.last.request.resultFile).toBeUndefined();
    scripts.last.exit(0);
    expect(await outcome).toEqual({ kind: "done", motd: undefined });
  });

  for (const [what, file, motd] of [
    ["nothing", undefined, undefined],
    ["blanks", " \n\t\n", undefined],
    ["more than may be", "x".repeat(2 * MAX_RESULT_FILE_BYTES), "x".repeat(MAX_RESULT_FILE_BYTES)],
  ] as const) {
    it(`takes a motd of ${what} as it should be`, async () => {
      const { run, scripts } = world();
      const outcome = run("beforeLease");
      scripts.last.exit(0, file);
      expect(await outcome).toEqual({ kind: "done", motd });
    });
  }

  it("logs each line as it comes with the hook as its source, and nothing of its own", async () => {
    const { run, scripts, lines } = world();
    const outcome = run("beforeLease");
    scripts.last.say("one");
    expect(lines()).toEqual(["INFO beforeLease one"]);
    scripts.last.say("two");
    scripts.last.exit(0);
    await outcome;
    expect(lines()).toEqual(["INFO beforeLease one", "INFO beforeLease two"]);
  });

  for (const [onFailure, line] of [
    ["warn", "WARNING afterLease Hook failed with exit code 7 (on_failure=warn, continuing)"],
    ["endLease", "ERROR afterLease Hook failed with exit code 7 (on_failure=endLease, raising exception)"],
    ["exit", "ERROR afterLease Hook failed with exit code 7 (on_failure=exit, raising exception)"],
  ] as const) {
    it(`logs a failure with ${onFailure} as Python's exporter does`, async () => {
      const { run, scripts, lines } = world();
      const outcome = run("afterLease", { onFailure });
      scripts.last.exit(7);
      expect(await outcome).toMatchObject({ kind: "failed", reason: "Hook failed with exit code 7" });
      expect(lines()).toEqual([line]);
    });
  }

  it("ends a hook that takes too long, and says after how long", async () => {
    const { clock, run, runner, scripts, lines } = world();
    const outcome = run("beforeLease", { timeoutMs: 5000 });
    scripts.last.say("first");
    expect(runner.running).toEqual(expect.objectContaining({ name: "beforeLease", timeoutMs: 5000 }));
    await clock.advance(4999);
    expect(scripts.last.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(scripts.last.signal.aborted).toBe(true);
    expect(await outcome).toMatchObject({ kind: "failed", reason: "Hook timed out after 5 seconds" });
    expect(lines()).toEqual([
      "INFO beforeLease first",
      "WARNING beforeLease Hook timed out after 5 seconds (on_failure=warn, continuing)",
    ]);
    expect(runner.running).toBeUndefined();
    expect(clock.sleeping).toBe(0);
  });

  it("leaves a hook behind that does not end, and hears nothing of it any more", async () => {
    const { clock, run, scripts, lines } = world({ deaf: true });
    const outcome = run("afterLease", { timeoutMs: 1000 });
    const script = scripts.last;
    await clock.advance(1000 + HOOK_END_GRACE_MS);
    expect(await outcome).toMatchObject({ kind: "failed", reason: "Hook timed out after 1 seconds" });
    const before = lines();
    script.say("still here");
    script.exit(0);
    expect(lines()).toEqual(before);
    expect(clock.sleeping).toBe(0);
  });

  it("ends it earlier when there is less time than it has", async () => {
    const { clock, run, runner } = world();
    const outcome = run("afterLease", { timeoutMs: 60_000 }, 2500);
    expect(runner.running?.timeoutMs).toBe(2500);
    await clock.advance(2500);
    expect(await outcome).toMatchObject({ reason: "Hook timed out after 2.5 seconds" });
  });

  it("ends it earlier when it hears so in the middle", async () => {
    const { clock, run, runner } = world();
    const outcome = run("afterLease", { timeoutMs: 60_000 });
    await clock.advance(1000);
    runner.limit(3000);
    await clock.advance(3000);
    expect(await outcome).toMatchObject({ reason: "Hook timed out after 3 seconds" });
    expect(clock.sleeping).toBe(0);
  });

  for (const [what, end] of [
    ["its session", ({ session }: ReturnType<typeof world>) => session.abort()],
    ["whoever waits for it", ({ runner }: ReturnType<typeof world>) => runner.end()],
  ] as const) {
    it(`is ended by ${what}, whatever its exit code is then`, async () => {
      const made = world();
      const outcome = made.run("beforeLease", { onFailure: "exit" });
      end(made);
      expect(await outcome).toEqual({ kind: "ended" });
      expect(made.scripts.last.signal.aborted).toBe(true);
      expect(made.lines()).toEqual([
        "WARNING beforeLease Hook was ended before it was done: its session is over",
      ]);
      expect(made.clock.sleeping).toBe(0);
    });
  }

  it("does not begin in a session that is over", async () => {
    const { run, session, scripts } = world();
    session.abort();
    expect(await run("beforeLease")).toEqual({ kind: "ended" });
    expect(scripts.played).toEqual([]);
  });

  it("fails with what an interpreter says that breaks", async () => {
    const { run, scripts, lines } = world();
    const outcome = run("beforeLease", { onFailure: "endLease" });
    scripts.last.break(new Error("the interpreter could not be loaded: check the network"));
    const reason = "Error executing hook: the interpreter could not be loaded: check the network";
    expect(await outcome).toEqual({ kind: "failed", reason, motd: undefined });
    expect(lines()).toEqual([`ERROR beforeLease ${reason} (on_failure=endLease, raising exception)`]);
  });
});
