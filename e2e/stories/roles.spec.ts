/**
 * What a link allows to the real `jmp` and `j`: to watch and to listen, and how that ends.
 * Below: test.ts. What the page shows of links is in share.spec.ts; every method of every role in web/exporter/sharing.test.ts.
 */

import type { Page } from "@playwright/test";
import { DEMO_BENCH } from "../support/benches.ts";
import { Jumpstarter } from "../support/jumpstarter.ts";
import { expect, test } from "./test.ts";

/** A client that starts on a busy machine. */
const CLIENT_WITHIN_MS = 40_000;

const REFUSED = "this link may watch and listen, and not control";

test.use({ bench: DEMO_BENCH, passphrase: "the-benchs-own", startPage: true });

for (const release of ["0.9.0", "0.8.1"] as const) {
  test(`a link that may only watch lets jmp ${release} in and out again, and says no to j power on`, async ({
    exporterPage,
    relay,
    folder,
  }) => {
    const endpoint = { ...relay.endpoint, passphrase: await share(exporterPage.page, "Vera", "View") };
    await using vera = await Jumpstarter.create(`${folder}/vera`, () => endpoint, release);
    const { code, stdout, output } = await vera.shell(["bash", "-c", "j board power on; echo it said $?"]);
    expect(output).toContain(`DriverCall 'on' failed with gRPC PERMISSION_DENIED: ${REFUSED}`);
    expect(stdout).toContain("it said 1");
    expect(code).toBe(0);
    expect(output).not.toMatch(/WARNING|Traceback/);
    await exporterPage.expectPower("board.power", "off");
  });
}

test("a link that may only watch hears the console, never writes to it, and is cut off when it is revoked", async ({
  exporterPage,
  relay,
  jumpstarter,
}) => {
  const { page } = exporterPage;
  const endpoint = { ...relay.endpoint, passphrase: await share(page, "Vera", "View") };
  await using listener = jumpstarter.startJ("board serial pipe", { endpoint, stdin: "" });
  await expect(page.getByRole("list", { name: "Connected now" })).toContainText("Vera");
  await expect(exporterPage.driver("board.serial").getByText("1 client attached")).toBeVisible({
    timeout: CLIENT_WITHIN_MS,
  });
  await exporterPage.driver("board.power").getByRole("button", { name: "On: power" }).click();
  await listener.saw(/jumptab demo boot loader/, "stdout", CLIENT_WITHIN_MS);

  await using typist = jumpstarter.startJ("board serial pipe", { endpoint, stdin: "x\n" });
  expect((await typist.ended()).output).toContain("Serial connection lost");

  await page.getByRole("button", { name: "Revoke the link for Vera" }).click();
  await page
    .getByRole("dialog", { name: "Revoke the link for Vera?" })
    .getByRole("button", { name: "Revoke", exact: true })
    .click();
  expect((await listener.ended()).output).toContain("Serial connection lost");
});

/** Make a link, and take its secret from the clipboard. */
async function share(page: Page, name: string, role: string): Promise<string> {
  await page.getByRole("button", { name: "Share with a link" }).click();
  await page.getByLabel("Who is it for?").fill(name);
  await page.getByRole("radio", { name: new RegExp(`^${role}`) }).check();
  await page.keyboard.press("Enter");
  await expect(page.getByText(`The link for ${name} is in the clipboard`)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  return link.slice(-22);
}
