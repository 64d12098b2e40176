/**
 * The files of a script, in memory; what is written to two of them is output, and kept nowhere.
 * Above: interpreter.ts. Below: just-bash's file system.
 */

import { InMemoryFs } from "just-bash/browser";
import { MAX_FILES_BYTES } from "./limits.ts";
import type { OutputStream } from "./protocol.ts";

export const LIVE_FILES: Readonly<Record<OutputStream, string>> = {
  stdout: "/dev/hook/stdout",
  stderr: "/dev/hook/stderr",
};

type WriteArguments = Parameters<InMemoryFs["writeFile"]>;

export class LiveFiles extends InMemoryFs {
  readonly #write: (stream: OutputStream, content: string | Uint8Array) => void;

  constructor(write: (stream: OutputStream, content: string | Uint8Array) => void) {
    super({ [LIVE_FILES.stdout]: "", [LIVE_FILES.stderr]: "" }, { maxTotalBytes: MAX_FILES_BYTES });
    this.#write = write;
  }

  override async writeFile(...args: WriteArguments): Promise<void> {
    if (!this.#take(args)) await super.writeFile(...args);
  }

  override async appendFile(...args: WriteArguments): Promise<void> {
    if (!this.#take(args)) await super.appendFile(...args);
  }

  #take([path, content, options]: WriteArguments): boolean {
    const stream = path === LIVE_FILES.stdout ? "stdout" : path === LIVE_FILES.stderr ? "stderr" : undefined;
    if (stream === undefined) return false;
    const encoding = typeof options === "string" ? options : options?.encoding;
    const isBytes =
      typeof content === "string" &&
      (encoding === "binary" || encoding === "latin1") &&
      /[\x80-\xff]/.test(content);
    this.#write(stream, isBytes ? Uint8Array.from(content, (char) => char.charCodeAt(0)) : content);
    return true;
  }
}
