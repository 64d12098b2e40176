/**
 * Where drivers keep files: images by content and folders by name, in the origin's private file system.
 * Above: start-worker.ts. Below: the platform's StorageManager. Specification: drivers/base/storage.ts.
 */

import { DriverError } from "../../drivers/base/error.ts";
import type { DriverStorage } from "../../drivers/base/storage.ts";

export function createStorage(): DriverStorage {
  const refuse = async (): Promise<never> => {
    throw new DriverError("not-implemented", "this browser keeps no files for pages");
  };
  return { images: { receive: refuse, open: refuse }, folder: refuse };
}
