/**
 * `j` as a command of a script or a shell.
 * Above: whoever runs scripts: hooks, the page's terminal. Below: run-j.ts, web/exporter/script-runner.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { type CommandCatalogue, CommandError, type CommandFiles } from "../../drivers/base/command.ts";
import type { ScriptCommand } from "../exporter/script-runner.ts";
import type { JNode } from "./j-tree.ts";
import { runJ } from "./run-j.ts";

export interface JCommandOptions {
  readonly commands: CommandCatalogue;
  /** Asked at each run: an exporter may have been started anew. */
  tree(): JNode;
  readonly clock: Clock;
}

/**
 * 1 Mi characters of each stream: a script gets the output when the command has ended, so all of it is kept until then. A
 * console that is read for an hour at 115200 baud says forty times as much.
 */
export const MAX_J_OUTPUT_CHARACTERS = 1024 * 1024;

async function noFiles(): Promise<never> {
  throw new CommandError("there are no files here: give a URL, or flash the file on the page");
}

const NO_FILES: CommandFiles = { read: noFiles, write: noFiles };

export function createJCommand({ commands, tree, clock }: JCommandOptions): ScriptCommand {
  return async (args, { stdin, files = NO_FILES, signal }) => {
    const stdout = new Collected();
    const stderr = new Collected();
    const exitCode = await runJ(args, {
      commands,
      tree: tree(),
      stdin,
      files,
      clock,
      signal,
      write: (text) => stdout.add(text),
      writeError: (text) => stderr.add(text),
    });
    const lost = stdout.lost + stderr.lost;
    const note =
      lost === 0 ? "" : `j: ${lost} characters past the first ${MAX_J_OUTPUT_CHARACTERS} are left out\n`;
    return { exitCode, stdout: stdout.text, stderr: stderr.text + note };
  };
}

/** The beginning of an output. */
class Collected {
  readonly #pieces: string[] = [];
  #length = 0;
  lost = 0;

  add(text: string): void {
    const room = MAX_J_OUTPUT_CHARACTERS - this.#length;
    const piece = text.length <= room ? text : text.slice(0, room);
    if (piece !== "") this.#pieces.push(piece);
    this.#length += piece.length;
    this.lost += text.length - piece.length;
  }

  get text(): string {
    return this.#pieces.join("");
  }
}
