/**
 * An image whose bytes are in a Blob, in a file or in memory: read in parts, a part at a time.
 * Above: origin-images.ts, memory-images.ts. Below: the platform's Blob.
 */

import { DriverError } from "../../drivers/base/error.ts";
import { driverErrorFromFile } from "../../drivers/base/file-system.ts";
import type { Image, ImageInfo } from "../../drivers/base/image.ts";
import { MAX_WHOLE_BYTES } from "./limits.ts";

export interface ImageReaderOptions extends ImageInfo {
  readonly blob: Blob;
  /** The image is let go of. Called once. */
  readonly release: () => void;
}

export function createImage({ sha256, size, blob, release }: ImageReaderOptions): Image {
  const what = `the image ${sha256}`;
  const read = async (start: number, end: number) => {
    try {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (error) {
      throw driverErrorFromFile(error, what);
    }
  };
  let released = false;
  return {
    sha256,
    size,
    stream({ start = 0, end = size } = {}) {
      // The browser's own reader: several times as fast as asking for each part.
      const reader = blob.slice(start, Math.min(end, size)).stream().getReader();
      return new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          async pull(controller) {
            try {
              const { done, value } = await reader.read();
              if (done) controller.close();
              else controller.enqueue(value);
            } catch (error) {
              throw driverErrorFromFile(error, what);
            }
          },
          cancel: (reason) => reader.cancel(reason),
        },
        { highWaterMark: 0 },
      );
    },
    async bytes({ start = 0, end = size } = {}) {
      const stop = Math.min(end, size);
      if (stop - start > MAX_WHOLE_BYTES) {
        throw new DriverError(
          "invalid-argument",
          `the image has ${size} bytes, and at most ${MAX_WHOLE_BYTES} can be taken whole: choose the image for this device`,
        );
      }
      return await read(start, stop);
    },
    [Symbol.dispose]() {
      if (released) return;
      released = true;
      release();
    },
  };
}
