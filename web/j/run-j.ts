/**
 * `j`: from what was typed to a driver's command, its help, or what is wrong with it, and an exit code.
 * Above: j-command.ts, for scripts and shells. Below: scan-arguments.ts, convert-values.ts, help.ts, and the commands of the
 * drivers, which come by options. Specification: jumpstarter_cli.j and the click groups of Jumpstarter's Python clients.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import {
  type CommandCatalogue,
  type CommandDefinition,
  type CommandFiles,
  type CommandGroup,
  UsageError,
} from "../../drivers/base/command.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import { convertArguments, convertOptions } from "./convert-values.ts";
import { type HelpPage, helpPage, usageLine } from "./help.ts";
import type { JNode } from "./j-tree.ts";
import { oneLine } from "./quoted.ts";
import { noSuch, type Scanned, scanArguments } from "./scan-arguments.ts";

export interface JOptions {
  readonly commands: CommandCatalogue;
  readonly tree: JNode;
  /** What is piped into it; empty where nothing is. */
  readonly stdin: string;
  readonly files: CommandFiles;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  write(text: string): void;
  writeError(text: string): void;
}

/** 1000 words: a board takes a handful; an expanded `*` of a large folder is a mistake. */
export const MAX_J_ARGUMENTS = 1000;
/** 64 Ki characters in all of them. */
export const MAX_J_ARGUMENT_CHARACTERS = 64 * 1024;
/** 4 Mi characters: a file that is piped into a serial port at 115200 baud for six minutes. */
export const MAX_J_STDIN_CHARACTERS = 4 * 1024 * 1024;

export const EXIT_OK = 0;
/** Of `j`, usage errors too. */
export const EXIT_FAILED = 1;
/** As a shell has it for a program that Ctrl-C has ended. */
export const EXIT_INTERRUPTED = 130;

/**
 * Run one `j` to its end. Never rejects: what goes wrong is said by `writeError`. When the signal is aborted it
 * resolves at once, whatever the driver does, and nothing is written after that.
 */
export async function runJ(args: readonly string[], options: JOptions): Promise<number> {
  const over = new AbortController();
  const interrupted = new Promise<number>((resolve) => {
    const stop = () => resolve(EXIT_INTERRUPTED);
    if (options.signal.aborted) stop();
    else options.signal.addEventListener("abort", stop, { once: true, signal: over.signal });
  });
  const whileRunning = (write: (text: string) => void) => (text: string) => {
    if (!over.signal.aborted && !options.signal.aborted) write(text);
  };
  const run = new JRun({
    ...options,
    write: whileRunning((text) => options.write(text)),
    writeError: whileRunning((text) => options.writeError(text)),
  });
  try {
    return await (options.signal.aborted ? interrupted : Promise.race([interrupted, run.start(args)]));
  } finally {
    over.abort();
  }
}

class JRun {
  readonly #options: JOptions;

  constructor(options: JOptions) {
    this.#options = options;
  }

  async start(args: readonly string[]): Promise<number> {
    const { tree, commands, stdin, signal } = this.#options;
    try {
      requireBounds(args, stdin);
      const group = commands.get(tree.clientClass);
      if (group === undefined) {
        throw new Error(
          `j has no commands for ${tree.clientClass}, the root of the tree: make it a composite`,
        );
      }
      return await this.#group(tree, group, "j", args);
    } catch (error) {
      if (signal.aborted) return EXIT_INTERRUPTED;
      this.#options.writeError(`Error: ${oneLine(messageOf(error))}\n`);
      return EXIT_FAILED;
    }
  }

