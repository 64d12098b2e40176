import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { defineDriver } from "../../drivers/base/driver.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import { exportedCall, exportedMethods } from "../../drivers/base/methods.ts";
import { FakeUsb } from "../../drivers/simulation/fake-usb.ts";
import { LoopbackUsb } from "../../drivers/simulation/loopback-usb.ts";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { createTestStorage } from "../../drivers/testing/test-resources.ts";
import { testCatalogue, testDriver } from "../exporter/testing/connected.ts";
import { ScriptedRunner } from "../exporter/testing/scripted-runner.ts";
import type {
  Bench,
  ExporterSnapshot,
  FromWorker,
  LogRecord,
  ReplyResult,
  Share,
  ToWorker,
} from "../messages.ts";
import { ExporterHost } from "./exporter-host.ts";

const HEAD = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata: {name: bench}
export: {power: {type: test.Power}}
`;
const WITH_PROBE = HEAD.replace("}}", "}, probe: {type: test.Probe}}");
const HOOKS = `hooks:
  beforeLease: {script: ./on.sh, onFailure: exit}
  afterLease: {script: j power off}
`;

/** Longer than any pause of the lifecycle, and shorter than a hook's timeout. */
const PAUSES_MS = 10_000;

const FOR_ANA = { name: "Ana", role: "view", lifetimeMs: 3_600_000, oneTime: false } as const;

/** A relay that nobody answers at: what a page does without one is all that is tested here. */
class DeadSocket extends EventTarget {
  binaryType = "blob";
  readonly bufferedAmount = 0;
  send(): void {
    throw new Error("it is not open");
  }
  close(): void {}
}

async function unused(): Promise<never> {
  throw new Error("this test has neither codecs nor a network");
}

/** Needs one of the gadgets, of which it opens none. */
const probe = defineDriver({
  type: "test.Probe",
  summary: "A driver over USB.",
  config: v.object({}),
  create({ path, devices }) {
    const binding = devices.usb?.bind(path, { filters: [{ vendorId: 0x1209 }], hint: "a gadget" });
    return testDriver({ [Symbol.asyncDispose]: async () => binding?.[Symbol.dispose]() });
  },
});

function world({ usb }: { usb?: USB } = {}) {
  const clock = new ManualClock();
  const scripts = new ScriptedRunner();
  const posted: FromWorker[] = [];
  const replies = new Map<number, ReplyResult>();
  const driverLog: string[] = [];
  let id = 0;
  let secrets = 0;
  const others = testCatalogue({
    "test.Power": () =>
      testDriver({
        methods: exportedMethods({ on: exportedCall({}, () => "switched on") }),
        reset: async () => void driverLog.push("reset"),
        [Symbol.asyncDispose]: async () => void driverLog.push("stopped"),
      }),
  });
  const host = new ExporterHost({
    catalogue: {
      ...others,
      find: (type) =>
        type === probe.type
          ? { kind: "available", summary: probe.summary, load: async () => probe }
          : others.find(type),
    },
    clock,
    serial: undefined,
    usb,
    schedule: (run) => void settle().then(run),
    random: () => 0.5,
    newSecret: () => String(++secrets).padEnd(22, "s"),
    instance: "test",
    createSocket: () => new DeadSocket() as unknown as WebSocket,
    answers: () => Promise.resolve(false),
    post: (message) => {
      if (message.kind === "reply") replies.set(message.id, message.result);
      else posted.push(message);
    },
    scripts,
    storage: createTestStorage(),
    codecs: { decoder: unused, encoder: unused },
    fetch: unused,
  });
  type Request = ToWorker extends infer Message
    ? Message extends ToWorker
      ? Omit<Message, "id">
      : never
    : never;
  const ask = async (request: Request): Promise<JsonValue> => {
    id += 1;
    const own = id;
    await host.receive({ ...request, id: own } as ToWorker);
    const result = replies.get(own);
    if (result === undefined) throw new Error("no reply");
    if (!result.ok) throw new Error(result.message);
    return result.value;
  };
  return {
    clock,
    scripts,
    driverLog,
    ask,
    /** Answered, and what begins then has begun. */
    start: async (hooks: string, parts: Partial<Bench> = {}) => {
      await ask({
        kind: "start",
        bench: {
          id: "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11",
          yaml: `${HEAD}${hooks}`,
          passphrase: "secret",
          bindings: {},
          access: "shared",
          shares: [],
          files: { "./on.sh": "j power on\n" },
          ...parts,
        },
        relay: { url: "ws://127.0.0.1:1/tunnel", attachToken: undefined },
        takeOver: false,
      });
      await settle();
    },
    /** What the window was told last; all that is due is sent first. */
    snapshot: async (): Promise<ExporterSnapshot> => {
      await clock.advance(200);
      const last = posted.findLast((message) => message.kind === "snapshot");
      if (last?.kind !== "snapshot") throw new Error("no snapshot was sent");
      return last.snapshot;
    },
    /** The links that the window was told to keep, each time. */
    kept: (): (readonly Share[])[] =>
      posted.flatMap((message) => (message.kind === "shares" ? [message.shares] : [])),
    log: (): LogRecord[] => posted.flatMap((message) => (message.kind === "log" ? message.records : [])),
    exit: async (exitCode: number) => {
      scripts.last.exit(exitCode);
      await settle();
    },
  };
}

describe("ExporterHost", () => {
  it("answers a start when the drivers are up, and runs the hook with the file that came along", async () => {
    const { start, snapshot, scripts, exit, clock } = world();
    const startedAt = clock.now();
    await start(HOOKS);
    expect(scripts.scripts).toEqual(["j power on\n"]);
    expect(await snapshot()).toMatchObject({
      phase: "running",
      status: { name: "BEFORE_LEASE_HOOK", message: "Running beforeLease hook", since: startedAt },
      hook: { name: "beforeLease", startedAt, timeoutMs: 120_000 },
      inUseBy: undefined,
    });
    await exit(0);
    expect(await snapshot()).toMatchObject({
      phase: "running",
      status: { name: "LEASE_READY" },
      hook: undefined,
    });
  });

  it("gives hooks j, which drives the page's own drivers, passphrase or not", async () => {
    const { start, scripts, log, snapshot } = world();
    await start(HOOKS);
    const { j } = scripts.last.request.commands;
    const signal = new AbortController().signal;
    expect(await j?.(["power", "on"], { stdin: "", signal })).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    await snapshot();
    expect(log()).toContainEqual(
      expect.objectContaining({ message: "Operation completed", operation: "on", driver: "power" }),
    );
  });

  it("runs afterLease before the drivers go down, and says stopping meanwhile", async () => {
    const { start, ask, snapshot, exit, driverLog, clock } = world();
    await start(HOOKS);
    await exit(0);
    const stopped = ask({ kind: "stop" });
    await settle();
    expect(await snapshot()).toMatchObject({ phase: "stopping", hook: { name: "afterLease" } });
    expect(driverLog).toEqual(["reset"]);
    await exit(0);
    await clock.advance(PAUSES_MS);
    await stopped;
    expect(driverLog).toEqual(["reset", "stopped"]);
    expect(await snapshot()).toMatchObject({ phase: "idle", status: { name: "OFFLINE" }, hook: undefined });
  });

  it("ends the afterLease hook at a second stop", async () => {
    const { start, ask, scripts, exit, clock } = world();
    await start(HOOKS);
    await exit(0);
    const stops = [ask({ kind: "stop" })];
    await settle();
    stops.push(ask({ kind: "stop" }));
    await settle();
    expect(scripts.last.signal.aborted).toBe(true);
    await clock.advance(PAUSES_MS);
    await Promise.all(stops);
  });

  it("gives the afterLease hook no more time than a stop has", async () => {
    const { start, ask, scripts, exit, clock, snapshot } = world();
    await start(HOOKS);
    await exit(0);
    const stopped = ask({ kind: "stop", hookMs: 3000 });
    await clock.advance(2999);
    expect(scripts.last.signal.aborted).toBe(false);
    await clock.advance(PAUSES_MS);
    await stopped;
    expect((await snapshot()).phase).toBe("idle");
  });

  it("runs afterLease of what runs before it starts something else", async () => {
    const { start, scripts, exit, clock, snapshot } = world();
    await start(HOOKS);
    await exit(0);
    const again = start("");
    await settle();
    expect(scripts.scripts.at(-1)).toBe("j power off");
    await exit(0);
    await clock.advance(PAUSES_MS);
    await again;
    expect(await snapshot()).toMatchObject({ phase: "running", status: { name: "LEASE_READY" } });
  });

  it("fails with the hook and its line when a hook with exit fails, and starts again", async () => {
    const { start, exit, clock, snapshot, driverLog } = world();
    await start(HOOKS);
    await exit(2);
    expect(await snapshot()).toMatchObject({
      phase: "running",
      status: { name: "BEFORE_LEASE_HOOK_FAILED" },
    });
    await clock.advance(PAUSES_MS);
    const { phase, failure } = await snapshot();
    expect(phase).toBe("failed");
    expect(failure).toMatch(
      /^line 6: beforeLease hook failed \(on_failure=exit\): Hook failed with exit code 2; /,
    );
    expect(driverLog.at(-1)).toBe("stopped");
    await start("");
    expect(await snapshot()).toMatchObject({ phase: "running", failure: undefined });
  });

  it("ends a session from the page, and answers when the next one is ready", async () => {
    const { start, ask, exit, scripts, snapshot, driverLog } = world();
    await start(HOOKS);
    await exit(0);
    let answered = false;
    const ended = ask({ kind: "end-session" }).then(() => {
      answered = true;
    });
    await settle();
    await exit(0);
    expect(scripts.scripts).toEqual(["j power on\n", "j power off", "j power on\n"]);
    expect(answered).toBe(false);
    await exit(0);
    await ended;
    expect(driverLog).toEqual(["reset", "reset"]);
    expect(await snapshot()).toMatchObject({ status: { name: "LEASE_READY" } });
  });

  it("shows which USB device a driver has, and gives it the one that a person chooses", async () => {
    const usb = new FakeUsb();
    for (const serialNumber of ["one", "two"]) usb.plug({ device: new LoopbackUsb({ serialNumber }) });
    const { start, ask, snapshot } = world({ usb });
    await start("", { yaml: WITH_PROBE });
    const binding = async () =>
      (await snapshot()).drivers.find(({ name }) => name === "probe")?.binding ?? "no binding";
    expect(await binding()).toEqual({
      kind: "usb",
      status: "unbound",
      label: "a gadget",
      request: { filters: [{ vendorId: 0x1209 }], hint: "a gadget" },
    });
    const port = { usbVendorId: 0x1209, usbProductId: 1, usbSerialNumber: "two" };
    await ask({ kind: "bind", path: ["probe"], port });
    expect(await binding()).toMatchObject({ status: "present", label: "Loopback 1209:0001" });
    const [, chosen] = await usb.getDevices();
    if (chosen === undefined) throw new Error("two are plugged in");
    usb.unplug(chosen);
    expect(await binding()).toMatchObject({ status: "missing" });
    await ask({ kind: "stop" });
  });

  it("runs the rest where the site may not use USB", async () => {
    const usb = new FakeUsb();
    usb.forbidden = true;
    const { start, snapshot, log } = world({ usb });
    await start("", { yaml: WITH_PROBE });
    expect(await snapshot()).toMatchObject({
      phase: "running",
      drivers: [{ name: "power" }, { name: "probe", binding: { status: "missing" } }],
    });
    expect(log()).toContainEqual(
      expect.objectContaining({ severity: "WARNING", message: expect.stringMatching(/site's settings/) }),
    );
  });

  it("makes links, ends them and forgets them, and tells the window each time", async () => {
    const page = world();
    await page.start("");
    const share = (await page.ask({ kind: "create-share", ...FOR_ANA })) as unknown as Share;
    expect(share).toMatchObject({ name: "Ana", role: "view", secret: expect.stringMatching(/^\w{22}$/) });
    expect((await page.snapshot()).shares).toEqual([share]);
    await page.ask({ kind: "revoke-share", share: share.id });
    expect((await page.snapshot()).shares).toMatchObject([{ ended: { why: "revoked" } }]);
    await page.ask({ kind: "revoke-share", share: share.id, forget: true });
    expect((await page.snapshot()).shares).toEqual([]);
    expect(page.kept().map((shares) => shares.map(({ ended }) => ended?.why))).toEqual([
      [undefined],
      ["revoked"],
      [],
    ]);
    await expect(page.ask({ kind: "revoke-share", share: share.id })).rejects.toThrow(
      "not in the list any more",
    );
    await expect(page.ask({ kind: "create-share", ...FOR_ANA, name: " " })).rejects.toThrow("needs a name");
  });

  it("goes on with the links that a bench had, and shows them also when it has stopped", async () => {
    const before = world();
    await before.start("");
    await before.ask({ kind: "create-share", ...FOR_ANA });
    const [shares = []] = before.kept();
    const page = world();
    await page.start("", { shares });
    expect((await page.snapshot()).shares).toEqual(shares);
    await page.ask({ kind: "stop" });
    expect((await page.snapshot()).shares).toEqual(shares);
    expect(page.kept()).toEqual([]);
  });

  it("makes no link where everybody may drive", async () => {
    const page = world();
    await page.start("", { passphrase: undefined });
    await expect(page.ask({ kind: "create-share", ...FOR_ANA })).rejects.toThrow("would keep nobody out");
  });

  it("lets the person at the board say who drives", async () => {
    const page = world();
    await page.start("");
    const holder = async (): Promise<string> => (await page.snapshot()).seat.holder.kind;
    expect(await holder()).toBe("free");
    await page.ask({ kind: "seat", action: "take" });
    expect(await holder()).toBe("board");
    await page.ask({ kind: "seat", action: "free" });
    expect(await holder()).toBe("free");
    for (const action of ["grant", "refuse"] as const) {
      await expect(page.ask({ kind: "seat", action, share: "nobody" })).rejects.toThrow("nobody asks");
    }
  });

  it("says that nothing runs, where something has to", async () => {
    const { ask } = world();
    for (const kind of ["end-session", "open-shell"] as const) {
      const { port1, port2 } = new MessageChannel();
      await expect(ask({ kind, port: port1 })).rejects.toThrow("press Start");
      port1.close();
      port2.close();
    }
  });

  it("checks a configuration with its files", async () => {
    const { ask } = world();
    const check = { kind: "check", yaml: `${HEAD}${HOOKS}` } as const;
    expect(await ask({ ...check, files: { "./on.sh": "true" } })).toMatchObject({
      problems: [],
      startable: true,
    });
    expect(await ask(check)).toMatchObject({ problems: [{ severity: "warning", line: 6 }], startable: true });
  });
});
