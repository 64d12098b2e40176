/**
 * `run` as a test starts it: the whole exporter without a screen, in a process of its own, on a free port.
 * Above: the specs about `run`. Below: child.ts, scripts/start.ts. The page is the product's own, without test drivers.
 */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import type { Endpoint } from "./jumpstarter.ts";
import { STOP_TIMEOUT_MS } from "./relay-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `${ROOT}/scripts/start.ts`;

export interface UnattendedOptions {
  readonly configuration: string;
  readonly passphrase: string;
  /** What starts the program; its arguments follow. Without: this Node. */
  readonly command?: readonly [program: string, ...before: string[]];
  /** Without: a free port of the loopback interface. */
  readonly listener?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Unattended extends AsyncDisposable {
  readonly child: Child;
  readonly endpoint: Endpoint;
}

/** Resolves when its relay listens; clients that come before the browser is there wait for it. */
export async function startUnattended(
  folder: string,
  {
    configuration,
    passphrase,
    command = [process.execPath, PROGRAM],
    listener = "127.0.0.1:0",
    env = process.env,
  }: UnattendedOptions,
): Promise<Unattended> {
  await writeFile(`${folder}/bench.yaml`, configuration);
  const flags = ["--tls-grpc-listener", listener, "--tls-grpc-insecure", "--passphrase", passphrase];
  const [program, ...before] = command;
  const args = [...before, "run", "--exporter-config", `${folder}/bench.yaml`, ...flags];
  const child = new Child(program, args, { cwd: ROOT, env });
  const [, address = ""] = await child.saw(/^http:\/\/([\d.:]+)\//m, "stdout");
  return {
    child,
    endpoint: { address, passphrase, insecure: true },
    // Its browser has a group of its own, so it is asked to end first.
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.ended(STOP_TIMEOUT_MS).catch(() => undefined); // it has failed already: the test says why
      await child[Symbol.asyncDispose]();
    },
  };
}
