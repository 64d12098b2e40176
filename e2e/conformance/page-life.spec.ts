/**
 * Conformance N: clients while the page comes and goes.
 * Below: test.ts. A page's life is that of a real tab: closed, reloaded, hung.
 */

import { expect, test } from "./test.ts";

test.describe("before a page is there", () => {
  test.use({ startPage: false });

  test("N01 without a page the client is told so in one line, at once", async ({
    jumpstarter,
    raw,
    traits,
  }) => {
    const { code, stderr } = await jumpstarter.shell(["true"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no page attached/i);
    if (traits.explainsPrecondition) {
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toMatch(/^Error: /);
    }
    // Without what it takes to start a client: the relay waits for nothing.
    const [status, seconds] = (await raw(`
      began = time.monotonic()
      status, _ = outcome(lambda: exporter.GetReport(empty, metadata=key))
      result = [status, time.monotonic() - began]
    `)) as [string, number];
    expect(status).toBe("FAILED_PRECONDITION");
    expect(seconds).toBeLessThan(2);
  });

  test("N01 without a page j says it in the same words @both", async ({ jumpstarter, traits }) => {
    const { code, output } = await jumpstarter.j("power on");
    expect(code).toBe(1);
    expect(output).toMatch(/no page attached/i);
    expect(output.includes("Traceback")).toBe(!traits.explainsPrecondition);
  });

  test("N02 once the page has attached the client works", async ({ jumpstarter, exporterPage }) => {
    expect(await jumpstarter.shell(["true"])).toMatchObject({ code: 1 });
    await exporterPage.open();
    expect(await jumpstarter.shell(["j", "power", "on"])).toMatchObject({ code: 0 });
  });
});

test("N04 a shell outlives its page: j fails clearly, then works again @both", async ({
  jumpstarter,
  exporterPage,
  relay,
  traits,
}) => {
  await using shell = jumpstarter.startShell(["bash", "--norc"], { keepStdin: true });
  const run = async (command: string): Promise<string> => {
    shell.output = "";
    shell.process.stdin.write(`${command}; echo "exit code $?"\n`);
    const [, code] = await shell.saw(/exit code (\d+)/);
    return String(code);
  };
  expect(await run("j power on")).toBe("0");

  await exporterPage.close();
  await relay.expectExporters(0);
  expect(await run("j power on")).toBe("1");
  expect(shell.output).toMatch(/no page attached/i);
  expect(shell.output.includes("Traceback")).toBe(!traits.explainsPrecondition);

  await exporterPage.open();
  expect(await run("j power on")).toBe("0");
  shell.process.stdin.write("exit 7\n");
  expect(await shell.ended()).toMatchObject({ code: 7 });
});

test("N04 driver uuids are the same after a reload @wire", async ({ raw, exporterPage }) => {
  const before = await raw("result = raw.uuids()");
  await exporterPage.reload();
  expect(await raw("result = raw.uuids()")).toEqual(before);
});

test("N05 a second page with the same bench is refused, and the clients keep the first", async ({
  exporterPage,
  jumpstarter,
  raw,
}) => {
  const before = await raw("result = raw.uuids()");
  await using second = await exporterPage.openAgainInAnotherBrowser();
  await second.expectHeldElsewhere();
  expect(await raw("result = raw.uuids()")).toEqual(before);
  expect(await jumpstarter.j("power on")).toMatchObject({ code: 0 });
  await exporterPage.expectPower("power", "on");
});

test("N07 calls to a page that hangs end as UNAVAILABLE within the heartbeat's limit @slow @wire", async ({
  raw,
  relay,
}) => {
  test.setTimeout(120_000);
  // Longer than the relay's patience for an answer (12 s) and the grace time for a way back (35 s) together.
  const hangMs = 75_000;
  const result = await raw(
    `
    lab = raw.uuids()["lab"]
    hanging = raw.exporter.DriverCall.future(
        pb.DriverCallRequest(uuid=lab, method="hang", args=[raw.value(hang)]), metadata=key)
    began = time.monotonic()
    code, details = outcome(hanging.result)
    result = [code, details, time.monotonic() - began]
    `,
    { args: { hang: hangMs }, timeoutMs: hangMs + 15_000 },
  );
  const [code, details, seconds] = result as [string, string, number];
  expect(code).toBe("UNAVAILABLE");
  expect(details).not.toBe("");
  expect(seconds).toBeLessThan(55);
  await relay.expectExporters(0);
});
