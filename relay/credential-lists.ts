/**
 * Lists of credentials that pages send in the place of those before: read, bounded, checked, and handed to the exporters.
 * Above: relay.ts hands in the streams that pages open. Below: exporters.ts. Specification: docs/tunnel-protocol.md, "Credentials".
 */

import { parseCredentials } from "../proto/credentials.ts";
import { StreamReset, type TunnelStream } from "../proto/tunnel/index.ts";
import type { AttachedExporter, Exporters } from "./exporters.ts";
import { MAX_CREDENTIALS_BYTES } from "./limits.ts";
import type { Logger } from "./logging.ts";

export interface CredentialListsOptions {
  readonly exporters: Pick<Exporters, "replaceCredentials">;
  readonly log: Logger;
}

export class CredentialLists {
  readonly #options: CredentialListsOptions;
  /** The newest list of each exporter that is being read: an older one that is whole later must not take its place. */
  readonly #newest = new WeakMap<AttachedExporter, TunnelStream>();

  constructor(options: CredentialListsOptions) {
    this.#options = options;
  }

  /** Answer a stream that a page has opened to CREDENTIALS_PATH. Never rejects. */
  async serve(stream: TunnelStream, exporter: AttachedExporter): Promise<void> {
    if (stream.request.method !== "PUT") {
      refuse(stream, 405, "Credentials are replaced with PUT.");
      return;
    }
    const before = this.#newest.get(exporter);
    if (before !== undefined) refuse(before, 409, "A newer list of credentials has come.");
    this.#newest.set(exporter, stream);
    try {
      const text = await readBody(stream, () => this.#newest.get(exporter) === stream);
      // One that was refused meanwhile has its answer.
      if (this.#newest.get(exporter) === stream) this.#replace(stream, exporter, text);
    } catch (error) {
      // The page has reset it, or is gone: the list before it stays, and nobody waits for an answer.
      if (!(error instanceof StreamReset)) throw error;
    } finally {
      if (this.#newest.get(exporter) === stream) this.#newest.delete(exporter);
    }
  }

  #replace(stream: TunnelStream, exporter: AttachedExporter, text: string | undefined): void {
    if (text === undefined) {
      refuse(
        stream,
        400,
        `The list of credentials is longer than the ${MAX_CREDENTIALS_BYTES} bytes there are.`,
      );
      return;
    }
    const parsed = parseCredentials(credentialsOf(text), "The credentials");
    if ("problem" in parsed) {
      refuse(stream, 400, `${parsed.problem}.`);
      return;
    }
    const { credentials } = parsed;
    this.#options.exporters.replaceCredentials(exporter, credentials);
    this.#options.log.debug("credentials replaced", {
      exporter: exporter.id,
      credentials: credentials.length,
    });
    stream.respond({ status: 204, h: [] }, { end: true });
  }
}

/** Undefined when it is longer than it may be, or nobody wants it any more. */
async function readBody(stream: TunnelStream, isWanted: () => boolean): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream.body) {
    bytes += chunk.length;
    if (bytes > MAX_CREDENTIALS_BYTES || !isWanted()) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What stands under the body's one name; undefined when it is no such body. */
function credentialsOf(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && "credentials" in body ? body.credentials : undefined;
  } catch {
    return undefined;
  }
}

function refuse(stream: TunnelStream, status: number, sentence: string): void {
  stream.respond({ status, h: [["content-type", "text/plain; charset=utf-8"]] });
  void stream.write(Buffer.from(`${sentence}\n`));
  stream.end();
}
