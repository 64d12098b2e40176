/**
 * Which images go first when room is needed.
 * Above: origin-images.ts, memory-images.ts. Below: nothing; pure.
 */

import type { ImageLimits } from "./limits.ts";

export interface KeptImage {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970: when it was last stored or opened. */
  readonly used: number;
}

/** Least recently used first; names decide where times do not, so that tabs agree. */
export function byLastUse(images: readonly KeptImage[]): KeptImage[] {
  return [...images].sort((a, b) => a.used - b.used || (a.sha256 < b.sha256 ? -1 : 1));
}

/**
 * Evict until the limits hold.
 * @param images In the order in which they may go.
 * @param evict Whether it is gone; false: it is in use, and counts on.
 */
export async function evictUntilWithin(
  images: readonly KeptImage[],
  { maxKeptBytes, maxKeptImages }: ImageLimits,
  evict: (image: KeptImage) => Promise<boolean>,
): Promise<void> {
  let count = images.length;
  let bytes = images.reduce((sum, { size }) => sum + size, 0);
  for (const image of images) {
    if (count <= maxKeptImages && bytes <= maxKeptBytes) return;
    if (!(await evict(image))) continue;
    count -= 1;
    bytes -= image.size;
  }
}
