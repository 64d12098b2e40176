/**
 * The command line of the relay: arguments, logs and signals; no decisions of its own.
 * Above: scripts/start.ts, or node itself. Below: arguments.ts, relay.ts, run/.
 *
 * Standard output has one line when the relay is ready: the page's address. With `run` it has one more when the exporter
 * is attached. Everything else goes to standard error. Exit codes: 0 after a signal, 2 for a wrong command line, 1 else, also
 * when the exporter of `run` has stopped by itself.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HELP, parseCommand, type ServeCommand } from "./arguments.ts";
import { openBench } from "./bench.ts";
import { SAME_SIGNAL_MS } from "./limits.ts";
import { formatAddress, isWildcardHost } from "./listener-address.ts";
import { createLogger, type Logger } from "./logging.ts";
import { createRelay, type Relay, VERSION } from "./relay.ts";
import { type PageEndMessage, startBrowser } from "./run/browser.ts";
import { removeAbandonedDirectories } from "./run/browser-directory.ts";
import { endPage } from "./run/end-page.ts";
import { findChromium } from "./run/find-chromium.ts";
import { Supervisor } from "./run/supervisor.ts";
import { randomSecret } from "./secret.ts";
import { loadTlsIdentity, type TlsIdentity } from "./tls.ts";
import { StartError, UsageError } from "./usage-error.ts";

/** @returns the exit code, when the relay has ended. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(argv, process.env);
    if (command.kind === "help") process.stdout.write(HELP);
    else if (command.kind === "version") process.stdout.write(`jumptab ${VERSION}\n`);
    else return await serve(command);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof StartError)) throw error;
    process.stderr.write(`Error: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** @returns the exit code. */
async function serve(command: ServeCommand): Promise<number> {
  // From the first moment on: a signal during the start ends it in order, too.
  const signals = listenForSignals();
  const log = stderrLogger(command);
  const chromium = command.unattended
    ? findChromium({ named: command.chromium, environment: process.env })
    : undefined;
  const tls = command.tls && loadTlsIdentity(command.tls.cert, command.tls.key);
  if (tls?.warning !== undefined) log.warning(tls.warning);
  const bench = command.exporterConfig === undefined ? undefined : openBench(command.exporterConfig);
  if (command.page !== undefined) checkPage(command.page);
  const made = generatedSecrets(command);
  const { passphrase = made.passphrase, attachToken = made.attachToken } = command;
  if (!command.loopback && tls === undefined) {
    log.warning(
      "passphrases and everything else cross the network in plaintext: --tls-cert and --tls-key protect them",
    );
  }
  await using relay = createRelay({
    listener: command.listener,
    ...(tls && { tls }),
    plaintextToo: command.plaintextToo,
    noAuth: command.noAuth,
    ...(attachToken !== undefined && { attachToken }),
    ...(bench && { bench: { file: bench, ...(passphrase !== undefined && { passphrase }) } }),
    unattended: command.unattended,
    allowHosts: command.allowHosts,
    fetch: command.fetch,
    addressLimits: command.addressLimits,
    pageDirectory: command.page ?? fileURLToPath(new URL("../dist", import.meta.url)),
    log,
    processMetrics: true,
  });
  const address = await relay.listen();
  printSecrets(made);
  log.info("listening", { address: formatAddress(address), tls: tls !== undefined, version: VERSION });
  process.stdout.write(`${relay.pageUrl}${relay.pageFragment()}\n`);

  let supervisor: Supervisor | undefined;
  const page = Promise.withResolvers<PageEndMessage>();
  if (chromium !== undefined && bench !== undefined) {
    await removeAbandonedDirectories(log);
    const ready = readyLine(command, relay, formatAddress(address));
    const onPageEnd = page.resolve;
    supervisor = superviseBrowser({ relay, chromium, benchId: bench.id, tls, log, ready, onPageEnd });
    supervisor.start();
  }
  const signal = await Promise.race([signals.received, untilFailed(page.promise, log)]);
  const passedSince = performance.now();
  if (signal !== undefined) log.info("ending", { signal });
  const hurry = { signal: signals.again };
  signals.again.addEventListener("abort", () => supervisor?.kill());
  if (signals.again.aborted) supervisor?.kill();
  // The browser is needed until the calls are over, and its page has stopped its exporter.
  await relay.drain({ ...hurry, watched: supervisor !== undefined });
  if (supervisor !== undefined && signal !== undefined) {
    const inOrder = await endPage(
      {
        tell: (hookMs) => relay.tellPage({ hookMs }),
        stopped: page.promise.then(() => undefined),
        passedMs: performance.now() - passedSince,
        log,
      },
      hurry,
    );
    if (!inOrder) supervisor.kill();
  }
  // close() gives clients their status before it returns for the first time; then both may end at once.
  await Promise.all([relay.close(hurry), supervisor?.stop()]);
  return signal === undefined ? 1 : 0;
}

