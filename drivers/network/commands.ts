/**
 * `j network …`: address, forward-tcp, forward-unix.
 * Above: drivers/commands.ts. Below: drivers/base.
 * Specification: jumpstarter_driver_network.client.NetworkClient. What listens on a computer needs a computer.
 */

import { CommandError, type CommandGroup, defineCommand } from "../base/command.ts";
import { DriverError } from "../base/error.ts";

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const HOST_AND_PORT = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:/?#]*))(?::(?<port>\d+))?/;

const address = defineCommand({
  name: "address",
  summary: "The address of the service behind it, for direct connections",
  options: {
    host: { names: ["--host"], summary: "Its host alone" },
    port: { names: ["--port"], summary: "Its port alone" },
  },
  run: async ({ values, driver, signal, write }) => {
    const text = await addressOf(() => driver.call("address", [], { signal }));
    if (values.host === values.port) return write(`${text}\n`);
    const found = HOST_AND_PORT.exec(text)?.groups;
    write(`${(values.host ? (found?.v6 ?? found?.name) : found?.port) ?? ""}\n`);
  },
});

/** Without its scheme, if it has one. */
async function addressOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    const answer = await ask();
    if (typeof answer !== "string")
      throw new CommandError("the driver's address is no text: look at its log");
    return SCHEME.test(answer) ? answer.replace(SCHEME, "").replace(/[/?#].*$/s, "") : answer;
  } catch (cause) {
    if (cause instanceof DriverError && cause.code === "not-implemented") {
      throw new CommandError("this driver has no address to connect to directly: use its stream instead", {
        cause,
      });
    }
    throw cause;
  }
}

const forwardTcp = defineCommand({
  name: "forward-tcp",
  summary: "Forward a local TCP port to the service",
  details: "PORT is the TCP port to listen on.",
  arguments: { port: { value: "integer" } },
  options: {
    address: {
      names: ["--address"],
      value: "text",
      default: "localhost",
      showDefault: true,
      summary: "Address to listen on",
    },
  },
  run: async ({ values: { port }, group }) => {
    throw new CommandError(
      `a page cannot listen on a TCP port: on a computer, in jmp shell, run \`${group} forward-tcp ${port}\``,
    );
  },
});

const forwardUnix = defineCommand({
  name: "forward-unix",
  summary: "Forward a local Unix domain socket to the service",
  details: "PATH is where the socket is made, by default somewhere under $XDG_RUNTIME_DIR.",
  arguments: { path: { value: "path", count: "optional" } },
  run: async ({ group }) => {
    throw new CommandError(
      `a page cannot make a Unix domain socket: on a computer, in jmp shell, run \`${group} forward-unix\``,
    );
  },
});

export const networkCommands: CommandGroup = {
  summary: "A network service",
  options: {},
  commands: [address, forwardTcp, forwardUnix],
  children: false,
};
