import { describe, expect, it } from "vitest";
import type { Driver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { JsonValue } from "../base/json.ts";
import { exportedCall, exportedMethods } from "../base/methods.ts";
import { driverHandle, startCommand } from "../testing/driver-handle.ts";
import { createTestContext } from "../testing/test-context.ts";
import { networkCommands } from "./commands.ts";
import { definition } from "./driver.ts";

function serviceAt(answer: () => JsonValue) {
  const driver: Driver = {
    clientClass: "jumpstarter_driver_network.client.NetworkClient",
    category: "network",
    methods: exportedMethods({ address: exportedCall({}, answer) }),
    async [Symbol.asyncDispose]() {},
  };
  return driverHandle(driver);
}

/** What is printed for the whole, for --host and for --port. */
const ADDRESSES: readonly (readonly [string, string, string, string])[] = [
  ["127.0.0.1:8080", "127.0.0.1:8080", "127.0.0.1", "8080"],
  ["tcp://127.0.0.1:8080", "127.0.0.1:8080", "127.0.0.1", "8080"],
  ["udp://[::1]:53", "[::1]:53", "::1", "53"],
  ["localhost:22", "localhost:22", "localhost", "22"],
  ["http://board.local:80/path?x#y", "board.local:80", "board.local", "80"],
  ["board", "board", "board", ""],
  ["", "", "", ""],
];

describe("j network", () => {
  for (const [address, whole, host, port] of ADDRESSES) {
    it(`prints the parts of ${JSON.stringify(address)}`, async () => {
      const print = async (values: { host: boolean; port: boolean }) => {
        const run = startCommand(
          networkCommands,
          "address",
          serviceAt(() => address),
          { values },
        );
        await run.done;
        return run.out;
      };
      expect(await print({ host: false, port: false })).toBe(`${whole}\n`);
      expect(await print({ host: true, port: true })).toBe(`${whole}\n`);
      expect(await print({ host: true, port: false })).toBe(`${host}\n`);
      expect(await print({ host: false, port: true })).toBe(`${port}\n`);
    });
  }

  it("says so when the driver has no address", async () => {
    const handle = driverHandle(await definition.create(createTestContext(), {}));
    const run = startCommand(networkCommands, "address", handle, { values: { host: false, port: false } });
    await expect(run.done).rejects.toThrow("has no address to connect to directly");
  });

  it("says so when the address is no text, and tells other failures as they are", async () => {
    const values = { host: false, port: false };
    await expect(
      startCommand(
        networkCommands,
        "address",
        serviceAt(() => 8080),
        { values },
      ).done,
    ).rejects.toThrow("no text");
    const failing = serviceAt(() => {
      throw new DriverError("connection", "the service is down: start it");
    });
    await expect(startCommand(networkCommands, "address", failing, { values }).done).rejects.toThrow(
      "the service is down: start it",
    );
  });

  it("names the command to run on a computer where a page cannot listen", async () => {
    const handle = serviceAt(() => "");
    await expect(
      startCommand(networkCommands, "forward-tcp", handle, { values: { port: 8022 } }).done,
    ).rejects.toThrow("in jmp shell, run `j device forward-tcp 8022`");
    await expect(startCommand(networkCommands, "forward-unix", handle).done).rejects.toThrow(
      "in jmp shell, run `j device forward-unix`",
    );
  });
});
