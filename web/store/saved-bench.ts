/**
 * A bench as this browser keeps it, and how a new one gets its secrets.
 * Above: bench-store.ts keeps it, web/window/ uses it. Below: web/messages.ts (what the worker needs of it).
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { Bench } from "../messages.ts";

/** A configuration with its identity and its devices: all that makes an exporter come back as the same one. */
export interface SavedBench {
  /** Random UUID; the exporter's uuid. Driver uuids are derived from it. */
  readonly id: string;
  /** `metadata.name` when it was last saved, for lists. */
  readonly name: string;
  readonly yaml: string;
  readonly passphrase: string;
  /** Devices chosen by hand: driver path joined with "." to port. */
  readonly bindings: Readonly<Record<string, RememberedPort>>;
  /** Whether several clients may have a shell at once; taken up at the next start. */
  readonly access: Bench["access"];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** It was running when it was last seen: it starts by itself when the page is opened again. */
  readonly running: boolean;
  /** Set when it is the relay's own (`--exporter-config`): the file's name. Its YAML is always taken from there. */
  readonly file?: string;
  /** Files that the configuration names, as the relay had them beside it; kept with it, for a day on which no relay has them. Absent: none. */
  readonly files?: Bench["files"];
  /** Links to it, newest first. Absent: none. */
  readonly shares?: Bench["shares"];
}

/** As the database may hold it: earlier versions of the page wrote less. */
export type StoredBench = Omit<SavedBench, "access"> & { readonly access?: SavedBench["access"] };

/** A bench from the database, with what its record may lack. */
export function benchFromStore(stored: StoredBench): SavedBench {
  return { ...stored, access: stored.access ?? DEFAULT_ACCESS };
}

/** As Jumpstarter's own exporter in direct mode: whoever has the passphrase may come. */
export const DEFAULT_ACCESS: SavedBench["access"] = "shared";

/** What the worker needs to run it. */
export function benchToRun(bench: SavedBench, { noAuth }: { noAuth: boolean }): Bench {
  return {
    id: bench.id,
    yaml: bench.yaml,
    passphrase: noAuth ? undefined : bench.passphrase,
    bindings: bench.bindings,
    access: bench.access,
    files: bench.files ?? {},
    // Where everybody is let in, a link would keep nobody out.
    shares: noAuth ? [] : (bench.shares ?? []),
  };
}

/** Letters and digits alone: nothing to quote in any shell, and a double click selects all of it. */
const PASSPHRASE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** 22 characters of 62 are 131 bits: more than the 128 that cannot be guessed. */
export const PASSPHRASE_LENGTH = 22;

/** Bytes from here on would make some characters likelier than others. */
const FIRST_BIASED_BYTE = 256 - (256 % PASSPHRASE_ALPHABET.length);

/** A new random passphrase. `randomBytes` fills what it is given, as `crypto.getRandomValues` does. */
export function newPassphrase(randomBytes: (into: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  let passphrase = "";
  while (passphrase.length < PASSPHRASE_LENGTH) {
    for (const byte of randomBytes(new Uint8Array(PASSPHRASE_LENGTH))) {
      if (byte >= FIRST_BIASED_BYTE || passphrase.length === PASSPHRASE_LENGTH) continue;
      passphrase += PASSPHRASE_ALPHABET[byte % PASSPHRASE_ALPHABET.length];
    }
  }
  return passphrase;
}

/**
 * A name that no other bench here has: `demo`, `demo-2`, `demo-3`…
 * Two exporters of one name on one relay would keep each other out.
 */
export function unusedName(wanted: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  if (!names.has(wanted)) return wanted;
  let number = 2;
  while (names.has(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}
