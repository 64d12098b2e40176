/**
 * Conformance H: hooks, as clients see them.
 * Below: test.ts, the page's interpreter with its `j`. The page attaches while its beforeLease hook still runs.
 */

import { writeFile } from "node:fs/promises";
import { hookBench } from "../support/benches.ts";
import { Jumpstarter } from "../support/jumpstarter.ts";
import { isListening } from "../support/relay-process.ts";
import { startUnattended } from "../support/unattended.ts";
import { WireClient } from "../support/wire-client.ts";
import { expect, test } from "./test.ts";

/** What runs a hook inside; upstream's own tests look for these words too. */
const INTERNALS = /Starting hook subprocess|Creating PTY|Hook executed successfully|just-bash|worker/i;

/** Keeps a shell open until its input ends: its log is read to where the test wants it. */
const UNTIL_END = ["bash", "-c", "cat"];

test.describe("with hooks that work", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    exec: /bin/bash
    script: |
      echo "first line of the hook"
      echo "lease=$LEASE_NAME client=<$CLIENT_NAME> host=\${JUMPSTARTER_HOST:+set} allow=$JMP_DRIVERS_ALLOW motd=\${JMP_MOTD_FILE:+set}"
      if [[ "board-7" =~ ^board-([0-9]+)$ ]]; then echo "bash found \${BASH_REMATCH[1]}"; fi
      j power on
      echo "last line of the hook"
`),
  });

  test("H01 a client sees the lines of the beforeLease hook, and what it did to the board @both", async ({
    jumpstarter,
    exporterPage,
  }) => {
    await exporterPage.expectPower("power", "on");
    await using shell = jumpstarter.startShell(["bash", "-c", "j power off; cat"], { keepStdin: true });
    await shell.saw(/\[exporter:beforeLease\] first line of the hook[\s\S]*last line of the hook/, "stdout");
    await exporterPage.expectPower("power", "off");
    shell.process.stdin.end();
    expect(await shell.ended()).toMatchObject({ code: 0 });
  });

  test("H08 exec: /bin/bash runs what only bash knows", async ({ jumpstarter }) => {
    await using shell = jumpstarter.startShell(UNTIL_END, { keepStdin: true });
    await shell.saw(/bash found 7/, "stdout");
    shell.process.stdin.end();
    expect(await shell.ended()).toMatchObject({ code: 0 });
  });

  test("H11 a hook has the environment that Jumpstarter gives it", async ({ jumpstarter }) => {
    await using shell = jumpstarter.startShell(UNTIL_END, { keepStdin: true });
    await shell.saw(/lease=standalone client=<> host=set allow=UNSAFE motd=set/, "stdout");
    shell.process.stdin.end();
    expect(await shell.ended()).toMatchObject({ code: 0 });
  });

  test("H13 a client sees what the hook said, once, and nothing of what runs it", async ({ jumpstarter }) => {
    await using shell = jumpstarter.startShell(["bash", "-c", "j power off; cat"], {
      options: ["--exporter-logs"],
      keepStdin: true,
    });
    // The lines of the hook come before all others, so all of them are there.
    await shell.saw(/exporter hooked is ready/, "stdout");
    shell.process.stdin.end();
    const { code, output } = await shell.ended();
    expect(code).toBe(0);
    expect(output.match(/first line of the hook/g)).toHaveLength(1);
    expect(output.match(/last line of the hook/g)).toHaveLength(1);
    expect(output).not.toMatch(INTERNALS);
  });

  test("H14 j in a hook works on an exporter with a passphrase", async ({ jumpstarter, exporterPage }) => {
    await exporterPage.expectPower("power", "on");
    const { code, output } = await jumpstarter.shell(["true"]);
    expect(code).toBe(0);
    expect(output).not.toContain("Warning:");
  });
});

test.describe("with a message of the day", () => {
  test.use({
    bench: hookBench(
      `  beforeLease:
    script: |
      echo "slot 4 is free" > "$JMP_MOTD_FILE"
`,
      `motd: Welcome to the bench
`,
    ),
  });

  test("H11 what a hook writes to JMP_MOTD_FILE is added to the motd of the configuration @wire", async ({
    relay,
  }) => {
    using client = new WireClient(relay.endpoint);
    const motd = async (): Promise<string> => (await client.exporter.getReport({})).motd;
    await expect.poll(motd).toBe("Welcome to the bench\nslot 4 is free");
    await client.exporter.endSession({});
    await expect.poll(motd).toBe("Welcome to the bench\nslot 4 is free");
  });
});

/** What a hook may do wrong, and what is said of it. */
const FAILURES: readonly [what: string, script: string, reason: RegExp][] = [
  ["ends with 1", "exit 1", /Hook failed with exit code 1$/m],
  ["has a syntax error", "if true; then echo never", /Hook failed with exit code 2$/m],
  ["calls j with an unknown command", "j power explode", /Hook failed with exit code [12]$/m],
];

for (const [what, script, reason] of FAILURES) {
  test.describe(`with a hook that ${what}`, () => {
    test.use({
      bench: hookBench(`  beforeLease:
    script: ${JSON.stringify(script)}
    onFailure: warn
`),
    });

    test(`H04 a hook that ${what} is a warning with onFailure: warn`, async ({
      jumpstarter,
      exporterPage,
    }) => {
      const { code, stdout } = await jumpstarter.shell(["j", "power", "on"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Warning: beforeLease hook warning: /m);
      expect(stdout).toMatch(reason);
      await exporterPage.expectPower("power", "on");
    });
  });
}

test.describe("with onFailure: endLease", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: |
      echo "no board here"
      exit 3
    onFailure: endLease
  afterLease:
    script: echo "never said"
`),
  });

  test("H05 endLease: the client ends with the reason, and afterLease does not run @both", async ({
    jumpstarter,
    raw,
  }) => {
    const { code, stderr } = await jumpstarter.shell(["true"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "Error: beforeLease hook failed (on_failure=endLease): Hook failed with exit code 3",
    );
    // What follows the end of that session is the next one's hook, and no afterLease before it.
    const lines = await raw(`
      lines = exporter.LogStream(empty, metadata=key)
      said = []
      for line in lines:
          if line.source in (2, 3):
              said.append(line.message)
          if said.count("no board here") == 1 and line.message.startswith("Hook failed") and len(said) == 2:
              exporter.EndSession(pb.EndSessionRequest(), metadata=key)
          if said.count("no board here") == 2:
              break
      lines.cancel()
      result = said
    `);
    const failed = "Hook failed with exit code 3 (on_failure=endLease, raising exception)";
    expect(lines).toEqual(["no board here", failed, "no board here"]);
  });

  test("H05 driver calls are refused after a hook that failed @wire", async ({ raw }) => {
    const result = await raw(`
      wait_until(lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key).status == 6)
      result = outcome(lambda: raw.call(raw.uuids()["power"], "on"))
    `);
    expect(result).toEqual([
      "FAILED_PRECONDITION",
      "Exporter not ready for driver calls (status: BEFORE_LEASE_HOOK_FAILED)",
    ]);
  });
});

