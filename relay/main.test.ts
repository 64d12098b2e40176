import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BENCH_KEY_HEADER, type RelayEnd } from "../proto/boot.ts";
import { LAST_HOOK_MS } from "./run/limits.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import { TestPage } from "./testing/test-page.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

// Each test starts a program or two. That takes a second, and a busy machine has made half a minute of it: bounds against hanging,
// not times that are expected.
vi.setConfig({ testTimeout: 240_000 });
const AT_LAST = { timeout: 200_000 };

/** What Node.js has compiled of the program, for those that are started after the first one. */
const compiled = mkdtempSync(join(tmpdir(), "jumptab-main-test-compiled-"));

let directory: string;
let program: ChildProcess | undefined;

afterAll(() => rmSync(compiled, { recursive: true, force: true }));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "jumptab-main-test-"));
  writeFileSync(join(directory, "index.html"), "<title>jumptab</title>");
  writeFileSync(join(directory, "bench.yaml"), "kind: ExporterConfig\n");
});

afterEach(() => {
  program?.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

interface Started {
  readonly url: URL;
  readonly stdout: string[];
  stderr(): string;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function launch(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [MAIN, "--page", directory, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...env, NODE_COMPILE_CACHE: compiled },
  });
  program = child;
  const chunks: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { child, stderr: () => Buffer.concat(chunks).toString() };
}

async function start(...args: string[]): Promise<Started> {
  const { child, stderr } = launch(["--tls-grpc-listener", "127.0.0.1:0", ...args]);
  const lines = createInterface({ input: child.stdout });
  const stdout: string[] = [];
  lines.on("line", (line) => stdout.push(line));
  await Promise.race([once(lines, "line"), once(child, "exit")]);
  return {
    url: new URL(stdout[0] ?? `error:${stderr()}`),
    stdout,
    stderr,
    async end(signal) {
      child.kill(signal);
      const [code] = await once(child, "close");
      return code;
    },
  };
}

/** In the place of a browser: a script that can `say` what a page has in its console. */
function standInBrowser(script: string): string {
  const browser = join(directory, "browser.sh");
  const say = `say() { printf '[1:2:INFO:CONSOLE:1] "%s", source: a.js (1)\\n' "$1" >&2; }`;
  writeFileSync(browser, `#!/bin/sh\n${say}\n${script}\n`, { mode: 0o755 });
  return browser;
}

/** `run` with it, once the page's address has been printed. */
async function startRun(browser: string) {
  const bench = ["--exporter-config", join(directory, "bench.yaml"), "--passphrase", "secret"];
  const listener = ["--tls-grpc-listener", "127.0.0.1:0"];
  const { child, stderr } = launch(["run", ...bench, ...listener, "--chromium", browser]);
  const closed = once(child, "close");
  const failed = closed.then(() => {
    throw new Error(`it has ended: ${stderr()}`);
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), failed]);
  failed.catch(() => undefined);
  return { url: new URL(line), child, stderr, closed };
}

