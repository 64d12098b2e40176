/**
 * Codecs for files that come and go compressed, each loaded when it is first needed.
 * Above: start-worker.ts. Below: one file for each encoding. Specification: web/exporter/codecs.ts.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { Codecs } from "../exporter/codecs.ts";

export function createCodecs(): Codecs {
  const refuse = async (encoding: string): Promise<never> => {
    throw new DriverError("invalid-argument", `content encoding ${encoding} not supported`);
  };
  return { decoder: refuse, encoder: refuse };
}
