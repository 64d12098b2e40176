/**
 * The command line: text in, a checked command out. Pure.
 * Above: main.ts. Below: node:util parseArgs. Flags are named like those of `jmp run` in standalone mode.
 */

import { parseArgs } from "node:util";
import type { AddressLimitOptions } from "./address-limits.ts";
import { parseFetchRule } from "./fetch/fetch-rule.ts";
import type { FetchOptions } from "./fetch/fetches.ts";
import { MAX_CALLS_PER_ADDRESS, MAX_CLIENTS_PER_ADDRESS, MAX_EXPORTERS_PER_ADDRESS } from "./limits.ts";
import {
  DEFAULT_LISTENER,
  formatAddress,
  isLoopbackHost,
  type ListenerAddress,
  parseListenerAddress,
} from "./listener-address.ts";
import { LOG_LEVELS, type LogLevel } from "./logging.ts";
import { passphraseProblem } from "./secret.ts";
import { UsageError } from "./usage-error.ts";

export interface ServeCommand {
  readonly kind: "serve";
  /** `run`: with a browser of our own that nobody looks at. */
  readonly unattended: boolean;
  readonly listener: ListenerAddress;
  /** Only this machine can reach it. */
  readonly loopback: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly plaintextToo: boolean;
  /** Of the exporter from `exporterConfig`. */
  readonly passphrase: string | undefined;
  readonly noAuth: boolean;
  readonly attachToken: string | undefined;
  readonly exporterConfig: string | undefined;
  readonly allowHosts: readonly string[];
  /** Files by URL. */
  readonly fetch: Pick<FetchOptions, "off" | "allow">;
  /** What one address may have; absent: the relay's own bounds. */
  readonly addressLimits: AddressLimitOptions;
  readonly logLevel: LogLevel;
  readonly logFormat: "auto" | "json" | "text";
  readonly chromium: string | undefined;
  /** Directory of the built page. */
  readonly page: string | undefined;
}

export type Command = ServeCommand | { readonly kind: "help" } | { readonly kind: "version" };

export const HELP = `Usage: npm start -- [run] [options]

Starts the relay of jumptab. Open the address that it prints: that page is a Jumpstarter exporter.
With "run" it starts a headless Chromium of its own, too, and serves --exporter-config unattended.

  --exporter-config FILE          the page opens with this ExporterConfig
  --passphrase TEXT               what clients of that exporter have to show (or JMP_GRPC_PASSPHRASE);
                                  every other page makes its own
  --unsafe-no-auth                one exporter, and clients need no passphrase
  --tls-grpc-listener [HOST:]PORT where to listen (default 127.0.0.1:19090)
  --tls-grpc-insecure             plaintext; has to be said when HOST is not loopback
  --tls-cert PEM, --tls-key PEM   TLS with this certificate (chain) and key
  --tls-and-plaintext             with TLS: take plaintext on the same port, too
  --attach-token TEXT             what pages have to show (off loopback: made up and printed if not given)
  --allow-host NAME               a name that browsers may know this relay by; can be given again
  --allow-fetch PLACE             a place that the relay fetches files from by URL although it is not of the
                                  public internet: NAME, ADDRESS (both also with :PORT) or NETWORK/BITS; can
                                  be given again
  --no-fetch                      no files by URL through the relay
  --max-clients-per-address N     connections of one address (default ${MAX_CLIENTS_PER_ADDRESS}); behind a reverse proxy all
                                  have its address, and 0, which means no such limit, is right
  --max-calls-per-address N       its calls at once (default ${MAX_CALLS_PER_ADDRESS}; 0 as above)
  --max-exporters-per-address N   its exporters (default ${MAX_EXPORTERS_PER_ADDRESS}; 0 as above)
  --chromium PATH                 the browser that "run" starts (default: the first one found)
  --page DIR                      the built page (default: dist)
  --log-level LEVEL               debug, info, warning, error or critical (default info)
  --log-format FORMAT             auto, json or text (default auto: text at a terminal)
  --version, --help
`;

