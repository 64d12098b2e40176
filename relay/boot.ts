/**
 * `GET /api/boot`: what the page has to know of the relay that serves it.
 * Above: dispatch.ts. Below: bench.ts, hook-files.ts, own-addresses.ts. Specification: proto/boot.ts, which the page reads too.
 */

import { BENCH_KEY_HEADER, type RelayBoot } from "../proto/boot.ts";
import { parseHost } from "./access.ts";
import { type BenchFile, readBench, reasonOf } from "./bench.ts";
import { readHookFiles } from "./hook-files.ts";
import { answerJson, type HttpExchange } from "./http-exchange.ts";
import { formatAddress, formatHost, isWildcardHost, type ListenerAddress } from "./listener-address.ts";
import type { Logger } from "./logging.ts";
import { type NetworkInterfaces, otherAddresses } from "./own-addresses.ts";
import { sameSecret } from "./secret.ts";

export interface BootOptions {
  readonly version: string;
  readonly insecure: boolean;
  readonly attachTokenRequired: boolean;
  readonly noAuth: boolean;
  readonly bench: ServedBench | undefined;
  readonly networkInterfaces: () => NetworkInterfaces;
  /** Whether the certificate is good for this address; undefined without TLS. */
  readonly covers: ((address: string) => boolean) | undefined;
  readonly log: Logger;
}

export interface ServedBench {
  readonly file: BenchFile;
  readonly passphrase: string | undefined;
  readonly unattended: boolean;
  /** Whoever shows it gets the bench; it is in the printed address. */
  key: string;
}

/** @param listener Where the relay listens, with its real port. */
export function serveBoot(exchange: HttpExchange, options: BootOptions, listener: ListenerAddress): void {
  const boot = tellEverybody(exchange.authority, options, listener);
  const { bench, log } = options;
  const key = exchange.header(BENCH_KEY_HEADER);
  if (bench === undefined || key === undefined || !sameSecret(key, bench.key)) {
    answerJson(exchange, 200, boot);
    return;
  }
  const { file, passphrase, unattended } = bench;
  let yaml: string;
  try {
    yaml = readBench(file.path);
  } catch (error) {
    const reason = reasonOf(error);
    log.error("the exporter's configuration cannot be read any more", { file: file.path, reason });
    answerJson(exchange, 500, { message: `The relay cannot read ${file.name} any more: ${reason}` });
    return;
  }
  const told: RelayBoot["bench"] = {
    id: file.id,
    yaml,
    unattended,
    file: file.name,
    files: readHookFiles(yaml, {
      path: file.path,
      workingDirectory: process.cwd(),
      onUnreadable: (script, reason) =>
        log.warning("the script of a hook cannot be read: the page runs without it", {
          file: script,
          reason,
        }),
    }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  answerJson(exchange, 200, { ...boot, bench: told } satisfies RelayBoot);
}

/** What needs no key. @param authority What the page's reader calls the relay. */
export function tellEverybody(
  authority: string,
  options: Omit<BootOptions, "bench" | "log">,
  listener: ListenerAddress,
): RelayBoot {
  const addresses = otherAddresses(listener, options.networkInterfaces(), options.covers);
  return {
    version: options.version,
    endpoint: clientEndpoint(authority, listener),
    ...(addresses && { addresses }),
    insecure: options.insecure,
    attachTokenRequired: options.attachTokenRequired,
    noAuth: options.noAuth,
  };
}

/** What clients put behind `--tls-grpc`: a listener on all addresses is best named as the page's own reader did. */
export function clientEndpoint(authority: string, listener: ListenerAddress): string {
  if (!isWildcardHost(listener.host)) return formatAddress(listener);
  const host = parseHost(authority)?.host ?? "127.0.0.1";
  return `${formatHost(host)}:${listener.port}`;
}
