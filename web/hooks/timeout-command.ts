/**
 * `timeout`: a command with a time limit, and what it has said until then.
 * The interpreter's own forgets what a command has said when its time is over, and a command of ours that is ended in it ends the whole
 * script: reading a board's console for some seconds is what hooks do with it.
 * Above: interpreter.ts. Below: just-bash. Specification: timeout(1) of the GNU core utilities. There are no signals here: -s and -k
 * are taken, and mean the same end.
 */

import type { Command } from "just-bash/browser";

type CommandContext = Parameters<Command["execute"]>[1];
type CommandResult = Awaited<ReturnType<Command["execute"]>>;

const TIMED_OUT = 124;
const USAGE = 125;

const SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** A week: timers cannot hold more than 24 days, and no script lives that long. */
const MAX_TIMEOUT_MS = 7 * 24 * 3600 * 1000;

export interface TimeoutOptions {
  /** Commands that are ended by the signal of their context. */
  readonly own: ReadonlyMap<string, Command>;
  readonly sleep: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
}

interface Asked {
  /** 0: no limit. */
  readonly ms: number;
  readonly preserveStatus: boolean;
  readonly name: string;
  readonly args: readonly string[];
}

export function timeoutCommand({ own, sleep }: TimeoutOptions): Command {
  return {
    name: "timeout",
    execute: async (args, context) => {
      const asked = parse(args);
      if (typeof asked === "string") return { stdout: "", stderr: `timeout: ${asked}\n`, exitCode: USAGE };
      if (asked.ms === 0) return run(asked, context, own);
      const settled = new AbortController();
      const limit = new AbortController();
      const signals = context.signal === undefined ? [limit.signal] : [context.signal, limit.signal];
      void sleep(asked.ms, { signal: settled.signal }).then(
        () => limit.abort(new Error("the time is over")),
        () => undefined, // it was done in time
      );
      try {
        const result = await run(asked, { ...context, signal: AbortSignal.any(signals) }, own);
        if (!limit.signal.aborted || asked.preserveStatus) return result;
        const stderr = String(result.stderr).replace(/^bash: execution aborted\n/gm, "");
        return { ...result, stderr, exitCode: TIMED_OUT };
      } finally {
        settled.abort(new Error("settled"));
      }
    },
  };
}

function run(
  { name, args }: Asked,
  context: CommandContext,
  own: TimeoutOptions["own"],
): Promise<CommandResult> {
  const command = own.get(name);
  if (command !== undefined) return command.execute([...args], context);
  if (context.exec === undefined) throw new Error("the interpreter gives a command no way to run another");
  const { cwd, stdin, signal } = context;
  return context.exec(`'${name.replaceAll("'", "'\\''")}'`, {
    cwd,
    stdin: String(stdin),
    stdinKind: "bytes",
    args: [...args],
    ...(signal === undefined ? {} : { signal }),
  });
}

/** @returns What is asked, or what is wrong with it. */
function parse(args: readonly string[]): Asked | string {
  const words = [...args];
  let preserveStatus = false;
  for (;;) {
    const option = words[0];
    if (option === undefined || !/^-./.test(option)) break;
    words.shift();
    if (option === "--") break;
    if (option === "--preserve-status") preserveStatus = true;
    else if (/^(-k|-s|--kill-after|--signal)$/.test(option)) words.shift();
    else if (!/^(-k.+|-s.+|--kill-after=.*|--signal=.*|--foreground|-v|--verbose)$/.test(option)) {
      return `unrecognized option '${option}'`;
    }
  }
  const [duration, name, ...rest] = words;
  if (duration === undefined || name === undefined) return "missing operand: give a duration and a command";
  const [, number = "", unit = ""] = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(duration) ?? [];
  if (number === "") return `invalid time interval '${duration}'`;
  const ms = Math.min(Number(number) * (SECONDS[unit] ?? 1) * 1000, MAX_TIMEOUT_MS);
  return { ms, preserveStatus, name, args: rest };
}
