/**
 * How many files are packed or unpacked at once: their memory is the tab's.
 * Above: resource-table.ts has one for all files, claimed-file.ts takes from it. Below: nothing.
 */

import { DriverError } from "../../drivers/base/error.ts";

/** 8 files: the greediest of them keeps 128 MiB (a window of zstd), so a GiB in the worst case, and hardly anything in any other. */
export const MAX_CODED_FILES = 8;

export class CodingSlots {
  #taken = 0;

  /**
   * @returns Gives the place back; may be called again.
   * @throws DriverError when all places are taken.
   */
  take(): () => void {
    if (this.#taken >= MAX_CODED_FILES) {
      throw new DriverError(
        "other",
        `${MAX_CODED_FILES} compressed files are on their way already: wait until one of them is done, or send this one uncompressed`,
      );
    }
    this.#taken += 1;
    let held = true;
    return () => {
      if (held) this.#taken -= 1;
      held = false;
    };
  }
}
