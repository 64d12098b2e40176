/**
 * The hash that a relay knows instead of a secret.
 * Above: shares.ts, web/worker/exporter-host.ts. Below: Web Crypto. Specification: proto/credentials.ts.
 */

/** Lower-case hex SHA-256 of a text in UTF-8. */
export async function sha256Hex(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
