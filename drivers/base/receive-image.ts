/**
 * A file on its way to a device: received whole, told as it comes, kept as an image. What every flasher does before it touches anything.
 * Above: drivers that flash and store. Below: resource.ts, image.ts.
 */

import type { DriverContext } from "./driver.ts";
import type { Image } from "./image.ts";
import type { CallOptions } from "./methods.ts";
import type { ResourceHandle } from "./resource.ts";

export interface ReceiveImageOptions extends CallOptions {
  /** Bytes: what the device can hold at most. */
  readonly maxBytes?: number;
}

/** Whoever gets the image lets go of it. Rejects with a DriverError; the device was not touched, and nothing is left of the file then. */
export async function receiveImage(
  { resources, storage }: Pick<DriverContext, "resources" | "storage">,
  source: ResourceHandle,
  { signal, report, ...limits }: ReceiveImageOptions,
): Promise<Image> {
  const { readable, size } = await resources.read(source, { signal });
  const image = await storage.images.receive(readable, {
    ...limits,
    signal,
    onProgress: (done) => report?.step({ phase: "receiving", done, total: size }),
  });
  report?.image(image);
  return image;
}
