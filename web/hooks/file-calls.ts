/**
 * What commands ask of a script's files, which are in the interpreter's worker.
 * Above: interpreter-session.ts. Below: protocol.ts; answer-file-request.ts is the other end.
 *
 * How many are under way has the bound of the commands at work (MAX_COMMANDS_IN_FLIGHT): a command asks for one file after the other.
 */

import { CommandError, type CommandFiles } from "../../drivers/base/command.ts";
import { MAX_FILES_BYTES } from "./limits.ts";
import type { FileAnswer, FileRequest } from "./protocol.ts";
import { wholeBuffer } from "./whole-buffer.ts";

export class FileCalls {
  readonly #post: (message: FileRequest, transfer: readonly ArrayBuffer[]) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  #next = 1;
  #over = false;

  constructor(post: (message: FileRequest, transfer: readonly ArrayBuffer[]) => void) {
    this.#post = post;
  }

  /** The files as the command sees them. */
  of(command: number): CommandFiles {
    return {
      read: (path) => this.#ask(command, path, undefined),
      write: async (path, bytes) => {
        // Told before anything is copied: the other side would refuse it too.
        if (bytes.length > MAX_FILES_BYTES) {
          throw new CommandError(
            `${path}: ${bytes.length} bytes do not fit: the files of a script have ${MAX_FILES_BYTES} in all`,
          );
        }
        await this.#ask(command, path, wholeBuffer(bytes));
      },
    };
  }

  receive(answer: FileAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.bytes ?? new Uint8Array());
    else waiting?.reject(new CommandError(answer.message));
  }

  /** The interpreter has ended: nothing will be answered. */
  end(): void {
    this.#over = true;
    for (const { reject } of this.#waiting.values()) reject(ended());
    this.#waiting.clear();
  }

  #ask(command: number, path: string, bytes: Uint8Array<ArrayBuffer> | undefined): Promise<Uint8Array> {
    if (this.#over) return Promise.reject(ended());
    const id = this.#next++;
    const waiting = Promise.withResolvers<Uint8Array>();
    this.#waiting.set(id, waiting);
    this.#post({ kind: "file-request", id, command, path, bytes }, bytes === undefined ? [] : [bytes.buffer]);
    return waiting.promise;
  }
}

function ended(): CommandError {
  return new CommandError("the script has ended, and its files with it");
}
