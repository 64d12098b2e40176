/**
 * A colleague opens a link: the same bench, live, in a second browser; and what they read when the link opens nothing.
 * Below: test.ts. The real `jmp` looks at the same board.
 */

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { BrowserContext, Locator, Page } from "@playwright/test";
import { ExporterPage } from "../pages/exporter-page.ts";
import { expect, test } from "./test.ts";

// Two browsers each, with a board that boots in one of them.
test.beforeEach(() => test.slow());

test("a link for control types into the console, and everybody sees what it does to the board", async ({
  exporterPage,
  browser,
  relay,
  jumpstarter,
}) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  const link = await share(exporterPage.page, "Ana");
  await using colleague = new ExporterPage(browser, () => link);
  await colleague.visit();
  const { page } = colleague;
  // Not left where people copy addresses from.
  await expect(page).toHaveURL(relay.url);

  await page.getByRole("button", { name: "On: power" }).click();
  await colleague.expectPower("board.power", "on");
  await exporterPage.expectPower("board.power", "on");
  await expect(page.getByText("You drive", { exact: true }).first()).toBeVisible();
  await expect(exporterPage.page.getByText("Ana drives", { exact: true }).first()).toBeVisible();

  const console = colleague.driver("board.serial");
  // Typed while it boots, it would stop the boot loader.
  await page.getByRole("button", { name: "Open console of board serial" }).click();
  await expect(console.locator(".xterm-rows")).toContainText("jumptab-demo login:");
  await page.keyboard.type("root\r");
  await expect(console.locator(".xterm-rows")).toContainText("root@jumptab-demo:~#");
  await page.keyboard.type("uname -a\r");
  await expect(console.locator(".xterm-rows")).toContainText("Linux jumptab-demo");

  const endpoint = { ...relay.endpoint, passphrase: link.slice(-22) };
  const reading = await jumpstarter.j("power read", { endpoint });
  expect(reading).toMatchObject({ code: 0 });
  expect(reading.stdout).toMatch(/voltage=[45]\./);
  expect(relay.log).not.toContain(endpoint.passphrase);

  // Taken back: it ends at once, and says so.
  await exporterPage.page.getByRole("button", { name: "Revoke the link for Ana" }).click();
  const dialog = exporterPage.page.getByRole("dialog", { name: "Revoke the link for Ana?" });
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("heading", { name: "This link was taken back" })).toBeVisible();
  await expect(console).toHaveCount(0);
});

test("a link for watching listens, and can do nothing to the board", async ({ exporterPage, browser }) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  const link = await share(exporterPage.page, "Ben", { role: "View" });
  await using colleague = new ExporterPage(browser, () => link);
  await colleague.visit();
  const { page } = colleague;
  await expect(page.getByText("View only", { exact: true })).toBeVisible();
  for (const name of ["On: power", "Off: power", "Cycle: power", "Read: power"]) {
    await expect(page.getByRole("button", { name })).toBeDisabled();
  }
  await colleague.typeInConsole("board serial", "nobody hears this");
  await expect(page.getByText("You are listening.")).toBeVisible();
  // The board boots: whoever listens sees it, and nothing that they have typed.
  await exporterPage.page.getByRole("button", { name: "On: power" }).click();
  const rows = colleague.driver("board.serial").locator(".xterm-rows");
  await expect(rows).toContainText("jumptab-demo login:");
  await expect(rows).not.toContainText("nobody hears this");
});

test("a link for one use belongs to the browser that opens it first, also over plain HTTP; others, and wrong ones, are told", async ({
  exporterPage,
  browser,
  relay,
}) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  const link = await share(exporterPage.page, "Cleo", { once: true });
  await using profile = await browser.newContext({ serviceWorkers: "block" });
  await beInsecure(profile);
  await using first = new ExporterPage(browser, () => link, profile);
  await first.visit();
  await expect(first.page.getByText(/belongs to this browser now/)).toBeVisible();
  await first.page.getByRole("button", { name: "Copy the command" }).click();
  await expect
    .poll(() => exporterPage.page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^jmp shell /);

  await using second = new ExporterPage(browser, () => link);
  await second.visit();
  await expect(second.page.getByRole("heading", { name: "This link has been opened already" })).toBeVisible();

  await using again = await first.openTab();
  await again.visit();
  await again.page.getByRole("button", { name: "On: power" }).click();
  await exporterPage.expectPower("board.power", "on");

  await again.page.getByRole("button", { name: "Leave" }).click();
  const question = again.page.getByRole("dialog", { name: "Leave the bench?" });
  await question.getByRole("button", { name: "Leave, and forget it" }).click();
  await expect(again.page.getByRole("heading", { name: "You have left the bench" })).toBeFocused();

  await using wrong = new ExporterPage(browser, () => `${relay.url}#share=${"x".repeat(22)}`);
  await wrong.visit();
  await expect(wrong.page.getByRole("heading", { name: "This link opens nothing here" })).toBeVisible();
});

