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
type ReadArguments = Parameters<InMemoryFs["readFile"]>;
type ByteString = Awaited<ReturnType<InMemoryFs["readFileBytes"]>>;

/** 8 Ki bytes become characters at a time: as arguments of a call they are on the stack, and a worker's has no room for 64 Ki. */
const BYTES_AT_ONCE = 8 * 1024;

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

  /** just-bash's own fails in a browser's worker from 64 KiB on, and its commands say then that there is no such file. */
  override async readFileBytes(path: string): Promise<ByteString> {
    return characters(await this.readFileBuffer(path)) as unknown as ByteString;
  }

  override async readFile(...args: ReadArguments): Promise<string> {
    const [path, options] = args;
    const encoding = typeof options === "string" ? options : options?.encoding;
    if (encoding !== "binary" && encoding !== "latin1") return super.readFile(...args);
    return characters(await this.readFileBuffer(path));
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

/** One character for each byte. */
function characters(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE));
  }
  return text;
}
