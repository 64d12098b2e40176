/**
 * Conformance A: the passphrase.
 * Below: test.ts. The words are those of Jumpstarter's own exporter: clients match them.
 */

import { PASSPHRASE } from "../fixtures.ts";
import { expect, test } from "./test.ts";

const REFUSED = "Error: Authentication failed: invalid or missing passphrase";

test("A01 the right passphrase opens the shell @both", async ({ jumpstarter }) => {
  expect(await jumpstarter.shell(["true"])).toMatchObject({ code: 0 });
});

test("A02 a wrong passphrase is refused, and no log shows it @both", async ({ jumpstarter, relay }) => {
  const wrong = "quite-the-wrong-one";
  const endpoint = { ...relay.endpoint, passphrase: wrong };
  const { code, stderr } = await jumpstarter.shell(["true"], { endpoint });
  expect(code).toBe(1);
  expect(stderr).toContain(REFUSED);
  expect(relay.log).toContain(
    "authentication failed: invalid or missing passphrase for method /jumpstarter.v1.ExporterService/GetReport",
  );
  expect(relay.log).not.toContain(wrong);
  expect(relay.log).not.toContain(PASSPHRASE);
});

test("A03 no passphrase is refused in the same words", async ({ jumpstarter, relay }) => {
  const { code, stderr } = await jumpstarter.shell(["true"], {
    endpoint: { ...relay.endpoint, passphrase: undefined },
  });
  expect(code).toBe(1);
  expect(stderr).toContain(REFUSED);
});

test("A04 the j in a shell gets the passphrase from it", async ({ jumpstarter }) => {
  expect(await jumpstarter.shell(["j", "power", "on"])).toMatchObject({ code: 0 });
});

test("A06 each of the seven calls asks for the passphrase @wire", async ({ raw }) => {
  const result = await raw(`
    first = lambda stream: lambda: next(iter(stream()))
    result = {
        "GetReport": outcome(lambda: exporter.GetReport(empty)),
        "GetStatus": outcome(lambda: exporter.GetStatus(pb.GetStatusRequest())),
        "DriverCall": outcome(lambda: exporter.DriverCall(pb.DriverCallRequest())),
        "StreamingDriverCall": outcome(first(lambda: exporter.StreamingDriverCall(pb.StreamingDriverCallRequest()))),
        "LogStream": outcome(first(lambda: exporter.LogStream(empty))),
        "EndSession": outcome(lambda: exporter.EndSession(pb.EndSessionRequest())),
        "Stream": outcome(first(lambda: router.Stream(iter([])))),
    }
  `);
  const refused = ["UNAUTHENTICATED", "invalid or missing passphrase"];
  expect(result).toEqual({
    GetReport: refused,
    GetStatus: refused,
    DriverCall: refused,
    StreamingDriverCall: refused,
    LogStream: refused,
    EndSession: refused,
    Stream: refused,
  });
});

test("A06 a passphrase that is not ASCII is refused, and does no harm @wire", async ({ raw }) => {
  const result = await raw(`
    wrong = [("x-jumpstarter-passphrase-bin", "é".encode()), ("x-jumpstarter-passphrase", "%C3%A9")]
    result = [outcome(lambda: exporter.GetReport(empty, metadata=wrong)), outcome(lambda: exporter.GetReport(empty, metadata=key))]
  `);
  expect(result).toEqual([
    ["UNAUTHENTICATED", "invalid or missing passphrase"],
    ["OK", ""],
  ]);
});

test.describe("with --unsafe-no-auth", () => {
  test.use({ passphrase: null, relayArgs: ["--tls-grpc-insecure", "--unsafe-no-auth"] });

  test("A07 a client that sends a passphrase to a relay without one is let in", async ({
    jumpstarter,
    relay,
  }) => {
    const endpoint = { ...relay.endpoint, passphrase: "not-asked-for" };
    expect(await jumpstarter.shell(["j", "power", "on"], { endpoint })).toMatchObject({ code: 0 });
    expect(await jumpstarter.shell(["true"])).toMatchObject({ code: 0 });
  });
});
