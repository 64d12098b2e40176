/**
 * `j serial …`: pipe, start-console.
 * Above: drivers/commands.ts. Below: drivers/base, pipe.ts.
 * Specification: jumpstarter_driver_pyserial.client.PySerialClient. There is no terminal and no file here: the first is
 * the page's console, the second is left to the shell around it.
 */

import { CommandError, type CommandGroup, defineCommand, UsageError } from "../base/command.ts";
import { pipe } from "./pipe.ts";

/** Stands for bytes that are no text. */
const REPLACEMENT = "\ufffd";

const pipeCommand = defineCommand({
  name: "pipe",
  summary: "Pipe the serial port to stdout, and stdin to it",
  details: [
    "Reads the serial port and writes what comes to standard output, until Ctrl+C or until the connection ends. What is piped into it is sent first; then it goes on reading.",
    "With --no-output it only sends, and ends when all is sent.",
    "Examples:",
    "  j serial pipe",
    "  j serial pipe > serial.log",
    '  echo "root" | j serial pipe',
    "  cat commands.txt | j serial pipe --no-output",
  ].join("\n\n"),
  options: {
    output: {
      names: ["-o", "--output"],
      value: "path",
      summary: "Not in the page: write `> FILE` after the command instead",
    },
    input: {
      names: ["-i", "--input"],
      summary: "Send standard input, even if nothing seems to be piped in",
    },
    no_input: { names: ["--no-input"], summary: "Send nothing, even if something is piped in" },
    append: {
      names: ["-a", "--append"],
      summary: "Not in the page: write `>> FILE` after the command instead",
    },
    no_output: { names: ["--no-output"], summary: "Only send standard input, and end with it" },
  },
  run: async (context) => {
    const { input, no_input, no_output, output, append } = context.values;
    const { stdin, group, driver, signal, write, writeError } = context;
    if (input && no_input) throw new UsageError("Cannot use both --input and --no-input");
    if (no_output && output !== undefined) throw new UsageError("Cannot use both --no-output and --output");
    if (no_output && append) throw new UsageError("Cannot use both --no-output and --append");
    if (append && output === undefined) throw new UsageError("--append requires --output");
    const sends = !no_input && (input || stdin !== "");
    if (no_output && !sends) {
      throw new UsageError("--no-output requires something on standard input: pipe it in, or use --input");
    }
    if (output !== undefined) {
      const instead = `${group} pipe ${append ? ">>" : ">"} ${output}`;
      throw new CommandError(`j in the page writes no files itself: use \`${instead}\` instead`);
    }
    // What was no UTF-8 has been replaced on its way here, and a board must not get what nobody sent.
    if (sends && (stdin.includes(REPLACEMENT) || !stdin.isWellFormed())) {
      throw new CommandError(
        `j in the page sends text, and standard input is not UTF-8: send it from a computer, in jmp shell, with \`${group} pipe\``,
      );
    }
    if (no_output) writeError("Sending standard input to the serial port\n");
    else if (sends)
      writeError("Sending standard input to the serial port, then reading from it (Ctrl+C ends)\n");
    else writeError("Reading from the serial port (Ctrl+C ends)\n");
    await pipe({
      open: (options) => driver.stream("connect", options),
      input: sends ? stdin : undefined,
      output: no_output ? undefined : write,
      signal,
    });
    if (!no_output) writeError("\nThe serial connection has ended.\n");
  },
});

const startConsole = defineCommand({
  name: "start-console",
  summary: "Start a serial console",
  run: async ({ group }) => {
    throw new CommandError(
      `a console needs a terminal of its own: open the one on the driver's card, or use \`${group} pipe\``,
    );
  },
});

export const pySerialCommands: CommandGroup = {
  summary: "A serial port",
  options: {},
  commands: [pipeCommand, startConsole],
  children: false,
};
