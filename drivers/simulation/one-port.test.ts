import { expect, it } from "vitest";
import { devicesOfOnePort } from "./one-port.ts";
import { createLoopbackDevice } from "./simulated-device.ts";

it("is there at once, under any name, and for one driver instance", async () => {
  await using devices = await devicesOfOnePort({ device: createLoopbackDevice() });
  using first = devices.bind(["serial"], { kind: "any", hint: "/dev/ttyANY" });
  expect(first.port()).toBeDefined();
  using second = devices.bind(["another"], { kind: "any", hint: "/dev/ttyANY" });
  expect([first.status, second.status]).toEqual(["present", "unbound"]);
});
