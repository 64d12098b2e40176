/**
 * What a session has created, for those who clean up.
 * Above: driver.ts. Below: paths.ts.
 * Specification: `_created_paths` of jumpstarter_driver_opendal.driver.Opendal.
 */

import type { DriverLog } from "../base/log.ts";
import { createdPath } from "./paths.ts";

/** Paths: all of them go in one answer, which has to stay far below the 4 MiB that clients take. */
export const MAX_CREATED_PATHS = 5000;

export class CreatedPaths {
  readonly #paths = new Set<string>();
  readonly #log: DriverLog;

  constructor(log: DriverLog) {
    this.#log = log;
  }

  get list(): string[] {
    return [...this.#paths];
  }

  add(path: string): void {
    if (this.#paths.size === MAX_CREATED_PATHS && !this.#paths.has(createdPath(path))) {
      this.#log.warning(
        `${path} is created, but not remembered as such: ${MAX_CREATED_PATHS} paths are already; end the session to begin anew`,
      );
      return;
    }
    this.#paths.add(createdPath(path));
  }

  remove(path: string): void {
    this.#paths.delete(createdPath(path));
  }

  clear(): void {
    this.#paths.clear();
  }
}
