/**
 * One attached exporter on the relay: a tunnel with its page, and who that is.
 * Above: tunnel-endpoint.ts makes it of a HELLO; exporters.ts and gateway.ts know it as AttachedExporter. Below: tunnel-session.ts.
 */

import type { ExporterIdentity, Hello } from "../proto/tunnel/index.ts";
import type { AttachedExporter, ExporterTunnel } from "./exporters.ts";
import { TunnelSession, type TunnelSessionOptions } from "./tunnel-session.ts";

export interface ExporterSessionOptions extends TunnelSessionOptions {
  /** Its short name in logs. */
  readonly id: string;
  readonly hello: Hello & { readonly exporter: ExporterIdentity };
  /** Where the page dials from: a network address. */
  readonly from: string;
}

export class ExporterSession extends TunnelSession implements AttachedExporter, ExporterTunnel {
  readonly id: string;
  readonly identity: ExporterIdentity;
  readonly takeOver: boolean;
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly attachedAt = Date.now();

  constructor(options: ExporterSessionOptions) {
    super(options);
    const { id, hello, from } = options;
    this.id = id;
    this.identity = hello.exporter;
    this.takeOver = hello.takeOver ?? false;
    this.from = from;
  }

  get tunnel(): ExporterTunnel {
    return this;
  }

  override resumes(hello: Hello): boolean {
    const { exporter } = hello;
    return (
      exporter?.uuid === this.identity.uuid &&
      exporter.passphraseHash === this.identity.passphraseHash &&
      super.resumes(hello)
    );
  }
}
