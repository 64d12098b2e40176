/**
 * Secrets of this browser's own, and their hash as the exporter is told it. Works on pages that a browser does not call secure, too.
 * Above: model/own-secrets.ts. Below: the platform's random numbers and SHA-256, hash-wasm where it has none for such pages.
 */

/** Letters and digits alone, as in every passphrase of jumptab: nothing to quote in a shell. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** 22 of 62 characters: 130 bits, which nobody guesses. */
const CHARACTERS = 22;

/** The highest multiple of 62 in a byte: a higher one would favour some letters. */
const FAIR = 256 - (256 % ALPHABET.length);

/** @param fill As crypto.getRandomValues. */
export function randomSecret(fill: (into: Uint8Array<ArrayBuffer>) => void): string {
  let secret = "";
  const bytes = new Uint8Array(CHARACTERS);
  while (secret.length < CHARACTERS) {
    fill(bytes);
    for (const byte of bytes) {
      if (byte < FAIR && secret.length < CHARACTERS) secret += ALPHABET[byte % ALPHABET.length];
    }
  }
  return secret;
}

/** Lower-case hex SHA-256 of the text in UTF-8. @param subtle Undefined on a page over plain HTTP from another machine. */
export async function sha256(
  text: string,
  subtle: Pick<SubtleCrypto, "digest"> | undefined,
): Promise<string> {
  if (subtle === undefined) return (await import("hash-wasm")).sha256(text);
  const hash = await subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
