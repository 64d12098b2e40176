/**
 * An exporter's own service, called with the project's generated code: it knows fields that no released client knows yet.
 * Above: specs about the report and the log. Below: Connect over HTTP/2, proto/gen. The relay takes it for any gRPC client.
 */

import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { Endpoint } from "./jumpstarter.ts";

/** Every call has a limit: a hang fails the test with the call's name. */
const CALL_TIMEOUT_MS = 20_000;

export class WireClient implements Disposable {
  readonly exporter: Client<typeof ExporterService>;
  readonly #sessions: Http2SessionManager;

  /** Plaintext, and the passphrase with every call. */
  constructor({ address, passphrase }: Endpoint) {
    const baseUrl = `http://${address}`;
    this.#sessions = new Http2SessionManager(baseUrl);
    const transport = createGrpcTransport({
      baseUrl,
      sessionManager: this.#sessions,
      defaultTimeoutMs: CALL_TIMEOUT_MS,
      interceptors: [
        (next) => (request) => {
          if (passphrase !== undefined) request.header.set("x-jumpstarter-passphrase", passphrase);
          return next(request);
        },
      ],
    });
    this.exporter = createClient(ExporterService, transport);
  }

  /** The uuid of a driver right below the root. */
  async uuidOf(name: string): Promise<string> {
    const { reports } = await this.exporter.getReport({});
    const found = reports.find(({ labels }) => labels["jumpstarter.dev/name"] === name);
    if (found === undefined) throw new Error(`the exporter has no driver "${name}"`);
    return found.uuid;
  }

  [Symbol.dispose](): void {
    this.#sessions.abort();
  }
}
