/**
 * Reads and writes a script's file for a command that runs in another worker.
 * Above: serve-interpreter.ts. Below: script-files.ts. file-calls.ts is the other end.
 */

import type { CommandFiles } from "../../drivers/base/command.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import type { FileAnswer, FileRequest } from "./protocol.ts";
import { wholeBuffer } from "./whole-buffer.ts";

/**
 * Never rejects: what is wrong is in the answer, as a sentence.
 *
 * @param files Undefined when the command has ended.
 */
export async function answerFileRequest(
  { id, path, bytes }: FileRequest,
  files: CommandFiles | undefined,
): Promise<FileAnswer> {
  if (files === undefined) {
    return { kind: "file", id, ok: false, message: `${path}: the command has ended, and its way to files` };
  }
  try {
    if (bytes === undefined) {
      return { kind: "file", id, ok: true, bytes: wholeBuffer(await files.read(path)) };
    }
    await files.write(path, bytes);
    return { kind: "file", id, ok: true, bytes: undefined };
  } catch (error) {
    return { kind: "file", id, ok: false, message: messageOf(error) };
  }
}