describe("the program", () => {
  it("prints one line, the page's address, and nothing else on standard output", async () => {
    const { url, stdout, end } = await start();
    expect(url.href).toBe(`http://127.0.0.1:${url.port}/`);
    const page = await fetch(url);
    expect(await page.text()).toContain("jumptab");
    expect(await (await fetch(new URL("/metrics", url))).text()).toContain("process_resident_memory_bytes ");
    expect(await end("SIGTERM")).toBe(0);
    expect(stdout).toHaveLength(1);
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`ends with 0 after ${signal}, with a page attached and its port closed`, async () => {
      const { url, end } = await start();
      const page = new TestPage({ url: `ws://${url.host}/tunnel` });
      await page.attached;
      expect(await end(signal)).toBe(0);
      expect(await page.closed).toMatchObject({ code: 1001 });
      const [error] = await once(connect(Number(url.port)), "error");
      expect(error.code).toBe("ECONNREFUSED");
    });
  }

  it("prints what opens the bench, and logs JSON without any secret", async () => {
    const { url, stderr, end } = await start(
      ...[
        "--exporter-config",
        join(directory, "bench.yaml"),
        "--passphrase",
        "hush-hush",
        "--attach-token",
        "door-door",
      ],
    );
    expect(url.hash).toMatch(/^#bench=[\w-]{22}&attach=door-door$/);
    await end("SIGTERM");
    const lines = stderr().trim().split("\n");
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("level");
    expect(stderr()).not.toMatch(/hush-hush|door-door/);
  });

  for (const { what, args, code, sentence } of [
    {
      what: "2 and one sentence when the command line is wrong",
      args: () => ["--tls-grpc-listener", "x"],
      code: 2,
      sentence: "Error: port must be an integer, got 'x'\n",
    },
    {
      what: "1 and one sentence without its configuration",
      args: () => ["--exporter-config", "/missing"],
      code: 1,
      sentence: "Error: cannot read --exporter-config /missing: there is no such file\n",
    },
    {
      what: "1 and one sentence without its page",
      args: () => ["--page", "/nowhere"],
      code: 1,
      sentence:
        'Error: --page /nowhere has no index.html: name the directory of the built page, which "npm run build" makes\n',
    },
    {
      what: "1 and one sentence without its browser",
      args: () => ["run", "--exporter-config", join(directory, "bench.yaml"), "--chromium", "/missing"],
      code: 1,
      sentence: "Error: --chromium names /missing, which is not a program that this user may start\n",
    },
  ]) {
    it(`exits with ${what}`, async () => {
      const { child, stderr } = launch(args());
      const [ended] = await once(child, "close");
      expect({ code: ended, stderr: stderr() }).toEqual({ code, stderr: sentence });
    });
  }

  it("waits for a running call after SIGTERM, and ends at once after a second one", async () => {
    const { url, stderr, end } = await start();
    const page = new TestPage({ url: `ws://${url.host}/tunnel`, answer: () => undefined });
    await page.attached;
    const client = new GrpcClient(url.origin);
    const answered = client.call();
    await page.stream();
    const ended = end("SIGTERM");
    // The first ones come within the time in which they count as one and the same. None waits for what the program says: that it has
    // waited stands in its log.
    const child = program;
    const again = setInterval(() => child?.kill("SIGTERM"), 100);
    try {
      // Those that come while it ends change nothing.
      expect(await ended).toBe(0);
    } finally {
      clearInterval(again);
    }
    expect(stderr()).toContain("waiting for calls to end");
    // Not the sentence of a call that was given all of its time.
    expect(await answered).toMatchObject({ status: 14, message: "the relay is shutting down" });
    await client.close();
  });

  it.skipIf(process.platform !== "linux")(
    "run: a relay that was killed leaves nothing that the next one trips over",
    async () => {
      const temporary = join(directory, "tmp");
      mkdirSync(temporary);
      // In the place of a browser: it says that it runs, and waits.
      const browser = join(directory, "browser.sh");
      writeFileSync(browser, '#!/bin/sh\necho $$ > "$0.pid"\nwhile :; do sleep 0.1; done\n', { mode: 0o755 });
      const run = ["run", "--exporter-config", join(directory, "bench.yaml"), "--chromium", browser];
      const environment = { ...process.env, TMPDIR: temporary };
      const launchRun = async (port: string) => {
        rmSync(`${browser}.pid`, { force: true });
        const { child } = launch([...run, "--tls-grpc-listener", port], environment);
        const lines = createInterface({ input: child.stdout });
        const [line] = await once(lines, "line");
        await vi.waitFor(() => expect(existsSync(`${browser}.pid`)).toBe(true), AT_LAST);
        return { child, port: new URL(line).port };
      };
      const first = await launchRun("127.0.0.1:0");
      const browserPid = await vi.waitFor(() => {
        const pid = Number(readFileSync(`${browser}.pid`, "utf8"));
        if (pid === 0) throw new Error("not written yet");
        return pid;
      }, AT_LAST);
      first.child.kill("SIGKILL");
      await once(first.child, "close");
      const [left] = readdirSync(temporary);
      expect(left).toMatch(/^jumptab-browser-/);
      // The kernel ends the browser with its relay, where setpriv is there to ask it to; elsewhere we do.
      if (!existsSync("/usr/bin/setpriv")) process.kill(browserPid, "SIGKILL");
      await vi.waitFor(() => expect(() => process.kill(browserPid, 0)).toThrow(), AT_LAST);

      const second = await launchRun(`127.0.0.1:${first.port}`);
      expect(readdirSync(temporary)).not.toContain(left);
      second.child.kill("SIGTERM");
      const [code] = await once(second.child, "close");
      expect(code).toBe(0);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it.skipIf(process.platform !== "linux")(
    "run: H02 its page is told of the end, and what it says until it has stopped is in the log",
    async () => {
      // It has said its last word before anybody asks: how fast this machine is does not matter.
      const browser = standInBrowser(`say "info: exporter:afterLease: board off"
say "stopped: the exporter was stopped"
while :; do sleep 0.1; done`);
      const { url, child, closed, stderr } = await startRun(browser);
      const key = new URLSearchParams(url.hash.slice(1)).get("bench") ?? "";
      const asked = await fetch(new URL("/api/end", url), { headers: { [BENCH_KEY_HEADER]: key } });
      expect(asked.status).toBe(200);
      await vi.waitFor(() => expect(stderr()).toContain("page: exporter:afterLease: board off"), AT_LAST);
      child.kill("SIGTERM");
      const { hookMs } = (await asked.json()) as RelayEnd;
      expect(hookMs).toBeLessThanOrEqual(LAST_HOOK_MS);
      const [code] = await closed;
      expect(code).toBe(0);
    },
  );

  it.skipIf(process.platform !== "linux")(
    "run: ends with 1 when its page says that the exporter has given up, and starts it no more",
    async () => {
      const browser = standInBrowser(`say "failed: bench.yaml:7: error: beforeLease hook failed"
while :; do sleep 0.1; done`);
      const { closed, stderr } = await startRun(browser);
      const [code] = await closed;
      expect(code).toBe(1);
      expect(stderr()).toMatch(
        /the exporter has stopped for good.*bench.yaml:7: error: beforeLease hook failed/,
      );
      expect(stderr().match(/starting the browser/g)).toHaveLength(1);
    },
  );

  it("names the port that a second relay cannot have", async () => {
    const first = await start();
    const running = program;
    const bench = ["run", "--exporter-config", join(directory, "bench.yaml"), "--chromium", process.execPath];
    const { child, stderr } = launch([...bench, "--tls-grpc-listener", first.url.port]);
    const [code] = await once(child, "close");
    program = running;
    expect(code).toBe(1);
    expect(stderr()).toMatch(/^Error: port \d+ on 127.0.0.1 is in use by another program/m);
    // Of no use to anybody, so not printed.
    expect(stderr()).not.toContain("Generated random");
    expect(await first.end("SIGTERM")).toBe(0);
  });
});