test("a colleague's page waits for the bench, says so, and goes on when it is back", async ({
  exporterPage,
  browser,
}) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  const link = await share(exporterPage.page, "Ana");
  await using colleague = new ExporterPage(browser, () => link);
  await colleague.visit();
  const { page } = colleague;
  await page.getByRole("button", { name: "On: power" }).click();
  await colleague.expectPower("board.power", "on");

  await exporterPage.page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("The bench is away.", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "On: power" })).toBeDisabled();
  await exporterPage.page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByRole("button", { name: "On: power" })).toBeEnabled();
  await colleague.expectPower("board.power", "off");
});

test("a file that a colleague drops on a card gets to the device, comes back, and ends with the link", async ({
  exporterPage,
  browser,
}) => {
  await exporterPage.visit();
  await exporterPage.page.getByText("Other demo boards").click();
  await exporterPage.page.getByRole("button", { name: "With files" }).click();
  await exporterPage.expectAttached();
  const link = await share(exporterPage.page, "Ana");
  await using colleague = new ExporterPage(browser, () => link);
  await colleague.visit();
  const { page } = colleague;

  const content = randomBytes(300_000);
  const storage = colleague.driver("board.storage");
  await send(storage, "drive.img", content);
  await expect(storage.getByRole("listitem").filter({ hasText: "drive.img" })).toContainText("Done");
  const download = page.waitForEvent("download");
  await storage.getByRole("button", { name: "Save to a file: storage" }).click();
  const back = await readFile(await (await download).path());
  expect(back.equals(content), "what came back is what was sent").toBe(true);

  // So much is most of a minute of a chip's serial line, whatever the machine: there is time to end it.
  await page.getByRole("button", { name: "On: power" }).click();
  await colleague.expectPower("board.power", "on");
  const chip = colleague.driver("board.esp32.esp32");
  await send(chip, "first.bin", randomBytes(3_900_000));
  await expect(chip.getByText("Writing", { exact: true })).toBeVisible();
  await page
    .getByRole("button", { name: /^Cancel/ })
    .first()
    .click();
  const ended = chip.getByRole("listitem").filter({ hasText: "first.bin" });
  await expect(ended).toContainText("Cancelled");
  await expect(ended).not.toContainText("went away");

  await send(chip, "second.bin", randomBytes(3_900_000));
  await expect(chip.getByText("Writing", { exact: true })).toBeVisible();
  await exporterPage.page.getByRole("button", { name: "Revoke the link for Ana" }).click();
  const dialog = exporterPage.page.getByRole("dialog", { name: "Revoke the link for Ana?" });
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("heading", { name: "This link was taken back" })).toBeVisible();
  const atTheBoard = exporterPage.driver("board.esp32.esp32").getByRole("listitem").first();
  await expect(atTheBoard).toContainText("Cancelled");
});

test("where no WebSocket comes through, a colleague sees and presses everything, and is told what needs one", async ({
  exporterPage,
  browser,
}) => {
  await exporterPage.visit();
  await exporterPage.startDemo();
  const link = await share(exporterPage.page, "Ana");
  await using profile = await browser.newContext({ serviceWorkers: "block" });
  await profile.routeWebSocket(/\/client$/, (socket) => void socket.close({ code: 1011, reason: "a proxy" }));
  await using colleague = new ExporterPage(browser, () => link, profile);
  await colleague.visit();
  const { page } = colleague;
  await expect(page.getByText(/^No WebSocket comes through to the relay/)).toBeVisible();
  await page.getByRole("button", { name: "Open console of board serial" }).click();
  await expect(page.getByText("You are listening.")).toBeVisible();
  await page.getByRole("button", { name: "On: power" }).click();
  await exporterPage.expectPower("board.power", "on");
  await expect(colleague.driver("board.serial").locator(".xterm-rows")).toContainText("jumptab-demo login:");
  await expect(page.getByRole("log")).toContainText("power on");
});

/** Choose a file for a card, and begin. */
async function send(card: Locator, name: string, buffer: Buffer): Promise<void> {
  await card
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  await card.getByRole("button", { name: `Flash ${name}` }).click();
}

/** What a browser takes from a page over plain HTTP from another machine: tests have this machine's addresses alone. */
async function beInsecure(profile: BrowserContext): Promise<void> {
  await profile.addInitScript(() => {
    Object.defineProperty(globalThis, "isSecureContext", { value: false });
    Object.defineProperty(crypto, "subtle", { value: undefined });
    Object.defineProperty(crypto, "randomUUID", { value: undefined });
    for (const name of ["clipboard", "locks", "serviceWorker", "storage", "serial", "usb", "wakeLock"]) {
      Object.defineProperty(navigator, name, { value: undefined });
    }
  });
}

/** Make a link, and take it from the clipboard. */
async function share(
  page: Page,
  name: string,
  { role = "Control", once = false }: { role?: string; once?: boolean } = {},
): Promise<string> {
  await page.getByRole("button", { name: "Share with a link" }).click();
  await page.getByLabel("Who is it for?").fill(name);
  await page.getByRole("radio", { name: new RegExp(`^${role}`) }).check();
  if (once) await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Make and copy link" }).click();
  await expect(page.getByText(`The link for ${name} is in the clipboard`)).toBeVisible();
  return page.evaluate(() => navigator.clipboard.readText());
}
