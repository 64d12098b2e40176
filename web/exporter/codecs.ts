/**
 * Compression of files that come and go: what the exporter needs of it.
 * Above: resource-table.ts. Below: nothing; web/encodings/ implements it and loads each codec when it is first needed.
 * Specification: `x_jmp_content_encoding` of Jumpstarter's resource handles.
 */

import type { Encoding } from "../../drivers/base/resource.ts";

export interface Codecs {
  /** Compressed bytes in, the file out. It errors with a DriverError: corrupt, cut short, too large, or a kind that it cannot read. */
  decoder(encoding: Encoding): Promise<TransformStream<Uint8Array, Uint8Array>>;
  /** The file in, compressed bytes out. */
  encoder(encoding: Encoding): Promise<TransformStream<Uint8Array, Uint8Array>>;
}
