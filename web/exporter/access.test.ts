import { Code, createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../drivers/testing/manual-clock.ts";
import { CLIENT_HEADER } from "../../proto/client-header.ts";
import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import { ExporterService } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { RouterService } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { Access, callerOf, HOLD_GRACE_MS, MAX_GREETED, MAX_MEMBERS } from "./access.ts";
import { connect, driverNode, testDriver } from "./testing/connected.ts";

const A1 = callerOf("10.0.0.1 a1");
const A2 = callerOf("10.0.0.1 a2");
const B1 = callerOf("10.0.0.2 b1");
const UNKNOWN = callerOf(null);

function exclusive() {
  const clock = new ManualClock();
  let changes = 0;
  const access = new Access({
    access: "exclusive",
    clock,
    onChange: () => {
      changes += 1;
    },
  });
  return { access, clock, changes: () => changes };
}

/** Holds, or fails. */
function held(access: Access, caller: ReturnType<typeof callerOf>): () => void {
  const release = access.hold(caller);
  if (typeof release === "string") throw new Error(release);
  return release;
}

describe("callerOf()", () => {
  for (const [header, address, connection] of [
    ["192.168.7.20 1a", "192.168.7.20", "1a"],
    ["2001:db8:0:7::/64 z", "2001:db8:0:7::/64", "z"],
    ["", "", ""],
    ["odd", "odd", ""],
    [null, "", ""],
  ] as const) {
    it(`reads ${header}`, () => {
      expect(callerOf(header)).toEqual({ address, connection });
    });
  }
});

describe("exclusive access", () => {
  it("refuses nobody while nobody has a shell open", () => {
    const { access } = exclusive();
    expect(access.statusRefusal(A1)).toBeUndefined();
    expect(access.refusal(B1)).toBeUndefined();
    expect(access.holder).toBeUndefined();
  });

  it("lets others hear who has the board, and for how long", async () => {
    const { access, clock } = exclusive();
    const since = clock.now();
    held(access, A1);
    expect(access.holder).toEqual({ client: "10.0.0.1", since });
    for (const [ms, time] of [
      [0, "0 s"],
      [59_999, "59 s"],
      [1, "1 min"],
      [3_600_000, "1 h 1 min"],
    ] as const) {
      await clock.advance(ms);
      expect(access.refusal(B1)).toBe(
        `in use by 10.0.0.1 for ${time}: ask there to leave the shell, or come back later`,
      );
    }
  });

  it("lets the holder's machine do everything but open a second shell", () => {
    const { access } = exclusive();
    access.statusRefusal(A1);
    held(access, A1);
    expect(access.refusal(A1)).toBeUndefined();
    expect(access.refusal(A2)).toBeUndefined();
    expect(access.statusRefusal(A1)).toBeUndefined();
    expect(access.statusRefusal(A2)).toEqual({
      sentence: expect.stringContaining("another shell is open on this machine"),
      asStatus: true,
    });
    expect(access.hold(A2)).toContain("in use by 10.0.0.1");
  });

  it("knows all connections of a client that asked for the status over another than its log", () => {
    const { access } = exclusive();
    const [four, six] = [callerOf("127.0.0.1 1"), callerOf("0:0:0:0::/64 2")];
    access.statusRefusal(six);
    held(access, four);
    expect(access.statusRefusal(six)).toBeUndefined();
    expect(access.statusRefusal(four)).toBeUndefined();
    expect(access.refusal(six)).toBeUndefined();
    expect(access.statusRefusal(callerOf("127.0.0.1 3"))).toMatchObject({ asStatus: true });
  });

  it("goes to the first of two log streams, and the other hears it at its next question", () => {
    const { access } = exclusive();
    for (const caller of [A1, A2, B1]) expect(access.statusRefusal(caller)).toBeUndefined();
    held(access, A1);
    expect(access.hold(B1)).toContain("in use by 10.0.0.1");
    expect(access.hold(A2)).toContain("in use by 10.0.0.1");
    for (const caller of [A2, B1]) expect(access.statusRefusal(caller)).toMatchObject({ asStatus: true });
    expect(access.statusRefusal(callerOf("10.0.0.2 b2"))).toMatchObject({ asStatus: false });
    expect(access.statusRefusal(A1)).toBeUndefined();
  });

  it("stays for a while after the log stream has ended, and then is free", async () => {
    const { access, clock, changes } = exclusive();
    const release = held(access, A1);
    release();
    await clock.advance(HOLD_GRACE_MS - 1);
    expect(access.refusal(B1)).toContain("in use");
    const before = changes();
    await clock.advance(1);
    expect(access.refusal(B1)).toBeUndefined();
    expect(access.holder).toBeUndefined();
    expect(changes()).toBe(before + 1);
    held(access, B1);
    expect(access.holder?.client).toBe("10.0.0.2");
  });

  it("goes on when the log stream comes back in time, also over another connection", async () => {
    const { access, clock } = exclusive();
    held(access, A1)();
    await clock.advance(HOLD_GRACE_MS - 1);
    expect(access.statusRefusal(A2)).toBeUndefined();
    const release = held(access, A2);
    await clock.advance(10 * HOLD_GRACE_MS);
    expect(access.refusal(B1)).toContain("in use");
    expect(access.statusRefusal(A1)).toBeUndefined();
    expect(access.statusRefusal(A2)).toBeUndefined();
    release();
    await clock.advance(HOLD_GRACE_MS);
    expect(access.refusal(B1)).toBeUndefined();
    expect(clock.sleeping).toBe(0);
  });

  it("ends with the last of two log streams of one connection; ending one twice counts once", async () => {
    const { access, clock } = exclusive();
    const [first, second] = [held(access, A1), held(access, A1)];
    first();
    first();
    await clock.advance(2 * HOLD_GRACE_MS);
    expect(access.refusal(B1)).toContain("in use");
    second();
    await clock.advance(HOLD_GRACE_MS);
    expect(access.refusal(B1)).toBeUndefined();
  });

  it("treats clients that the relay does not name as one", () => {
    const { access } = exclusive();
    held(access, UNKNOWN);
    expect(access.refusal(UNKNOWN)).toBeUndefined();
    expect(access.refusal(A1)).toContain("in use by a client that the relay does not name");
  });

  it("remembers a bounded number of connections", () => {
    const { access } = exclusive();
    for (let index = 0; index < 10 * MAX_GREETED; index += 1)
      access.statusRefusal(callerOf(`10.0.0.3 ${index}`));
    held(access, A1);
    const asStatus = (index: number) => access.statusRefusal(callerOf(`10.0.0.3 ${index}`))?.asStatus;
    expect(asStatus(9 * MAX_GREETED - 1)).toBe(false);
    expect(asStatus(9 * MAX_GREETED)).toBe(true);
  });

  it("keeps those connections of the holder that still ask, however often its log stream comes back", () => {
    const { access } = exclusive();
    access.statusRefusal(A2);
    let release = held(access, A1);
    for (let time = 1; time <= 2 * MAX_MEMBERS; time += 1) {
      release();
      release = held(access, callerOf(`10.0.0.1 again${time}`));
      expect(access.statusRefusal(A2)).toBeUndefined();
    }
    expect(access.statusRefusal(A1)).toMatchObject({ asStatus: true });
  });

  it("leaves nothing behind when the exporter stops", () => {
    const { access, clock } = exclusive();
    const release = held(access, A1);
    release();
    access.dispose();
    expect(clock.sleeping).toBe(0);
    expect(access.holder).toBeUndefined();
  });
});

describe("shared access", () => {
  it("is everybody's, and nobody holds anything", () => {
    const access = new Access({ access: "shared", clock: new ManualClock(), onChange: () => undefined });
    held(access, A1);
    held(access, B1);
    expect(access.statusRefusal(B1)).toBeUndefined();
    expect(access.refusal(B1)).toBeUndefined();
    expect(access.holder).toBeUndefined();
  });
});

describe("an exporter with exclusive access", () => {
  async function world() {
    const clock = new ManualClock();
    const made = await connect({
      children: [driverNode("power", "test.Power")],
      drivers: { "test.Power": () => testDriver({}) },
      access: "exclusive",
      clock,
    });
    const client = createClient(ExporterService, made.transport);
    const router = createClient(RouterService, made.transport);
    /** Reads the log as `jmp shell` does, until it is told to leave. */
    const openLog = async (from: string) => {
      const leave = new AbortController();
      const reading = (async () => {
        for await (const _ of client.logStream(
          {},
          { headers: { [CLIENT_HEADER]: from }, signal: leave.signal },
        )) {
          // what it says is not this test's business
        }
      })().catch(() => undefined);
      while (made.log.readers === 0) await settle();
      return async () => {
        leave.abort();
        await reading;
        while (made.log.readers > 0) await settle();
        // The handler's own end follows the reader's.
        await settle();
      };
    };
    return { made, clock, client, router, openLog, [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
  }
  const as = (from: string) => ({ headers: { [CLIENT_HEADER]: from } });
  const IN_USE = {
    code: Code.FailedPrecondition,
    rawMessage: expect.stringContaining("in use by 10.0.0.1 for"),
  };

  it("refuses every request of another address with one clean line, until the shell is left", async () => {
    await using made = await world();
    const { client, router, clock } = made;
    const leave = await made.openLog("10.0.0.1 1");
    const asOther = as("10.0.0.2 2");
    await expect(client.getReport({}, asOther)).rejects.toMatchObject(IN_USE);
    await expect(client.getStatus({}, asOther)).rejects.toMatchObject(IN_USE);
    await expect(client.driverCall({}, asOther)).rejects.toMatchObject(IN_USE);
    await expect(client.endSession({}, asOther)).rejects.toMatchObject(IN_USE);
    await expect(client.reset({}, asOther)).rejects.toMatchObject(IN_USE);
    for (const stream of [
      client.logStream({}, asOther),
      client.streamingDriverCall({}, asOther),
      router.stream((async function* () {})(), asOther),
    ]) {
      await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject(IN_USE);
    }
    expect(made.made.exporter.inUseBy).toMatchObject({ client: "10.0.0.1" });
    await leave();
    await clock.advance(HOLD_GRACE_MS);
    expect((await client.getReport({}, asOther)).reports).not.toEqual([]);
    expect(made.made.exporter.inUseBy).toBeUndefined();
  });

  it("lets the holder's machine go on, and tells a second shell there", async () => {
    await using made = await world();
    const { client } = made;
    await client.getStatus({}, as("10.0.0.1 1"));
    const leave = await made.openLog("10.0.0.1 1");
    const asAnotherShell = as("10.0.0.1 9");
    expect((await client.getReport({}, asAnotherShell)).reports).not.toEqual([]);
    expect(await client.getStatus({}, asAnotherShell)).toMatchObject({
      status: ExporterStatus.BEFORE_LEASE_HOOK_FAILED,
      message: expect.stringContaining("in use by 10.0.0.1 for 0 s: another shell is open on this machine"),
    });
    const log = client.logStream({}, asAnotherShell)[Symbol.asyncIterator]();
    await expect(log.next()).rejects.toMatchObject(IN_USE);
    expect((await client.getStatus({}, as("10.0.0.1 1"))).status).toBe(ExporterStatus.LEASE_READY);
    expect((await client.endSession({}, asAnotherShell)).success).toBe(true);
    await leave();
  });

  it("ends the wait of a client that came at the same time and was second", async () => {
    await using made = await world();
    const { client } = made;
    await client.getStatus({}, as("10.0.0.2 2"));
    const leave = await made.openLog("10.0.0.1 1");
    expect(await client.getStatus({}, as("10.0.0.2 2"))).toMatchObject({
      status: ExporterStatus.BEFORE_LEASE_HOOK_FAILED,
      message: expect.stringContaining("in use by 10.0.0.1 for"),
    });
    await leave();
  });

  it("never locks out the page", async () => {
    await using made = await world();
    const leave = await made.openLog("10.0.0.1 1");
    expect(() => made.made.exporter.stream(["power"], "connect")).toThrow(/not found on driver/);
    await made.made.exporter.endSession();
    expect(made.made.exporter.status.name).toBe("LEASE_READY");
    await leave();
  });
});