test.describe("with a hook that waits for ever", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: |
      echo "it begins"
      sleep 3600
    timeout: 5
`),
  });

  test("H07 a hook that sleeps is ended after its timeout, and the shell opens", async ({ jumpstarter }) => {
    await using shell = jumpstarter.startShell(UNTIL_END, { keepStdin: true });
    await shell.saw(/it begins/, "stdout");
    await shell.saw(/Hook timed out after 5 seconds/, "stdout");
    shell.process.stdin.end();
    const { code, stdout } = await shell.ended();
    expect(code).toBe(0);
    expect(stdout).toContain("Warning: beforeLease hook warning: Hook timed out after 5 seconds");
  });
});

test.describe("with a hook that sleeps until it is ended", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: |
      echo "it begins"
      sleep 3600
    timeout: 3600
`),
  });

  test("H07 a client that is killed in the middle of a hook leaves the hook to the next one", async ({
    jumpstarter,
    raw,
  }) => {
    await using first = jumpstarter.startShell(UNTIL_END, { keepStdin: true });
    await first.saw(/it begins/, "stdout");
    first.killGroup("SIGKILL");
    await first.end;
    await using second = jumpstarter.startShell(UNTIL_END, { keepStdin: true });
    await second.saw(/it begins/, "stdout");
    expect(await raw("result = exporter.GetStatus(pb.GetStatusRequest(), metadata=key).status")).toBe(3);
    second.killGroup("SIGKILL");
  });

  test("H07 Stop ends a hook that runs, and the clients that waited hear of it", async ({
    jumpstarter,
    exporterPage,
    raw,
  }) => {
    await using shell = jumpstarter.startShell(["true"]);
    await shell.saw(/it begins/, "stdout");
    expect(shell.running).toBe(true);
    await exporterPage.page.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(exporterPage.page.getByText("Stopped. Its name")).toBeVisible();
    const result = await raw(`
      result = outcome(lambda: exporter.GetReport(empty, metadata=key))
      wait_until(lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key).status == 1, seconds=40)
    `);
    expect(result).toEqual(["FAILED_PRECONDITION", expect.stringMatching(/no page attached/)]);
    // OFFLINE is no end for these releases: they wait for 300 s.
    shell.killGroup("SIGKILL");
  });
});

