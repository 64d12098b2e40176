/**
 * Secrets: made, hashed and compared, never kept in the clear where a hash will do.
 * Above: exporters.ts, tunnel-endpoint.ts, bench.ts. Below: node:crypto.
 */

import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** 128 bit, in 22 characters that need no quoting in a shell or a URL. */
export function randomSecret(): string {
  return randomBytes(16).toString("base64url");
}

/** Lower-case hex SHA-256 of a header's bytes as they came: HTTP libraries hand them out as Latin-1. */
export function hashHeaderValue(value: string): string {
  return hash("sha256", Buffer.from(value, "latin1"), "hex");
}

/** Lower-case hex SHA-256 of text in UTF-8. */
export function hashText(text: string): string {
  return hash("sha256", text, "hex");
}

/** Compares without telling by its time where two hashes, or two texts, begin to differ. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(hash("sha256", left, "buffer"), hash("sha256", right, "buffer"));
}

/** gRPC metadata carries printable ASCII only, so a passphrase has to be that. Says what is wrong, or undefined. */
export function passphraseProblem(passphrase: string): string | undefined {
  if (passphrase === "") return "the passphrase is empty: give at least one character";
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(passphrase)) return undefined;
  return "the passphrase has to be printable ASCII without spaces at its ends: gRPC clients cannot send any other";
}
