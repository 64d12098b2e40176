/**
 * A driver's handle as commands have it, straight to the driver, and a context around it that keeps what is written.
 * Above: tests of commands. Below: drivers/base.
 */

import type { Clock } from "../base/clock.ts";
import {
  type CommandContext,
  CommandError,
  type CommandGroup,
  type CommandValues,
  type DriverHandle,
} from "../base/command.ts";
import type { Driver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { ExportedMethod } from "../base/methods.ts";
import { ManualClock } from "./manual-clock.ts";
import { joinBytes, type TestResources } from "./test-resources.ts";

/** @param resources Those of the context that the driver was made with: where commands put their files. */
export function driverHandle(driver: Driver, resources?: TestResources): DriverHandle {
  return {
    resource: async (file) => {
      if (resources === undefined) throw new Error("this test gives the driver no files");
      if (file.direction === "to-driver") {
        const chunks: Uint8Array[] = [];
        for await (const chunk of file.readable) chunks.push(chunk);
        return resources.toDriver(joinBytes(chunks));
      }
      const { handle, file: content } = resources.fromDriver();
      void content.then(async (bytes) => {
        const writer = file.writable.getWriter();
        if (bytes.length > 0) await writer.write(bytes);
        await writer.close();
      });
      return handle;
    },
    call: async (method, args, options) => exported(driver, method, "call").run(args, options),
    streamingCall: (method, args, options) => exported(driver, method, "streaming-call").run(args, options),
    stream: async (method, options) => exported(driver, method, "stream").open(options),
  };
}

function exported<K extends ExportedMethod["kind"]>(
  driver: Driver,
  name: string,
  kind: K,
): Extract<ExportedMethod, { kind: K }> {
  const isKind = (method: ExportedMethod): method is Extract<ExportedMethod, { kind: K }> =>
    method.kind === kind;
  const method = driver.methods.get(name);
  if (method === undefined || !isKind(method))
    throw new DriverError("not-implemented", `there is no ${kind} ${name}`);
  return method;
}

export interface RunningCommand {
  /** Settles as the command does. */
  readonly done: Promise<void>;
  readonly clock: Clock;
  readonly abort: AbortController;
  readonly out: string;
  readonly errors: string;
  /** Resolves when `out` contains `text`. */
  until(text: string): Promise<void>;
}

/** Start the command `name` of a group on a driver, with the values that were typed. */
export function startCommand(
  group: CommandGroup,
  name: string,
  driver: DriverHandle,
  options: {
    readonly values?: CommandValues;
    readonly stdin?: string;
    readonly clock?: Clock;
    /** Files where it runs, by path; what it writes is added. */
    readonly files?: Map<string, Uint8Array>;
  } = {},
): RunningCommand {
  const command = group.commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  const clock = options.clock ?? new ManualClock();
  const abort = new AbortController();
  let out = "";
  let errors = "";
  const waiting = new Set<{ text: string; resolve: () => void }>();
  const context: CommandContext = {
    values: options.values ?? {},
    driver,
    group: "j device",
    stdin: options.stdin ?? "",
    files: {
      read: async (path) => {
        const bytes = options.files?.get(path);
        if (bytes === undefined) throw new CommandError(`there is no file ${path}`);
        return bytes;
      },
      write: async (path, bytes) => void options.files?.set(path, bytes),
    },
    clock,
    signal: abort.signal,
    write(text) {
      out += text;
      for (const wait of waiting) if (out.includes(wait.text)) wait.resolve();
    },
    writeError(text) {
      errors += text;
    },
  };
  return {
    done: command.run(context),
    clock,
    abort,
    get out() {
      return out;
    },
    get errors() {
      return errors;
    },
    until: (text) =>
      new Promise((resolve) => {
        if (out.includes(text)) resolve();
        else waiting.add({ text, resolve });
      }),
  };
}
