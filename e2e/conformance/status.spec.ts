/**
 * Conformance G: status and sessions.
 * Below: test.ts.
 */

import { expect, test } from "./test.ts";

const STATUS = `
    status = exporter.GetStatus(pb.GetStatusRequest(), metadata=key)
    result = [status.status, status.message]
`;
const LEASE_READY = 4;

test("G01 with a page the status is LEASE_READY @wire", async ({ raw }) => {
  const [status, message] = (await raw(STATUS)) as [number, string];
  expect(status).toBe(LEASE_READY);
  expect(message).not.toBe("");
  expect(message.toLowerCase()).not.toContain("expired");
});

test("G03 clients are told of a page that does not come back, and when it is back the exporter is ready @wire", async ({
  raw,
  exporterPage,
  relay,
}) => {
  await exporterPage.close();
  await relay.expectExporters(0); // before that, the call may still go out to the page that is on its way out
  expect(
    await raw(`result = outcome(lambda: exporter.GetStatus(pb.GetStatusRequest(), metadata=key))`),
  ).toEqual(["FAILED_PRECONDITION", expect.stringMatching(/no page attached/i)]);
  await exporterPage.open();
  expect(await raw(STATUS)).toEqual([LEASE_READY, expect.any(String)]);
});

test("G06 EndSession succeeds, and the next session is ready at once", async ({ raw, jumpstarter }) => {
  const result = await raw(`
    ended = exporter.EndSession(pb.EndSessionRequest(), metadata=key)
    end = time.monotonic() + 10
    status = None
    while status != 4 and time.monotonic() < end:
        status = exporter.GetStatus(pb.GetStatusRequest(), metadata=key).status
    result = [ended.success, status]
  `);
  expect(result).toEqual([true, LEASE_READY]);
  expect(await jumpstarter.shell(["j", "power", "on"])).toMatchObject({ code: 0 });
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
