import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../logging.ts";
import { type Browser, startBrowser } from "./browser.ts";

/** For what another process does: a bound against hanging, not a time that is expected. */
const AT_LAST = { timeout: 50_000 };

let directory: string;
let browser: Browser | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "jumptab-browser-test-"));
});

afterEach(async () => {
  await browser?.stop();
  browser = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** A program in the browser's place: it says with what it was started, and has a helper that TERM does not end. */
async function start(
  script: string,
  { first = "" } = {},
): Promise<{ browser: Browser; args: string[]; helper: number }> {
  const executable = join(directory, "browser.sh");
  const helper = 'sh -c \'trap "" TERM; echo $$ > "$0.helper"; while :; do sleep 1; done\' "$0" &\n';
  writeFileSync(executable, `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.args"\n${first}\n${helper}${script}\n`);
  chmodSync(executable, 0o755);
  browser = await startBrowser({
    executable,
    url: 'http://127.0.0.1:1/#bench=KEY&attach="',
    trustedKeyHash: undefined,
    secureOrigin: undefined,
    log: silentLogger,
    onPageEnd: () => undefined,
  });
  const pid = await vi.waitFor(() => {
    const text = readFileSync(`${executable}.helper`, "utf8");
    if (!text.endsWith("\n")) throw new Error("not yet");
    return Number(text);
  }, AT_LAST);
  return { browser, args: readFileSync(`${executable}.args`, "utf8").trim().split("\n"), helper: pid };
}

/** Linux: a process that has ended and was not collected yet counts as gone. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe.skipIf(process.platform !== "linux")("startBrowser()", () => {
  it("opens the address through a private file, so that no process list shows its secrets", async () => {
    const { args } = await start("wait");
    expect(args.join(" ")).not.toContain("KEY");
    const page = fileURLToPath(args.at(-1) ?? "");
    expect(readFileSync(page, "utf8")).toContain('url=http://127.0.0.1:1/#bench=KEY&amp;attach=&quot;"');
    expect(statSync(page).mode & 0o077).toBe(0);
    expect(statSync(dirname(page)).mode & 0o077).toBe(0);
  });

  it("ends the browser with its helpers and removes its profile", async () => {
    const { browser, args, helper } = await start("wait");
    const files = dirname(fileURLToPath(args.at(-1) ?? ""));
    await browser.stop();
    expect(await browser.exited).toMatchObject({ signal: "SIGTERM" });
    expect(existsSync(files)).toBe(false);
    await vi.waitFor(() => expect(isRunning(helper)).toBe(false), AT_LAST);
  });

  it("kills a browser that does not end by itself", async () => {
    const { browser } = await start("while :; do sleep 1; done", { first: "trap '' TERM" });
    await browser.stop();
    expect(await browser.exited).toMatchObject({ signal: "SIGKILL" });
  });

  it("kills a browser without asking when told so", async () => {
    const { browser, args } = await start("while :; do sleep 1; done", { first: "trap '' TERM" });
    browser.kill();
    expect(await browser.exited).toMatchObject({ signal: "SIGKILL" });
    expect(existsSync(dirname(fileURLToPath(args.at(-1) ?? "")))).toBe(false);
  });

  it("tells how a browser ended by itself", async () => {
    const { browser, helper } = await start('while [ ! -s "$0.helper" ]; do sleep 0.05; done; exit 7');
    expect(await browser.exited).toEqual({ code: 7, signal: null });
    await vi.waitFor(() => expect(isRunning(helper)).toBe(false), AT_LAST);
  });
});
