/**
 * A shell over a MessagePort: one line at a time, its output as it comes, and an end that is told once.
 * Above: worker-client.ts. Below: ShellPortMessage in web/messages.ts.
 */

import type { ShellPortMessage } from "../messages.ts";
import type { PageShell, ShellListener, ShellResult } from "../ui/model.ts";

/** The window's end of a shell whose other end is the worker's. */
export function shellOverPort(port: MessagePort, listener: ShellListener): PageShell {
  let running: PromiseWithResolvers<ShellResult> | undefined;
  let over: string | undefined;

  const send = (message: ShellPortMessage): void => port.postMessage(message);
  const finish = (message: string | undefined): void => {
    over = message ?? "The shell has ended.";
    running?.reject(new Error(over));
    running = undefined;
    port.close();
  };

  port.onmessage = ({ data }: MessageEvent<ShellPortMessage>) => {
    if (over !== undefined) return;
    switch (data.kind) {
      case "output":
        listener.output(data.stream, data.text);
        return;
      case "done":
        running?.resolve({ exitCode: data.exitCode, cwd: data.cwd });
        running = undefined;
        return;
      case "closed":
        finish(data.message);
        listener.closed(data.message);
        return;
    }
  };

  return {
    run(line) {
      if (over !== undefined) return Promise.reject(new Error(over));
      if (running !== undefined) {
        return Promise.reject(new Error("Another command runs: wait for it, or press Ctrl-C."));
      }
      running = Promise.withResolvers();
      send({ kind: "run", line });
      return running.promise;
    },
    interrupt() {
      if (running !== undefined) send({ kind: "interrupt" });
    },
    close() {
      if (over !== undefined) return;
      send({ kind: "close" });
      finish(undefined);
    },
  };
}
