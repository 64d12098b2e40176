/**
 * Conformance G: status and sessions.
 * Below: test.ts.
 */

import { hookBench } from "../support/benches.ts";
import { expect, test } from "./test.ts";

const STATUS = `
    status = exporter.GetStatus(pb.GetStatusRequest(), metadata=key)
    result = [status.status, status.message]
`;
const UNSPECIFIED = 0;
const OFFLINE = 1;
const LEASE_READY = 4;

test("G01 with a page the status is LEASE_READY @wire", async ({ raw }) => {
  const [status, message] = (await raw(STATUS)) as [number, string];
  expect(status).toBe(LEASE_READY);
  expect(message).toBe("Ready for commands");
});

test("G03 of a page that was closed clients hear that it is away, and LEASE_READY when it is back @wire", async ({
  raw,
  exporterPage,
  relay,
}) => {
  await exporterPage.close();
  await relay.expectExporters(0); // before that, the call may still go out to the page that is on its way out
  // It may be back in a moment: no status that ends the wait of a client.
  expect(await raw(STATUS)).toEqual([UNSPECIFIED, expect.stringMatching(/^no page attached/)]);
  await exporterPage.open();
  expect(await raw(STATUS)).toEqual([LEASE_READY, "Ready for commands"]);
});

test("G03 an exporter that was stopped on its page is OFFLINE, with the reason @wire", async ({
  raw,
  exporterPage,
}) => {
  await exporterPage.page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(exporterPage.page.getByText("Stopped. Its name")).toBeVisible();
  const result = await raw(
    `
    status = lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key)
    wait_until(lambda: status().status == offline, seconds=20)
    result = status().message
  `,
    { args: { offline: OFFLINE } },
  );
  expect(result).toMatch(/^no page attached/);
});

test.describe("with a beforeLease hook that fails", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: exit 9
    onFailure: endLease
`),
  });

  test("G04 a failed beforeLease hook ends a shell with its message @both", async ({ jumpstarter }) => {
    const { code, stderr } = await jumpstarter.shell(["true"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "Error: beforeLease hook failed (on_failure=endLease): Hook failed with exit code 9",
    );
  });
});

test.describe("with hooks at both ends of a session", () => {
  test.use({
    bench: hookBench(`  beforeLease:
    script: j power on
  afterLease:
    script: |
      echo "the session is over"
      j power off
`),
  });

  test("G06 EndSession succeeds, afterLease runs, and the next session is ready for a shell @both", async ({
    raw,
    jumpstarter,
    exporterPage,
  }) => {
    const result = (await raw(`
      status = lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key)
      wait_until(lambda: status().status == 4)
      before = status().status_version
      ended = exporter.EndSession(pb.EndSessionRequest(), metadata=key)
      wait_until(lambda: status().status == 4 and status().status_version > before, seconds=30)
      result = [ended.success, status().status_version - before]
    `)) as [boolean, number];
    // AFTER_LEASE_HOOK, AVAILABLE, BEFORE_LEASE_HOOK, LEASE_READY
    expect(result).toEqual([true, 4]);
    await exporterPage.expectPower("power", "on");
    expect(await jumpstarter.shell(["j", "power", "off"])).toMatchObject({ code: 0 });
    await exporterPage.expectPower("power", "off");
  });

  test("G06 two clients that end the session at once are both answered, and the next one is whole @wire", async ({
    raw,
  }) => {
    const [succeeded, sessions] = (await raw(`
      status = lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key)
      wait_until(lambda: status().status == 4)
      before = status().status_version
      other = grpc.insecure_channel(raw.address)
      stubs = [exporter, type(exporter)(other)]
      both = [stub.EndSession.future(pb.EndSessionRequest(), metadata=key) for stub in stubs]
      succeeded = [one.result().success for one in both]
      other.close()
      wait_until(lambda: status().status == 4 and status().status_version >= before + 4, seconds=30)
      sessions = (status().status_version - before) / 4
      raw.call(raw.uuids()["power"], "on")
      result = [succeeded, sessions]
    `)) as [boolean[], number];
    expect(succeeded).toEqual([true, true]);
    // One that comes when the other's end is over ends the session after that.
    expect([1, 2]).toContain(sessions);
  });
});

test("G07 a driver call after the page has gone is a failed precondition, and not a hang @wire", async ({
  raw,
  exporterPage,
  relay,
}) => {
  const uuids = (await raw("result = raw.uuids()")) as Record<string, string>;
  await exporterPage.close();
  await relay.expectExporters(0);
  const result = await raw(`result = outcome(lambda: raw.call(power, "on", timeout=20))`, {
    args: { power: uuids.power ?? "" },
  });
  expect(result).toEqual(["FAILED_PRECONDITION", expect.stringMatching(/no page attached/i)]);
});
