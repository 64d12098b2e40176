/**
 * The relay's command line: what it refuses, and with which sentence.
 * Below: fixtures.ts (folder), support/. The programs are `npm start` and scripts/start.ts themselves.
 */

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Child } from "../support/child.ts";
import { expect, test } from "./test.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `${ROOT}/scripts/start.ts`;

/** A wrong command line, and words of the sentence that names the cure. */
const REFUSED: readonly (readonly [what: string, args: readonly string[], words: RegExp])[] = [
  [
    "a listener off loopback without TLS",
    ["--tls-grpc-listener", "0.0.0.0:0"],
    /--tls-cert.*--tls-grpc-insecure/,
  ],
  ["a port that is none", ["--tls-grpc-listener", "127.0.0.1:port"], /port/],
  ["a port that is too large", ["--tls-grpc-listener", "70000"], /65535/],
  ["a configuration that is not there", ["--exporter-config", "nowhere.yaml"], /nowhere\.yaml.*no such file/],
  [
    "a passphrase that is not ASCII",
    ["--exporter-config", "bench.yaml", "--passphrase", "pässphrase"],
    /ASCII/,
  ],
  ["a passphrase for no exporter", ["--passphrase", "x"], /--exporter-config/],
  [
    "a passphrase and no passphrase",
    ["--exporter-config", "bench.yaml", "--passphrase", "x", "--unsafe-no-auth"],
    /leave one out/,
  ],
  ["a certificate without its key", ["--tls-cert", "cert.pem"], /--tls-key/],
  [
    "TLS and plaintext at once",
    ["--tls-grpc-insecure", "--tls-cert", "a", "--tls-key", "b"],
    /leave one out/,
  ],
  ["an unknown option", ["--tls-grpc-listner", "19090"], /--help/],
  ["an unknown command", ["serve"], /"run"/],
  ["run without a configuration", ["run"], /--exporter-config/],
  [
    "a browser that is not there",
    ["run", "--exporter-config", "bench.yaml", "--chromium", "/nowhere/chromium"],
    /--chromium.*not a program/,
  ],
];

for (const [what, args, words] of REFUSED) {
  test(`${what} is refused in one sentence with the cure`, async ({ folder }) => {
    await writeFile(`${folder}/bench.yaml`, "metadata: {name: x}\nexport: {p: {type: x}}\n");
    await using child = new Child(process.execPath, [PROGRAM, ...args], { cwd: folder });
    const { code, stdout, stderr } = await child.ended();
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(words);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^Error: /);
  });
}

test("a port that another program has is named, with the cure", async ({ folder }) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  try {
    await using child = new Child(process.execPath, [PROGRAM, "--tls-grpc-listener", `127.0.0.1:${port}`], {
      cwd: folder,
    });
    const { code, stdout, stderr } = await child.ended();
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(new RegExp(`Error: .*${port}.*--tls-grpc-listener`));
  } finally {
    other.close();
  }
});

test("a second relay on the same port is refused, and the first works on", async ({
  relay,
  folder,
  exporterPage,
}) => {
  const { host } = new URL(relay.origin);
  await using child = new Child(process.execPath, [PROGRAM, "--tls-grpc-listener", host], { cwd: folder });
  expect(await child.ended()).toMatchObject({ code: 1 });
  await exporterPage.visit();
  await expect(exporterPage.page.getByRole("button", { name: "Try a demo board" })).toBeVisible();
});

test("npm start prints one line, and ends with exit code 0 when npm gets SIGTERM", async () => {
  await using npm = new Child("npm", ["start", "--silent", "--", "--tls-grpc-listener", "127.0.0.1:0"], {
    cwd: ROOT,
  });
  const [address] = await npm.saw(/^http:\/\/127\.0\.0\.1:\d+\/\n/m, "stdout");
  expect((await fetch(address.trim())).status).toBe(200);
  npm.kill("SIGTERM");
  const { code, stdout } = await npm.ended(10_000);
  expect(stdout).toBe(address);
  expect(code).toBe(0);
  expect(npm.groupIsAlive).toBe(false);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} ends the relay with exit code 0 and its port closed`, async ({ relay }) => {
    await relay.stop(signal);
  });
}
