/**
 * One client on the relay that is a page: a tunnel in which it opens the streams, who it is, and what it has shown.
 * Above: client-tunnels.ts makes it of a HELLO. Below: tunnel-session.ts.
 */

import type { Hello } from "../proto/tunnel/index.ts";
import type { ClientName } from "./client-names.ts";
import { sameSecret } from "./secret.ts";
import { TunnelSession, type TunnelSessionOptions } from "./tunnel-session.ts";

export interface ClientSessionOptions extends TunnelSessionOptions {
  /** Made for this tunnel: it stays the same over all its connections. */
  readonly client: ClientName;
  /** What its HELLO presents, as a header would. */
  readonly presented: string | undefined;
}

export class ClientSession extends TunnelSession {
  readonly client: ClientName;
  /** As a header would present it. */
  readonly presented: string | undefined;

  constructor(options: ClientSessionOptions) {
    super(options);
    this.client = options.client;
    this.presented = options.presented;
  }

  /** Whether this HELLO can be of the page that this session is with. */
  isOf(hello: Hello, presented: string | undefined): boolean {
    return hello.instance === this.instance && sameSecret(this.presented ?? "", presented ?? "");
  }
}
