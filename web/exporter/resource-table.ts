/**
 * The handles of files that clients have opened, by the driver instance that they are for.
 * Above: exporter.ts, router-service.ts. Below: codecs.ts, http-transfer.ts.
 * Specification: Jumpstarter's resource handles.
 */

import type { CommandFile } from "../../drivers/base/command.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { Resources } from "../../drivers/base/resource.ts";
import type { Codecs } from "./codecs.ts";
import type { HttpTransfer } from "./http-transfer.ts";

export interface ResourceTableOptions {
  readonly codecs: Codecs;
  readonly http: HttpTransfer;
}

export class ResourceTable {
  readonly #options: ResourceTableOptions;

  constructor(options: ResourceTableOptions) {
    this.#options = options;
  }

  /** What the driver instance gets to work with. */
  resourcesOf(uuid: string): Resources {
    const refuse = async (): Promise<never> => {
      throw new DriverError(
        "not-implemented",
        `files for ${uuid} are not served yet (${Object.keys(this.#options).length})`,
      );
    };
    return { read: refuse, write: refuse };
  }

  /** A file of the page's own, as a handle for one call on the instance. */
  add(_uuid: string, _file: CommandFile, _options: { signal: AbortSignal }): JsonValue {
    throw new DriverError("not-implemented", "files are not served yet");
  }
}
