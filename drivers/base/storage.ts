/**
 * Where drivers keep files: images by their content, and folders of their own.
 * Above: DriverContext hands it to drivers. Below: web/images over the origin's private file system.
 */

import type { Images } from "./image.ts";

export interface DriverStorage {
  readonly images: Images;
  /**
   * A folder in the browser that lasts over reloads; the same name is the same folder, for all drivers of this origin.
   * Rejects with a DriverError where the browser has no file system of its own.
   */
  folder(name: string): Promise<FileSystemDirectoryHandle>;
}
