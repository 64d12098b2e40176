/**
 * A person, a board that was just plugged in, and the browser's own chooser of ports: nothing is granted beforehand.
 * Below: test.ts, lab.ts, native-chooser.ts (presses the real bubble of the browser).
 */

import { BOUND, expect, test } from "./test.ts";

test.use({ granted: false, startPage: false, bench: null, passphrase: null });

/** How a Linux host names the adapter; it means nothing to a browser. */
const BENCH_OF_A_HOST = `metadata:
  name: of-a-host
export:
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: /dev/ttyUSB0
`;

const ASK_BOARD = `
    with client.serial.pexpect() as console:
        console.sendline(question)
        console.expect_exact("pong:" + question, timeout=10)
        result = console.after.decode()
`;

test("Serial port, the browser's chooser, Start, and jmp shell talks to the board", async ({
  exporterPage,
  lab,
  jumpstarter,
  python,
}) => {
  await exporterPage.visit();
  await exporterPage.page.getByRole("button", { name: "Serial port", exact: true }).click();
  await lab.chooser.connect();
  await exporterPage.page.getByRole("button", { name: "Start", exact: true }).click();
  await exporterPage.expectAttached();
  await expect(exporterPage.driver("serial")).toContainText(BOUND);

  const endpoint = await exporterPage.endpoint();
  await using pipe = jumpstarter.startShell(["j", "serial", "pipe"], { endpoint, stdin: "hello board\n" });
  await pipe.saw(/^pong:hello board$/m, "stdout");
  pipe.killGroup("SIGINT"); // as a terminal does on Ctrl-C
  await pipe.ended();
  expect(await python.run("client", endpoint, ASK_BOARD, { args: { question: "who is there" } })).toBe(
    "pong:who is there",
  );
});

test("who cancels the chooser is told what may be wrong, and can open it again", async ({
  exporterPage,
  lab,
}) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  const plugIn = page.getByRole("button", { name: "Serial port", exact: true });
  await plugIn.click();
  await lab.chooser.cancel();
  await expect(page.getByText(/^Nothing was chosen/)).toBeVisible();
  await plugIn.click();
  await lab.chooser.connect();
  await expect(page.getByText(/^Nothing was chosen/)).toBeHidden();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await exporterPage.expectAttached();
});

test("a /dev/ttyUSB0 is chosen once: a reload, and the browser's next start, find it without a click", async ({
  exporterPage,
  lab,
  python,
  relay,
}) => {
  await exporterPage.visit();
  await exporterPage.paste(BENCH_OF_A_HOST);
  await exporterPage.expectAttached();
  const card = exporterPage.driver("serial");
  await expect(card).toContainText("No port is chosen");
  await expect(card).toContainText("/dev/ttyUSB0");
  await card.getByRole("button", { name: "Choose port" }).click();
  await lab.chooser.connect();
  await expect(card).toContainText(BOUND);
  await expect(card.getByRole("button", { name: "Choose port" })).toBeHidden();

  const ask = async (question: string, from = exporterPage) =>
    expect(await python.run("client", await from.endpoint(), ASK_BOARD, { args: { question } })).toBe(
      `pong:${question}`,
    );
  await ask("first");
  await exporterPage.reload();
  await ask("after a reload");

  await lab.restartBrowser();
  await using again = lab.newPage(() => relay.url);
  await again.open();
  await ask("after the browser's next start", again);
});

test.describe("an adapter without a serial number", () => {
  test.use({ serialNumber: null });

  test("is found after a reload, but not after the browser's next start: the page asks for it again", async ({
    exporterPage,
    lab,
    relay,
  }) => {
    await exporterPage.visit();
    await exporterPage.page.getByRole("button", { name: "Serial port", exact: true }).click();
    await lab.chooser.connect();
    await exporterPage.page.getByRole("button", { name: "Start", exact: true }).click();
    await exporterPage.expectAttached();
    await expect(exporterPage.driver("serial")).toContainText(BOUND);
    await exporterPage.reload();
    await expect(exporterPage.driver("serial")).toContainText(BOUND);

    await lab.restartBrowser();
    await using again = lab.newPage(() => relay.url);
    await again.open();
    const card = again.driver("serial");
    await expect(card).toContainText("no longer lets the page use it");
    await card.getByRole("button", { name: "Choose port" }).click();
    await lab.chooser.connect();
    await expect(card).toContainText(BOUND);
  });
});
