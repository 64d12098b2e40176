/**
 * The certificate and key that the port speaks TLS with, checked before anybody connects.
 * Above: arguments of main.ts, relay.ts. Below: node:crypto, node:fs.
 */

import { createPrivateKey, hash, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { StartError } from "./usage-error.ts";

export interface TlsIdentity {
  /** PEM; the chain as it is in the file. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** DNS names of the certificate, lower case; `*.` in front stands for one label. */
  readonly names: readonly string[];
  /** Whether it covers this name or address. */
  covers(host: string): boolean;
  /** Base64 SHA-256 of its public key: how our own browser is told to trust it. */
  readonly publicKeyHash: string;
  /** Set when its time is over or has not come: a sentence. */
  readonly warning: string | undefined;
}

/** @throws StartError with the cure when a file cannot be read, or the two do not belong together. */
export function loadTlsIdentity(certPath: string, keyPath: string): TlsIdentity {
  const cert = read("--tls-cert", certPath);
  const key = read("--tls-key", keyPath);
  const certificate = parseCertificate(cert, certPath);
  if (!certificate.checkPrivateKey(parseKey(key, keyPath))) {
    throw new StartError(
      `--tls-key ${keyPath} is not the key of --tls-cert ${certPath}: give the pair that belongs together`,
    );
  }
  return {
    cert,
    key,
    names: dnsNames(certificate.subjectAltName ?? ""),
    covers: (host) =>
      (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
    publicKeyHash: hashPublicKey(certificate),
    warning: validityWarning(certificate),
  };
}

function read(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "this user may not read it" : message;
    throw new StartError(`cannot read ${option} ${path}: ${reason}`, { cause: error });
  }
}

function parseCertificate(pem: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new StartError(`--tls-cert ${path} is not a certificate in PEM`, { cause: error });
  }
}

function parseKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const text = `--tls-key ${path} is not a private key in PEM without a password`;
    throw new StartError(text, { cause: error });
  }
}

function dnsNames(subjectAltName: string): string[] {
  return subjectAltName
    .split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length).toLowerCase());
}

function hashPublicKey(certificate: X509Certificate): string {
  const der = certificate.publicKey.export({ type: "spki", format: "der" });
  return hash("sha256", der, "base64");
}

function validityWarning({ validFromDate, validToDate }: X509Certificate): string | undefined {
  const now = new Date();
  if (validToDate < now)
    return `the TLS certificate was valid until ${validToDate.toISOString()}: clients will refuse it`;
  if (validFromDate > now)
    return `the TLS certificate is valid from ${validFromDate.toISOString()} on: clients will refuse it`;
  return undefined;
}
