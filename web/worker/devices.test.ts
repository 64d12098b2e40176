import { expect, it } from "vitest";
import { catalogue } from "../../drivers/registry.ts";
import { FakeSerial } from "../../drivers/simulation/fake-serial.ts";
import { createLoopbackDevice } from "../../drivers/simulation/simulated-device.ts";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { createTestStorage } from "../../drivers/testing/test-resources.ts";
import { ScriptedRunner } from "../exporter/testing/scripted-runner.ts";
import type { Bench, DriverSnapshot, FromWorker, ReplyResult, ToWorker } from "../messages.ts";
import { ExporterHost } from "./exporter-host.ts";

const YAML = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata: {name: rack}
export:
  left: {type: jumpstarter_driver_pyserial.driver.PySerial, config: {url: "hwgrep://10c4:ea60"}}
  right: {type: jumpstarter_driver_pyserial.driver.PySerial, config: {url: "hwgrep://10c4:ea60"}}
`;

/** A relay that nobody answers at: devices need none. */
class DeadSocket extends EventTarget {
  binaryType = "blob";
  readonly bufferedAmount = 0;
  close(): void {}
}

async function unused(): Promise<never> {
  throw new Error("this test has neither codecs nor a network");
}

/** One load of the page: its worker, over the computer's sockets. */
async function load(serial: FakeSerial, bindings: Bench["bindings"] = {}) {
  const clock = new ManualClock();
  const posted: FromWorker[] = [];
  const host = new ExporterHost({
    catalogue,
    clock,
    serial,
    usb: undefined,
    schedule: (run) => void settle().then(run),
    random: () => 0.5,
    newSecret: () => "s".repeat(22),
    instance: "test",
    createSocket: () => new DeadSocket() as unknown as WebSocket,
    answers: () => Promise.resolve(false),
    post: (message) => void posted.push(message),
    scripts: new ScriptedRunner(),
    storage: createTestStorage(),
    codecs: { decoder: unused, encoder: unused },
    fetch: unused,
  });
  let id = 0;
  const ask = async (
    request: { readonly kind: ToWorker["kind"] } & Record<string, unknown>,
  ): Promise<void> => {
    id += 1;
    await host.receive({ ...request, id } as unknown as ToWorker);
    const reply = posted.findLast((message) => message.kind === "reply" && message.id === id);
    expect(reply?.kind === "reply" && reply.result).toMatchObject({
      ok: true,
    } satisfies Partial<ReplyResult>);
  };
  await ask({
    kind: "start",
    bench: {
      id: "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11",
      yaml: YAML,
      passphrase: undefined,
      bindings,
      access: "shared",
      shares: [],
      files: {},
    },
    relay: { url: "ws://127.0.0.1:1/tunnel", attachToken: undefined },
    takeOver: false,
  });
  const drivers = async (): Promise<readonly DriverSnapshot[]> => {
    await clock.advance(200);
    const last = posted.findLast((message) => message.kind === "snapshot");
    return last?.kind === "snapshot" ? last.snapshot.drivers : [];
  };
  return {
    ask,
    /** What the cards show of both: "present guess". */
    cards: async () =>
      (await drivers()).map(({ binding }) => `${binding?.status} ${binding?.twin ?? "alone"}`),
    /** What the window keeps for a reload. */
    told: async () =>
      Object.fromEntries(
        (await drivers()).flatMap(({ name, binding }) => (binding?.told ? [[name, binding.told]] : [])),
      ),
    log: async () => {
      await clock.advance(200);
      return posted.flatMap((message) => (message.kind === "log" ? message.records : []));
    },
    stop: () => ask({ kind: "stop" }),
  };
}

it("two identical adapters are told apart on their cards, by unplugging one, and are known after a replug and a reload", async () => {
  const serial = new FakeSerial();
  const plug = () =>
    serial.plug({ device: createLoopbackDevice(), info: { usbVendorId: 0x10c4, usbProductId: 0xea60 } });
  const [, two] = [plug(), plug()];
  const page = await load(serial);
  expect(await page.cards()).toEqual(["present guess", "present guess"]);

  await page.ask({ kind: "tell-apart", path: ["left"], answer: "ask" });
  expect(await page.cards()).toEqual(["present unplug", "present guess"]);
  serial.unplug(two);
  expect(await page.cards()).toEqual(["missing plug", "present guess"]);
  let leftPort = plug();
  expect(await page.cards()).toEqual(["present told", "present told"]);

  serial.unplug(leftPort);
  expect(await page.cards()).toEqual(["missing alone", "present told"]);
  leftPort = plug();
  await page.ask({ kind: "devices-changed" });
  expect(await page.cards()).toEqual(["present told", "present told"]);
  const lines = (await page.log()).map(({ message }) => message);
  expect(lines.slice(-2)).toEqual([
    "left has lost its device: CP2102 USB-serial 10c4:ea60",
    "left has its device: CP2102 USB-serial 10c4:ea60",
  ]);
  const kept = await page.told();
  expect(kept.left?.place).toEqual({ index: 1, of: 2 });
  await page.stop();

  const again = await load(serial, kept);
  expect(await again.cards()).toEqual(["present told", "present told"]);
  serial.unplug(leftPort);
  expect(await again.cards()).toEqual(["missing alone", "present told"]);
  await again.stop();
});
