/**
 * The page's own shell over a MessagePort: lines in, output out, Ctrl-C, and an end.
 * Above: exporter-host.ts. Below: the script runner (output of a line is bounded there); web/window/shell-port.ts is the other end.
 * Protocol: ShellPortMessage in web/messages.ts; one command at a time.
 */

import { messageOf } from "../../drivers/base/dom-error.ts";
import {
  type ScriptCommand,
  type ScriptRunner,
  type ScriptShell,
  shellEnvironment,
} from "../exporter/index.ts";
import type { ShellPortMessage } from "../messages.ts";

/** 64 Ki characters: a script that somebody pastes; what is longer is a file. */
export const MAX_SHELL_LINE_CHARACTERS = 64 * 1024;

export interface ShellBridgeOptions {
  readonly scripts: ScriptRunner;
  readonly commands: Readonly<Record<string, ScriptCommand>>;
  readonly port: MessagePort;
  /** Aborted when the exporter is stopped. */
  readonly signal: AbortSignal;
  /** The shell is over. */
  onClosed(): void;
}

/** Resolves when the shell is ready; it then runs what comes over the port until either side ends it. Rejects when it does not open. */
export async function bridgeShell(options: ShellBridgeOptions): Promise<void> {
  const { scripts, commands, port } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const post = (message: ShellPortMessage): void => port.postMessage(message);
  let shell: ScriptShell;
  try {
    shell = await scripts.open(
      {
        env: shellEnvironment(),
        commands,
        onOutput: (stream, text) => post({ kind: "output", stream, text }),
      },
      { signal },
    );
  } catch (error) {
    options.onClosed();
    port.close();
    throw error;
  }
  let line: AbortController | undefined;

  const finish = (message: string | undefined): void => {
    if (over.signal.aborted) return;
    over.abort();
    post({ kind: "closed", message });
    port.close();
    options.onClosed();
    // Nobody waits for an interpreter that is no longer needed: its worker ends in any case.
    void shell[Symbol.asyncDispose]();
  };
  const run = async (text: string): Promise<void> => {
    if (line !== undefined) return finish("the shell runs one command at a time: reload the page");
    if (text.length > MAX_SHELL_LINE_CHARACTERS) {
      const sentence = `a line may have ${MAX_SHELL_LINE_CHARACTERS} characters: write less at a time`;
      post({ kind: "output", stream: "stderr", text: `${sentence}\n` });
      return post({ kind: "done", exitCode: 1, cwd: shell.cwd });
    }
    line = new AbortController();
    try {
      const done = await shell.run(text, { signal: AbortSignal.any([signal, line.signal]) });
      line = undefined;
      if (!over.signal.aborted) post({ kind: "done", ...done });
    } catch (error) {
      finish(messageOf(error));
    }
  };

  port.onmessage = (event: MessageEvent<ShellPortMessage>) => {
    const message = event.data;
    switch (message.kind) {
      case "run":
        void run(message.line);
        break;
      case "interrupt":
        line?.abort();
        break;
      case "close":
      case "closed":
        finish(undefined);
        break;
      case "output":
      case "done":
        break; // only this side says these
    }
  };
  if (options.signal.aborted) finish("the exporter was stopped");
  else
    options.signal.addEventListener("abort", () => finish("the exporter was stopped"), {
      signal: over.signal,
    });
}