const OPTIONS = {
  "tls-grpc-listener": { type: "string" },
  "tls-grpc-insecure": { type: "boolean" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "tls-and-plaintext": { type: "boolean" },
  passphrase: { type: "string" },
  "unsafe-no-auth": { type: "boolean" },
  "attach-token": { type: "string" },
  "exporter-config": { type: "string" },
  "allow-host": { type: "string", multiple: true },
  "allow-fetch": { type: "string", multiple: true },
  "no-fetch": { type: "boolean" },
  "max-clients-per-address": { type: "string" },
  "max-calls-per-address": { type: "string" },
  "max-exporters-per-address": { type: "string" },
  "log-level": { type: "string" },
  "log-format": { type: "string" },
  chromium: { type: "string" },
  page: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** @throws UsageError with the cure. */
export function parseCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Command {
  const { values, positionals } = parse(argv);
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const unattended = positionals[0] === "run";
  const extra = positionals[unattended ? 1 : 0];
  if (extra !== undefined)
    throw new UsageError(`'${extra}' is no command: the only one is "run"; see --help`);

  const listener =
    values["tls-grpc-listener"] === undefined
      ? DEFAULT_LISTENER
      : parseListenerAddress(values["tls-grpc-listener"]);
  const loopback = isLoopbackHost(listener.host);
  const tls = tlsFiles(values["tls-cert"], values["tls-key"]);
  const insecure = values["tls-grpc-insecure"] ?? false;
  const plaintextToo = values["tls-and-plaintext"] ?? false;
  checkTransport({ listener, loopback, insecure, plaintextToo, tls: tls !== undefined });

  const exporterConfig = values["exporter-config"];
  if (unattended && exporterConfig === undefined) {
    throw new UsageError("run needs --exporter-config FILE: the exporter that it is to serve");
  }
  if (!unattended && values.chromium !== undefined) {
    throw new UsageError('--chromium is for "run": without it you open the page in your own browser');
  }
  const noAuth = values["unsafe-no-auth"] ?? false;
  return {
    kind: "serve",
    unattended,
    listener,
    loopback,
    tls,
    plaintextToo,
    passphrase: passphraseOf(values.passphrase, environment.JMP_GRPC_PASSPHRASE, {
      noAuth,
      exporterConfig,
    }),
    noAuth,
    attachToken: attachTokenOf(values["attach-token"]),
    exporterConfig,
    allowHosts: values["allow-host"] ?? [],
    fetch: fetchOf(values["allow-fetch"] ?? [], values["no-fetch"] ?? false),
    addressLimits: {
      ...limitOf("clients", values["max-clients-per-address"]),
      ...limitOf("calls", values["max-calls-per-address"]),
      ...limitOf("exporters", values["max-exporters-per-address"]),
    },
    logLevel: oneOf("--log-level", values["log-level"]?.toLowerCase() ?? "info", LOG_LEVELS),
    logFormat: oneOf("--log-format", values["log-format"] ?? "auto", ["auto", "json", "text"] as const),
    chromium: values.chromium,
    page: values.page,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node adds advice on positional arguments after the first sentence.
    const sentence = error.message.split(/\. |\n/, 1)[0] ?? error.message;
    throw new UsageError(`${sentence.replace(/\.$/, "")}; see --help`);
  }
}

function tlsFiles(
  cert: string | undefined,
  key: string | undefined,
): { cert: string; key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw new UsageError("--tls-key needs --tls-cert: TLS takes both");
  if (key === undefined) throw new UsageError("--tls-cert needs --tls-key: TLS takes both");
  return { cert, key };
}

function checkTransport(options: {
  listener: ListenerAddress;
  loopback: boolean;
  insecure: boolean;
  plaintextToo: boolean;
  tls: boolean;
}): void {
  const { listener, loopback, insecure, plaintextToo, tls } = options;
  if (insecure && tls) {
    throw new UsageError(
      "--tls-grpc-insecure cannot be used together with --tls-cert and --tls-key: leave one out " +
        "(--tls-and-plaintext serves both on one port)",
    );
  }
  if (plaintextToo && !tls) throw new UsageError("--tls-and-plaintext needs --tls-cert and --tls-key");
  if (!loopback && !insecure && !tls) {
    throw new UsageError(
      `others can reach ${formatAddress(listener)}: give --tls-cert and --tls-key, ` +
        "or --tls-grpc-insecure to serve it in plaintext",
    );
  }
}

function passphraseOf(
  given: string | undefined,
  fromEnvironment: string | undefined,
  { noAuth, exporterConfig }: { noAuth: boolean; exporterConfig: string | undefined },
): string | undefined {
  if (given !== undefined && noAuth) {
    throw new UsageError("--passphrase and --unsafe-no-auth exclude each other: leave one out");
  }
  if (given !== undefined && exporterConfig === undefined) {
    throw new UsageError(
      "--passphrase is that of the exporter from --exporter-config: give that too; every other page makes its own",
    );
  }
  if (noAuth || exporterConfig === undefined) return undefined;
  const passphrase = given ?? (fromEnvironment === "" ? undefined : fromEnvironment);
  const problem = passphrase === undefined ? undefined : passphraseProblem(passphrase);
  if (problem !== undefined) throw new UsageError(problem);
  return passphrase;
}

function attachTokenOf(token: string | undefined): string | undefined {
  if (token === "") throw new UsageError("--attach-token is empty: give a text, or leave it out");
  return token;
}

function fetchOf(places: readonly string[], off: boolean): ServeCommand["fetch"] {
  if (off && places.length > 0) {
    throw new UsageError("--no-fetch and --allow-fetch exclude each other: leave one out");
  }
  return { off, allow: places.map(parseFetchRule) };
}

function limitOf(name: keyof AddressLimitOptions, text: string | undefined): AddressLimitOptions {
  if (text === undefined) return {};
  if (!/^\d{1,6}$/.test(text)) {
    throw new UsageError(`--max-${name}-per-address must be a whole number below a million, got '${text}'`);
  }
  return { [name]: Number(text) };
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined)
    throw new UsageError(`${option} must be one of ${allowed.join(", ")}, got '${value}'`);
  return found;
}
