/** Hooks as clients see them: over the wire, through a real tunnel pair, with scripts that the test plays by hand. */

import { Code, createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { exportedCall, exportedMethods, exportedStream } from "../../drivers/base/methods.ts";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { ExporterStatus, LogSource } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { FrameType, RouterService } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { HookConfig } from "./config.ts";
import { FAILURE_SHOWN_MS } from "./lifecycle.ts";
import { END_SESSION_ANSWER_MS } from "./services.ts";
import { connect, driverNode, testDriver } from "./testing/connected.ts";
import { ScriptedRunner } from "./testing/scripted-runner.ts";

const POWER = "test.Power";

function hook(parts: Partial<HookConfig> = {}): HookConfig {
  return { script: "x", timeoutMs: 60_000, onFailure: "warn", line: 4, ...parts };
}

async function world(hooks: { beforeLease?: HookConfig; afterLease?: HookConfig }) {
  const clock = new ManualClock();
  const scripts = new ScriptedRunner();
  const failures: string[] = [];
  const made = await connect({
    children: [driverNode("power", POWER)],
    drivers: {
      [POWER]: () =>
        testDriver({
          methods: exportedMethods({
            on: exportedCall({}, () => "switched on"),
            connect: exportedStream(async () => ({
              readable: new ReadableStream(),
              writable: new WritableStream(),
            })),
          }),
        }),
    },
    clock,
    hooks,
    scripts,
    onFatal: (failure) => failures.push(failure),
    idle: true,
  });
  void made.exporter.begin();
  await settle();
  const client = createClient(ExporterService, made.transport);
  const { reports } = await client.getReport({});
  const uuid = reports.find((report) => report.labels["jumpstarter.dev/name"] === "power")?.uuid ?? "";
  return {
    made,
    clock,
    scripts,
    failures,
    client,
    router: createClient(RouterService, made.transport),
    uuid,
    exit: async (exitCode: number, file?: string) => {
      scripts.last.exit(exitCode, file);
      await settle();
    },
    status: async () => (await client.getStatus({})).status,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

const open = (uuid: string) => ({
  headers: { request: JSON.stringify({ kind: "driver", uuid, method: "connect" }) },
});

async function* nothing(): AsyncGenerator<{ payload: Uint8Array; frameType: FrameType }> {
  yield { payload: new Uint8Array(0), frameType: FrameType.GOAWAY };
}

describe("hooks, seen by clients", () => {
  it("are live: the status and each line are there while the hook runs, also for who comes later", async () => {
    await using made = await world({ beforeLease: hook() });
    expect(await made.client.getStatus({})).toMatchObject({
      status: ExporterStatus.BEFORE_LEASE_HOOK,
      message: "Running beforeLease hook",
      statusVersion: 1n,
      previousStatus: ExporterStatus.AVAILABLE,
    });
    made.scripts.last.say("early");
    const leave = new AbortController();
    const log = made.client.logStream({}, { signal: leave.signal })[Symbol.asyncIterator]();
    expect((await log.next()).value).toMatchObject({
      message: "early",
      severity: "INFO",
      source: LogSource.BEFORE_LEASE_HOOK,
    });
    const next = log.next();
    made.scripts.last.say("live");
    expect((await next).value).toMatchObject({ message: "live", source: LogSource.BEFORE_LEASE_HOOK });
    await made.exit(0);
    expect(await made.status()).toBe(ExporterStatus.LEASE_READY);
    leave.abort();
  });

  it("greet clients with the configuration's words and the hook's, until the next session", async () => {
    await using made = await world({ beforeLease: hook() });
    await made.exit(0, "board 7\n");
    expect((await made.client.getReport({})).motd).toBe("hello\nboard 7");
    void made.made.exporter.endSession();
    await settle();
    await made.exit(0);
    expect((await made.client.getReport({})).motd).toBe("hello");
  });

  it("G07: let drivers be called and streams be opened while they run, and not when they have failed", async () => {
    await using made = await world({ beforeLease: hook({ onFailure: "endLease" }), afterLease: hook() });
    const { client, router, uuid } = made;
    const call = async (): Promise<unknown> =>
      (await client.driverCall({ uuid, method: "on" })).result?.kind.value;
    const stream = (): Promise<unknown> =>
      router.stream(nothing(), open(uuid))[Symbol.asyncIterator]().next();
    expect(await call()).toBe("switched on");
    await made.exit(1);
    for (const refused of [call(), stream()]) {
      await expect(refused).rejects.toMatchObject({
        code: Code.FailedPrecondition,
        rawMessage: "Exporter not ready for driver calls (status: BEFORE_LEASE_HOOK_FAILED)",
      });
    }
    void made.made.exporter.endSession();
    await settle();
    await made.exit(0);
    expect(await call()).toBe("switched on");
    void made.made.exporter.endSession();
    await settle();
    expect(await made.status()).toBe(ExporterStatus.AFTER_LEASE_HOOK);
    expect(await call()).toBe("switched on");
  });

  it("EndSession is answered in time while afterLease runs, in Python's words, and the next session comes", async () => {
    await using made = await world({ afterLease: hook() });
    const answers = [made.client.endSession({}), made.client.endSession({})];
    while ((await made.status()) !== ExporterStatus.AFTER_LEASE_HOOK) await settle();
    // Both have their two seconds, and the hook has its minute.
    while (made.clock.sleeping < 3) await settle();
    await made.clock.advance(END_SESSION_ANSWER_MS);
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({
        success: true,
        message: "Session end triggered, afterLease hook running asynchronously",
      });
    }
    await made.exit(0);
    expect(await made.status()).toBe(ExporterStatus.LEASE_READY);
    expect(made.scripts.scripts).toHaveLength(1);
  });

  it("EndSession says when there is no next session", async () => {
    await using made = await world({ beforeLease: hook({ onFailure: "endLease" }) });
    await made.exit(0);
    const answer = made.client.endSession({});
    while (made.scripts.played.length < 2) await settle();
    await made.exit(5);
    expect(await answer).toMatchObject({
      success: true,
      message:
        "Session ended, there is no next one: beforeLease hook failed (on_failure=endLease): Hook failed with exit code 5",
    });
  });

  it("EndSession has no lease to end once the exporter is stopped", async () => {
    await using made = await world({});
    await made.made.exporter.stop();
    expect(await made.client.endSession({})).toMatchObject({
      success: false,
      message: "No active lease context",
    });
  });

  it("go on when the client that watched them leaves in the middle", async () => {
    await using made = await world({ beforeLease: hook() });
    const leave = new AbortController();
    const log = made.client.logStream({}, { signal: leave.signal })[Symbol.asyncIterator]();
    made.scripts.last.say("first");
    await log.next();
    leave.abort();
    while (made.made.log.readers > 0) await settle();
    expect(made.scripts.last.signal.aborted).toBe(false);
    await made.exit(0);
    expect(await made.status()).toBe(ExporterStatus.LEASE_READY);
  });

  it("that fail with exit are read by a client that waits, before the exporter goes away", async () => {
    await using made = await world({ beforeLease: hook({ onFailure: "exit" }) });
    await made.exit(3);
    expect(await made.client.getStatus({})).toMatchObject({
      status: ExporterStatus.BEFORE_LEASE_HOOK_FAILED,
      message: "beforeLease hook failed (on_failure=exit, shutting down): Hook failed with exit code 3",
    });
    await made.clock.advance(FAILURE_SHOWN_MS);
    expect(await made.client.getStatus({})).toMatchObject({
      status: ExporterStatus.OFFLINE,
      message: "Exporter shutting down due to beforeLease hook failure",
    });
    expect(made.failures).toHaveLength(1);
  });

  it("H13: put nothing into the log but their own lines and the lines about their failure", async () => {
    await using made = await world({ beforeLease: hook(), afterLease: hook() });
    made.scripts.last.say("mine");
    await made.exit(1);
    const stopped = made.made.exporter.stop();
    await settle();
    await made.exit(0);
    await made.clock.advance(60_000);
    await stopped;
    expect(made.made.log.since(0).lines.map(({ source, message }) => `${source}: ${message}`)).toEqual([
      "beforeLease: mine",
      "beforeLease: Hook failed with exit code 1 (on_failure=warn, continuing)",
    ]);
  });
});
