/**
 * The two exporters that are compared, each started the way its users start it unattended; and a relay without a page.
 * Above: main.ts, recovery.ts, relay-memory.ts, esp32-flash.ts. Below: program.ts; `jmp run` of the Python environment, `npm start`.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { commandLine, readProcesses, treeOf } from "./cpu-time.ts";
import { Program } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);
const CONFIG = fileURLToPath(new URL("bench.yaml", import.meta.url));

/** Both check it, as they do for their users. */
const PASSPHRASE = "bench";

/** 120 s for the relay to print its address: it may build the page first. */
const ADDRESS_TIMEOUT_MS = 120_000;

export type SystemId = "python" | "jumptab";

export interface Endpoint {
  /** `127.0.0.1:19090` */
  readonly address: string;
  readonly passphrase: string;
}

export interface System extends AsyncDisposable {
  readonly id: SystemId;
  readonly title: string;
  readonly endpoint: Endpoint;
  /** Processor time so far, in seconds, by what used it. Empty where it cannot be known. */
  cpuSeconds(): Promise<Readonly<Record<string, number>>>;
  /** What it has to say for itself when something fails. */
  logTail(): Promise<string>;
}

export interface SystemOptions {
  readonly venv: string;
  readonly chromium: string;
  /** For the Python side: nothing of the caller's own Jumpstarter gets in. */
  readonly env: NodeJS.ProcessEnv;
  /** Where logs go. */
  readonly folder: string;
  /** Aborted when the benchmark is interrupted. */
  readonly signal: AbortSignal;
}

/** `jmp run`, in direct mode. */
export async function startPython({ venv, env, folder }: SystemOptions): Promise<System> {
  // It does not say which port it took, so it is told one.
  const address = `127.0.0.1:${await freePort()}`;
  const program = await Program.start(`${venv}/bin/jmp`, ["run", ...runFlags(address)], {
    title: "the Python exporter",
    env,
    cwd: folder,
    log: `${folder}/python.log`,
  });
  program.stdout.resume();
  const endpoint = { address, passphrase: PASSPHRASE };
  return systemOf({
    id: "python",
    title: "Python exporter",
    endpoint,
    program,
    parts: ["exporter"],
    partOf: async () => "exporter",
  });
}

/** Where a second one of jumptab listens and logs, beside the first. */
export interface JumptabOptions extends SystemOptions {
  readonly listener?: string;
  /** Another configuration than that of the comparison. */
  readonly config?: string;
  /** A name in `folder`. */
  readonly log?: string;
}

/** `npm start -- run`: the relay, and a headless Chromium that nothing drives. */
export async function startJumptab(options: JumptabOptions): Promise<System> {
  const { chromium, folder, signal, listener = "127.0.0.1:0", log = "jumptab.log", config } = options;
  const flags = [...runFlags(listener, config), "--chromium", chromium];
  const args = [...(await startArguments()), "run", ...flags];
  const program = await Program.start(process.execPath, args, {
    title: "jumptab",
    env: process.env,
    cwd: folder,
    log: join(folder, log),
  });
  try {
    const address = await printedAddress(linesOf(program), program, signal);
    const endpoint = { address, passphrase: PASSPHRASE };
    const partOf = async (pid: number): Promise<string> =>
      pid === program.pid ? "relay" : browserPart(await commandLine(pid));
    return systemOf({
      id: "jumptab",
      title: "jumptab",
      endpoint,
      program,
      parts: ["relay", ...BROWSER_PARTS],
      partOf,
    });
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** A relay and no page: the program of `npm start`, with what `node` and `flags` add. */
export interface BareRelay extends AsyncDisposable {
  /** `127.0.0.1:19090` */
  readonly address: string;
  readonly program: Program;
  /** What it prints after its address. */
  readonly lines: AsyncIterator<string>;
}

export async function startRelay(options: {
  readonly node: readonly string[];
  readonly flags: readonly string[];
  readonly folder: string;
  readonly signal: AbortSignal;
}): Promise<BareRelay> {
  const { node, flags, folder, signal } = options;
  const args = [...node, ...(await startArguments()), "--tls-grpc-listener", "127.0.0.1:0", ...flags];
  const program = await Program.start(process.execPath, args, {
    title: "the relay",
    env: process.env,
    cwd: folder,
    log: join(folder, "relay.log"),
  });
  try {
    const lines = linesOf(program);
    const address = await printedAddress(lines, program, signal);
    return { address, program, lines, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** Arguments of Node in `npm start`, with its flags: without `npm` and a shell between us and the process. */
async function startArguments(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as {
    scripts: { start: string };
  };
  const [node, ...words] = scripts.start.replace(/^exec /, "").split(" ");
  if (node !== "node") throw new Error(`package.json starts "${scripts.start}", and not node`);
  return words.map((word) => (word.endsWith(".ts") ? fileURLToPath(new URL(word, ROOT)) : word));
}

function runFlags(address: string, config: string = CONFIG): string[] {
  return [
    ...["--exporter-config", config],
    ...["--tls-grpc-listener", address, "--tls-grpc-insecure"],
    ...["--passphrase", PASSPHRASE],
  ];
}

const BROWSER_PARTS = ["page", "network service", "rest of the browser"] as const;

/** What a process of Chromium does. The WebSocket lives in its network service, the exporter in a renderer. */
function browserPart(command: string): (typeof BROWSER_PARTS)[number] {
  if (command.includes("--type=renderer")) return "page";
  if (command.includes("network.mojom.NetworkService")) return "network service";
  return "rest of the browser";
}

function systemOf(options: {
  id: SystemId;
  title: string;
  endpoint: Endpoint;
  program: Program;
  /** All that `partOf` answers with, in the order in which they are told. */
  parts: readonly string[];
  partOf(pid: number): Promise<string>;
}): System {
  const { id, title, endpoint, program, parts: names, partOf } = options;
  return {
    id,
    title,
    endpoint,
    logTail: () => program.logTail(),
    async cpuSeconds() {
      const tree = treeOf(program.pid, await readProcesses());
      if (tree.length === 0) return {};
      const parts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
      for (const { pid, seconds } of tree) {
        const part = await partOf(pid);
        parts[part] = (parts[part] ?? 0) + seconds;
      }
      return parts;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function linesOf(program: Program): AsyncIterator<string> {
  return createInterface({ input: program.stdout })[Symbol.asyncIterator]();
}

async function printedAddress(
  lines: AsyncIterator<string>,
  program: Program,
  signal: AbortSignal,
): Promise<string> {
  const address = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      // Its end is told by `during`, with its last words.
      if (done === true) return await new Promise<never>(() => undefined);
      if (value.startsWith("http")) return new URL(value).host;
    }
  };
  return await program.during(address(), {
    signal,
    timeoutMs: ADDRESS_TIMEOUT_MS,
    what: "printed its address",
  });
}

/** A port that nobody listens on, now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
