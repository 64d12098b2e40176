/**
 * Bounds of the store of images: name, unit, reason.
 * Above: this folder. Below: nothing.
 */

export interface ImageLimits {
  /** Bytes of all images together; those in use stay, however many they are. */
  readonly maxKeptBytes: number;
  /** How many; those in use stay, however many they are. */
  readonly maxKeptImages: number;
}

export const DEFAULT_IMAGE_LIMITS: ImageLimits = {
  /** 8 GiB: a few releases of a board with a big disk; more of somebody's disk than that is not ours to fill. */
  maxKeptBytes: 8 * 1024 ** 3,
  /** 256: to find the oldest all of them are looked at, and so many take well under a second. */
  maxKeptImages: 256,
};

/** A share: the browser's quota is for all that this origin keeps, the configuration and other tabs' uploads among it. */
export const MAX_SHARE_OF_QUOTA = 0.5;

/** 256 MiB: where the browser keeps no files, images are in memory, and a tab with more than that is in danger of being ended. */
export const MAX_MEMORY_BYTES = 256 * 1024 ** 2;

/** 256 KiB: what is read and hashed at once, under a millisecond or two of a worker that does other things too. */
export const READ_CHUNK_BYTES = 256 * 1024;

/** 256 MiB: firmware is far smaller; a disk has to be read as a stream. */
export const MAX_WHOLE_BYTES = 256 * 1024 ** 2;

/** 64 MiB: hashed in one go, a file is in memory twice for a moment; firmware is smaller, and disks take long anyway. */
export const MAX_HASHED_WHOLE_BYTES = 64 * 1024 ** 2;

/** 1 MiB: copying a file where the browser cannot move one. */
export const COPY_CHUNK_BYTES = 1024 * 1024;