  async #group(node: JNode, group: CommandGroup, path: string, args: readonly string[]): Promise<number> {
    const children = this.#childrenOf(node, group);
    const page = groupPage(node, group, path, children);
    if (args.length === 0) {
      this.#options.writeError(helpPage(page));
      return EXIT_FAILED;
    }
    let name: string;
    let rest: readonly string[];
    try {
      const scanned = scanArguments(args, group.options, false);
      if (scanned.help) return this.#help(page);
      convertOptions(scanned, group.options);
      const [first, ...others] = scanned.rest;
      if (first === undefined) throw new UsageError("Missing command.");
      if (page.commands?.has(first) !== true)
        throw new UsageError(noSuch("command", first, page.commands?.keys() ?? []));
      name = first;
      rest = others;
    } catch (error) {
      return this.#usage(error, page);
    }
    const child = children.get(name);
    if (child !== undefined) return this.#group(child.node, child.group, `${path} ${name}`, rest);
    const command = group.commands.find((candidate) => candidate.name === name);
    if (command === undefined) throw new Error(`${path} lists ${name} and does not have it`);
    return this.#command(node, command, path, rest);
  }

  async #command(
    node: JNode,
    command: CommandDefinition,
    group: string,
    args: readonly string[],
  ): Promise<number> {
    const { stdin, files, clock, signal, write, writeError } = this.#options;
    const page = commandPage(node, command, group);
    try {
      const scanned: Scanned = scanArguments(args, command.options, true);
      if (scanned.help) return this.#help(page);
      const values = {
        ...convertOptions(scanned, command.options),
        ...convertArguments(scanned.rest, command.arguments),
      };
      const edges = { group, stdin, files, clock, signal, write, writeError };
      await command.run({ values, driver: node.handle, ...edges });
      return EXIT_OK;
    } catch (error) {
      return this.#usage(error, page);
    }
  }

  #help(page: HelpPage): number {
    this.#options.write(helpPage(page));
    return EXIT_OK;
  }

  /** Say what was typed wrongly, and where it is told how; anything else is not about typing. */
  #usage(error: unknown, page: HelpPage): number {
    if (!(error instanceof UsageError)) throw error;
    this.#options.writeError(
      `${usageLine(page)}\nTry '${page.path} --help' for help.\n\nError: ${oneLine(error.message)}\n`,
    );
    return EXIT_FAILED;
  }

  /** By name; those without commands are left out. */
  #childrenOf(node: JNode, group: CommandGroup): ReadonlyMap<string, { node: JNode; group: CommandGroup }> {
    const children = new Map<string, { node: JNode; group: CommandGroup }>();
    if (!group.children) return children;
    for (const child of node.children) {
      const own = this.#options.commands.get(child.clientClass);
      if (own !== undefined) children.set(child.name, { node: child, group: own });
    }
    return children;
  }
}

function requireBounds(args: readonly string[], stdin: string): void {
  let characters = 0;
  for (const arg of args) characters += arg.length;
  if (args.length > MAX_J_ARGUMENTS || characters > MAX_J_ARGUMENT_CHARACTERS) {
    throw new Error(
      `j takes at most ${MAX_J_ARGUMENTS} arguments with ${MAX_J_ARGUMENT_CHARACTERS} characters in all, and was given ${args.length} with ${characters}: give fewer, or pipe the text in`,
    );
  }
  if (stdin.length > MAX_J_STDIN_CHARACTERS) {
    throw new Error(
      `j takes at most ${MAX_J_STDIN_CHARACTERS} characters on standard input, and was given ${stdin.length}: send them in pieces`,
    );
  }
}

function groupPage(
  node: JNode,
  group: CommandGroup,
  path: string,
  children: ReadonlyMap<string, { node: JNode; group: CommandGroup }>,
): HelpPage {
  const commands = new Map<string, string>();
  for (const command of group.commands) commands.set(command.name, helpOf(node, command) ?? command.summary);
  for (const [name, child] of children) commands.set(name, child.node.description || child.group.summary);
  return { path, text: node.description || group.summary, arguments: {}, options: group.options, commands };
}

function commandPage(node: JNode, command: CommandDefinition, group: string): HelpPage {
  const { name, summary, details, arguments: takes, options } = command;
  return {
    path: `${group} ${name}`,
    text: helpOf(node, command) ?? [summary, details].filter((text) => text !== undefined).join("\n\n"),
    arguments: takes,
    options,
    commands: undefined,
  };
}

/** What the configuration says of a command in `methods_description`. */
function helpOf(node: JNode, { name }: CommandDefinition): string | undefined {
  return Object.hasOwn(node.methodsDescription, name) ? node.methodsDescription[name] : undefined;
}
