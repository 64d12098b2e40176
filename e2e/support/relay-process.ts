/**
 * A relay of the test's own: the real program, in a process of its own, on a free port.
 * Above: fixtures.ts. Below: child.ts, scripts/start.ts.
 */

import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import type { Held } from "../bench/collect-garbage.ts";
import { Child, type Ended } from "./child.ts";
import type { Endpoint } from "./jumpstarter.ts";

const PROGRAM = fileURLToPath(new URL("../../scripts/start.ts", import.meta.url));
/** The page with the test drivers; global-setup.ts has built it. */
const PAGE = fileURLToPath(new URL("../../dist-e2e", import.meta.url));

/** 15 s for the printed address: Node's start on a busy machine, twice over. */
const START_TIMEOUT_MS = 15_000;
/** Ctrl-C and SIGTERM end the relay within this. */
export const STOP_TIMEOUT_MS = 10_000;
/** 10 s for counters to come back to what they were: clients close their connections in their own time. */
const SETTLE_TIMEOUT_MS = 10_000;

/** What `GET /healthz` counts: what is open now. */
export interface Health {
  readonly status: string;
  readonly sockets: number;
  readonly http2Sessions: number;
  readonly tunnels: number;
  readonly exporters: number;
  readonly calls: number;
  readonly streams: number;
  readonly waiting: number;
}

/** What it says beside that: of the process, and nothing that a test leaves behind. */
interface HealthAnswer extends Health {
  readonly version: string;
  readonly uptimeSeconds: number;
}

/** Node's flags for a relay that says what it holds; see `heldBytes`. */
export const COLLECTING: readonly string[] = [
  "--expose-gc",
  "--import",
  fileURLToPath(new URL("../bench/collect-garbage.ts", import.meta.url)),
];

export interface RelayOptions {
  /** Where the test keeps its files. */
  readonly folder: string;
  /** After `--tls-grpc-listener`. */
  readonly args: readonly string[];
  /** Flags of Node itself. */
  readonly node?: readonly string[];
  /** What clients have to present; undefined where they need nothing. */
  readonly passphrase: string | undefined;
}

export class RelayProcess implements AsyncDisposable {
  readonly folder: string;
  readonly #options: RelayOptions;
  #child: Child;
  #url: URL;
  #earlierLog = "";

  private constructor(options: RelayOptions, child: Child, url: URL) {
    this.#options = options;
    this.folder = options.folder;
    this.#child = child;
    this.#url = url;
  }

  /** Start one on a free loopback port, and wait for the address that it prints. */
  static async start(options: RelayOptions): Promise<RelayProcess> {
    const child = startProgram(options, "127.0.0.1:0");
    return new RelayProcess(options, child, await printedAddress(child));
  }

  /** The printed address, with its key. */
  get url(): string {
    return this.#url.href;
  }

  get origin(): string {
    return this.#url.origin;
  }

  /** Where clients find the relay. */
  get endpoint(): Endpoint {
    return {
      address: this.#url.host,
      passphrase: this.#options.passphrase,
      insecure: this.#url.protocol === "http:",
    };
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything that it has logged, also before a restart. */
  get log(): string {
    return this.#earlierLog + this.#child.stderr;
  }

  get stdout(): string {
    return this.#child.stdout;
  }

  get running(): boolean {
    return this.#child.running;
  }

  /** SIGTERM; it ends in time, with exit code 0 and its port closed, or this rejects. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.#child.kill(signal);
    const ended = await this.#child.ended(STOP_TIMEOUT_MS);
    expect(ended, `the relay's end after ${signal}`).toMatchObject({ code: 0 });
    expect(await isListening(this.#url), "whether the port is still open").toBe(false);
    return ended;
  }

  /** End it and start another one on the same port; with SIGKILL it has no time for a word. */
  async restart(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (signal === "SIGTERM") await this.stop();
    else await this.kill();
    await this.startAgain();
  }

  /** SIGKILL: it ends without a word to anybody. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.ended(STOP_TIMEOUT_MS);
  }

  /** Another one on the same port, after the end of this one. */
  async startAgain(): Promise<void> {
    this.#earlierLog += this.#child.stderr;
    this.#child = startProgram(this.#options, this.#url.host);
    this.#url = await printedAddress(this.#child);
  }

  async health(): Promise<Health> {
    const answer = JSON.parse(await get(new URL("/healthz", this.#url))) as HealthAnswer;
    const { version: _version, uptimeSeconds: _uptimeSeconds, ...counted } = answer;
    return counted;
  }

  /** How long it has been running. */
  async uptimeSeconds(): Promise<number> {
    return (JSON.parse(await get(new URL("/healthz", this.#url))) as HealthAnswer).uptimeSeconds;
  }

  /** Wait until so many pages are attached. */
  async expectExporters(count: number): Promise<void> {
    await expect
      .poll(async () => (await this.health()).exporters, { timeout: SETTLE_TIMEOUT_MS })
      .toBe(count);
  }

  /** Wait until the counters are as they were: everything that a test opened is closed. */
  async expectHealth(before: Health): Promise<void> {
    await expect
      .poll(() => this.health(), {
        message: "the relay's counters are what they were before the test",
        timeout: SETTLE_TIMEOUT_MS,
      })
      .toEqual(before);
  }

  /** Resident memory. Linux only. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** What it holds after a collection: objects, and buffers outside of the heap. Started with `COLLECTING` only. */
  async heldBytes(): Promise<number> {
    const before = this.#child.stdout.length;
    const told = (): string => this.#child.stdout.slice(before);
    this.#child.kill("SIGUSR2");
    await expect.poll(told, { timeout: SETTLE_TIMEOUT_MS, intervals: [150, 50] }).toMatch(/^\{.*\}\n/);
    const { heapUsed, external } = JSON.parse(told()) as Held;
    return heapUsed + external;
  }

  /** Open files and sockets. Linux only. */
  async openHandles(): Promise<number> {
    return (await readdir(`/proc/${this.pid}/fd`)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

function startProgram({ args, node = [], folder }: RelayOptions, listener: string): Child {
  const own = ["--page", PAGE, "--tls-grpc-listener", listener, "--log-format", "text"];
  return new Child(process.execPath, [...node, PROGRAM, ...own, ...args], { cwd: folder });
}

async function printedAddress(child: Child): Promise<URL> {
  const [address] = await child.saw(/^https?:\/\/\S+$/m, "stdout", START_TIMEOUT_MS);
  return new URL(address);
}

/** One request on a connection of its own, so that asking does not change what is counted; any certificate will do. */
async function get(url: URL): Promise<string> {
  const request = (url.protocol === "https:" ? https : http).get(url, {
    agent: false,
    rejectUnauthorized: false,
  });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return await text(response);
}

/** Whether anything accepts connections there. */
export async function isListening({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port), hostname);
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