/** Resolves when the page says that its exporter has given up: a new start would end the same way. */
async function untilFailed(page: Promise<PageEndMessage>, log: Logger): Promise<undefined> {
  const { failed, text } = await page;
  // One that was stopped has been asked to, and the relay ends anyway.
  if (!failed) await new Promise<never>(() => undefined);
  log.error("the exporter has stopped for good", { reason: text });
  return undefined;
}

function superviseBrowser(options: {
  relay: Relay;
  chromium: string;
  benchId: string;
  tls: TlsIdentity | undefined;
  log: Logger;
  ready: string;
  onPageEnd: (end: PageEndMessage) => void;
}): Supervisor {
  const { relay, chromium, benchId, tls, log, ready, onPageEnd } = options;
  let starts = 0;
  let said = false;
  return new Supervisor({
    start: () => {
      starts += 1;
      log.info("starting the browser", { executable: chromium });
      return startBrowser({
        executable: chromium,
        url: `${relay.pageUrl}${relay.pageFragment({ newKey: starts > 1 })}`,
        trustedKeyHash: tls?.publicKeyHash,
        secureOrigin: tls === undefined ? new URL(relay.pageUrl).origin : undefined,
        log,
        onPageEnd,
      });
    },
    isAttached: () => relay.exporters.isAttached(benchId),
    onChange: (listener) => relay.exporters.onChange(listener),
    onAttached: () => {
      if (!said) process.stdout.write(`${ready}\n`);
      said = true;
    },
    log,
  });
}

/** What to type, with a passphrase only where nobody knows it already. */
function readyLine(command: ServeCommand, relay: Relay, address: string): string {
  const { host } = new URL(relay.pageUrl);
  const endpoint = isWildcardHost(command.listener.host) ? host : address;
  const insecure = command.tls === undefined ? " --tls-grpc-insecure" : "";
  const passphrase = command.noAuth ? "" : ' --passphrase "…"';
  return `ready: jmp shell --tls-grpc ${endpoint}${insecure}${passphrase}`;
}

/** A directory that is named here has to be right; the default one may be built later, and says so when it is opened. */
function checkPage(directory: string): void {
  if (existsSync(join(directory, "index.html"))) return;
  throw new StartError(
    `--page ${directory} has no index.html: name the directory of the built page, which "npm run build" makes`,
  );
}

interface GeneratedSecrets {
  readonly passphrase: string | undefined;
  readonly attachToken: string | undefined;
}

/** What is needed and was not given. */
function generatedSecrets(command: ServeCommand): GeneratedSecrets {
  const needsPassphrase = command.unattended && !command.noAuth && command.passphrase === undefined;
  const needsToken = !command.loopback && command.attachToken === undefined;
  return {
    passphrase: needsPassphrase ? randomSecret() : undefined,
    attachToken: needsToken ? randomSecret() : undefined,
  };
}

/** For a relay that listens: to anybody else they are of no use. */
function printSecrets({ passphrase, attachToken }: GeneratedSecrets): void {
  if (passphrase !== undefined) {
    process.stderr.write(`Generated random passphrase (use --passphrase to set your own): ${passphrase}\n`);
  }
  if (attachToken !== undefined) {
    process.stderr.write(
      `Generated random attach token for pages (use --attach-token to set your own): ${attachToken}\n`,
    );
  }
}

function stderrLogger({ logLevel, logFormat }: ServeCommand): Logger {
  const auto = process.stderr.isTTY ? "text" : "json";
  return createLogger({
    level: logLevel,
    format: logFormat === "auto" ? auto : logFormat,
    write: (line) => process.stderr.write(`${line}\n`),
  });
}

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first SIGINT, SIGTERM or SIGHUP ends the relay in order, a second one at once. Those that come together are one: npm
 * hands on the Ctrl-C that the terminal has sent to us already. It listens until the process is gone: one that comes while that ends must not
 * make another exit code of it.
 */
function listenForSignals(): { received: Promise<string>; again: AbortSignal } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const again = new AbortController();
  let firstAt: number | undefined;
  const take = (name: string): void => {
    const now = performance.now();
    firstAt ??= now;
    resolve(name);
    if (now - firstAt > SAME_SIGNAL_MS) again.abort();
  };
  for (const name of ENDING_SIGNALS) process.on(name, take);
  return { received: promise, again: again.signal };
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
