/**
 * `run`: the whole exporter without a screen, with a Chromium of its own that nothing drives.
 * Below: fixtures.ts (folder, python), support/. The page is the product's own, without test drivers.
 */

import { mkdtemp, readdir, readFile, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Child } from "../support/child.ts";
import { Jumpstarter } from "../support/jumpstarter.ts";
import { isListening } from "../support/relay-process.ts";
import { startUnattended, type Unattended, type UnattendedOptions } from "../support/unattended.ts";
import { expect, test } from "./test.ts";

const PASSPHRASE = "nobody-looks-at-this";
/** SIGTERM and Ctrl-C end everything within this. */
const END_MS = 10_000;

const BENCH = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  namespace: default
  name: unattended
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: "loop://"
`;

test("a client that comes while the browser still starts waits for it; SIGTERM ends both", async ({
  folder,
}) => {
  await using exporter = await start(folder);
  await using clients = await Jumpstarter.create(`${folder}/home`, () => exporter.endpoint);
  // At once, before the browser can be there.
  const { code, stdout } = await clients.j("power read");
  expect(code).toBe(0);
  expect(stdout).toContain("voltage=5.0 V");
  expect(exporter.child.stdout).toMatch(/^ready: jmp shell --tls-grpc 127\.0\.0\.1:\d+ --tls-grpc-insecure/m);
  expect(exporter.child.output).not.toContain(PASSPHRASE);

  const browser = await browserOf(exporter.child);
  exporter.child.kill("SIGTERM");
  const ended = await exporter.child.ended(END_MS);
  expect(ended.code).toBe(0);
  expect(await isAlive(browser)).toBe(false);
  expect(await isListening(new URL(`http://${exporter.endpoint.address}`))).toBe(false);
});

test("SIGTERM to the npm around it ends relay and browser too", async ({ folder }) => {
  await using exporter = await start(folder, { command: ["npm", "start", "--silent", "--"] });
  await exporter.child.saw(/^ready: /m, "stdout");
  exporter.child.kill("SIGTERM");
  const ended = await exporter.child.ended(END_MS);
  expect(ended.code).toBe(0);
  await expect.poll(() => exporter.child.groupIsAlive).toBe(false);
  expect(await isListening(new URL(`http://${exporter.endpoint.address}`))).toBe(false);
});

test("Ctrl-C ends it", async ({ folder }) => {
  await using exporter = await start(folder);
  await exporter.child.saw(/^ready: /m, "stdout");
  // As the terminal does it: to the whole group.
  exporter.child.killGroup("SIGINT");
  expect(await exporter.child.ended(END_MS)).toMatchObject({ code: 0 });
});

test("a browser that crashes is noticed, said and started again", async ({ folder }) => {
  await using exporter = await start(folder);
  await exporter.child.saw(/^ready: /m, "stdout");
  const browser = await browserOf(exporter.child);
  process.kill(browser, "SIGKILL");
  await exporter.child.saw(/browser was ended by SIGKILL; starting it again in \d+ s/, "stderr");
  await expect
    .poll(() => browserOf(exporter.child).catch(() => browser), { timeout: 20_000 })
    .not.toBe(browser);
  await using clients = await Jumpstarter.create(`${folder}/home`, () => exporter.endpoint);
  expect(await clients.j("power on")).toMatchObject({ code: 0 });
  exporter.child.kill("SIGTERM");
  expect(await exporter.child.ended(END_MS)).toMatchObject({ code: 0 });
});

test("Ctrl-C ends it in time while a console is open, and the console says that it is over", async ({
  folder,
}) => {
  await using exporter = await start(folder);
  await exporter.child.saw(/^ready: /m, "stdout");
  await using clients = await Jumpstarter.create(`${folder}/home`, () => exporter.endpoint);
  // What goes in comes back; then the console stays open.
  const pipe = clients.startJ("serial pipe", { stdin: "hello\n" });
  await pipe.saw(/hello/, "stdout");
  const browser = await browserOf(exporter.child);
  exporter.child.killGroup("SIGINT");
  await exporter.child.saw(/waiting for calls to end/, "stderr");
  expect(await exporter.child.ended(END_MS)).toMatchObject({ code: 0 });
  expect(await isAlive(browser)).toBe(false);
  expect((await pipe.ended()).output).toMatch(/connection lost/i);
});

test("one that was killed takes its browser with it, and the next one works on the same port", async ({
  folder,
}) => {
  // Of its own, and short: a browser puts a socket into it.
  const temporary = await mkdtemp(join(tmpdir(), "jumptab-"));
  const environment = { ...process.env, TMPDIR: temporary };
  const killed = await start(folder, { env: environment });
  await killed.child.saw(/^ready: /m, "stdout");
  const browser = await browserOf(killed.child);
  killed.child.kill("SIGKILL");
  await killed.child.ended(END_MS);
  await expect.poll(() => isAlive(browser)).toBe(false);
  const [left] = await readdir(temporary);
  expect(left).toMatch(/^jumptab-browser-/);

  await using next = await start(folder, {
    env: environment,
    listener: killed.endpoint.address,
  });
  await next.child.saw(/^ready: /m, "stdout");
  expect(await readdir(temporary)).not.toContain(left);
  await using clients = await Jumpstarter.create(`${folder}/home`, () => next.endpoint);
  expect(await clients.j("power on")).toMatchObject({ code: 0 });
  next.child.kill("SIGTERM");
  expect(await next.child.ended(END_MS)).toMatchObject({ code: 0 });
  expect(await readdir(temporary)).toEqual([]);
  await rmdir(temporary);
});

/** Start `run` with the bench, and wait for its address. */
async function start(
  folder: string,
  options: Omit<UnattendedOptions, "configuration" | "passphrase"> = {},
): Promise<Unattended> {
  return await startUnattended(folder, { configuration: BENCH, passphrase: PASSPHRASE, ...options });
}

/** The browser's process: a child of the exporter with a profile of its own. */
async function browserOf({ pid }: Child): Promise<number> {
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [status, command] = await Promise.all(
      ["status", "cmdline"].map((file) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "")),
    );
    if (!new RegExp(`^PPid:\\t${pid}$`, "m").test(status ?? "")) continue;
    if (command?.includes("--user-data-dir=")) return Number(name);
  }
  throw new Error("the exporter has no browser");
}

async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status !== "" && !/^State:\tZ/m.test(status);
}