/** Scripts that would use up the machine. */
const GREEDY: readonly [what: string, script: string][] = [
  ["computes for ever", "while :; do :; done"],
  ["forks for ever", "f() { f | f & }; f; wait"],
  ["calls itself for ever", 'f() { echo "$(f)"; }; f'],
];

for (const [what, script] of GREEDY) {
  test.describe(`with a hook that ${what}`, () => {
    test.use({
      bench: hookBench(`  beforeLease:
    script: ${JSON.stringify(script)}
    timeout: 3
`),
    });

    test(`H07 a hook that ${what} is ended @wire`, async ({ raw, exporterPage }) => {
      const message = await raw(`
        status = lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key)
        wait_until(lambda: status().status == 4, seconds=30)
        raw.call(raw.uuids()["power"], "on")
        result = status().message
      `);
      expect(message).toMatch(
        /^\[HOOK_WARNING\] beforeLease hook warning: (Hook timed out after 3 seconds|Hook failed with exit code \d+)$/,
      );
      await exporterPage.expectPower("power", "on");
    });
  });
}

test.describe("with a hook that computes and has all the time it wants", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: "while :; do :; done"
    timeout: 3600
`),
  });

  test("H07 calls are answered while a hook computes @wire", async ({ raw, exporterPage }) => {
    const result = await raw(`
      status = lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key).status
      wait_until(lambda: status() == 3)
      raw.call(raw.uuids()["power"], "on")
      result = status()
    `);
    expect(result).toBe(3);
    await exporterPage.expectPower("power", "on");
  });
});

test.describe("with a hook that writes 100 MB", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: |
      echo "it begins"
      yes "a line of a hook that has a lot to say" | head -c 100000000
      echo "it ends"
    timeout: 120
`),
  });

  test("H13 a hook that writes 100 MB costs clients no more than its bound @wire", async ({ raw }) => {
    const result = (await raw(`
      wait_until(lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key).status == 4, seconds=40)
      raw.call(raw.uuids()["power"], "on")
      lines = exporter.LogStream(empty, metadata=key)
      size, count, last = 0, 0, None
      for line in lines:
          if line.source == 2:
              size, count, last = size + len(line.message), count + 1, line.message
          if line.message == "Operation completed":
              break
      lines.cancel()
      result = [count, size, last]
    `)) as [number, number, string];
    expect(result[0]).toBeGreaterThan(1);
    expect(result[0]).toBeLessThanOrEqual(500);
    expect(result[1]).toBeLessThan(8 * 1024 * 1024);
  });
});

test.describe("with a script in a file", () => {
  test.use({
    bench: async ({ folder }, use) => {
      await writeFile(`${folder}/prepare.sh`, 'echo "from a file"\nj power on\n');
      await use(hookBench("  beforeLease:\n    script: ./prepare.sh\n"));
    },
  });

  test("H10 a script that names a file beside the configuration is that file", async ({
    jumpstarter,
    exporterPage,
  }) => {
    await exporterPage.expectPower("power", "on");
    await using shell = jumpstarter.startShell(UNTIL_END, { keepStdin: true });
    await shell.saw(/from a file/, "stdout");
    shell.process.stdin.end();
    expect(await shell.ended()).toMatchObject({ code: 0 });
  });
});

test.describe("without a screen", () => {
  test.use({ bench: null, passphrase: null, startPage: false });

  test("H02 SIGTERM after a session runs afterLease, says its lines, and ends in order", async ({
    folder,
    release,
  }) => {
    const passphrase = "goodbye-passphrase";
    await using exporter = await startUnattended(folder, {
      passphrase,
      configuration: hookBench(`  afterLease:
    script: |
      echo "goodbye from the hook"
      j power off
`),
    });
    await using clients = await Jumpstarter.create(`${folder}/home`, () => exporter.endpoint, release);
    expect(await clients.shell(["j", "power", "on"])).toMatchObject({ code: 0 });
    expect(exporter.child.stderr).not.toContain("goodbye");
    exporter.child.kill("SIGTERM");
    const ended = await exporter.child.ended(20_000);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain("goodbye from the hook");
    expect(await isListening(new URL(`http://${exporter.endpoint.address}`))).toBe(false);
  });
});
