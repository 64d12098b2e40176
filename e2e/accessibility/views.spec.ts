/**
 * Every view of the page beside the board: judged by axe in light, dark and on a phone, and walked through with the keyboard alone.
 * Below: axe.ts, keyboard.ts, the stories' test.ts (a relay without a bench).
 */

import type { Page } from "@playwright/test";
import { ExporterPage } from "../pages/exporter-page.ts";
import { expect, test } from "../stories/test.ts";
import { expectNoViolations } from "./axe.ts";
import { expectKeyboardReachesAll } from "./keyboard.ts";

test("welcome, help, bench, commands and links have no violation, and the keyboard reaches everything", async ({
  exporterPage,
}) => {
  test.slow(true, "each view is judged in two looks");
  await exporterPage.visit();
  const { page } = exporterPage;
  await expect(page.getByRole("button", { name: "Try a demo board" })).toBeVisible();
  await expectKeyboardReachesAll(page, "welcome");
  await expectNoViolations(page, "welcome");

  await page.keyboard.press("?");
  await expectKeyboardReachesAll(page, "help");
  await expectNoViolations(page, "help");
  await page.keyboard.press("Escape");

  await command(page, "demo board with files");
  await exporterPage.expectAttached();
  await page.getByRole("button", { name: "Share with a link" }).click();
  await page.keyboard.type("Ana");
  await expectNoViolations(page, "a link that is made");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The link for Ana is in the clipboard")).toBeVisible();
  await expectKeyboardReachesAll(page, "bench");
  await expectNoViolations(page, "bench");

  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find a command" })).toBeFocused();
  await expectNoViolations(page, "commands");
});

test("console, terminal, editor, questions and the list of benches have no violation, and the keyboard reaches everything", async ({
  exporterPage,
}) => {
  test.slow(true, "each view is judged in two looks");
  await exporterPage.visit();
  await exporterPage.startDemo();
  const { page } = exporterPage;
  // From here on Tab goes to the board, while its console has the focus.
  await exporterPage.typeInConsole("board serial", "");
  await page.getByRole("button", { name: "Open terminal" }).click();
  await expect(page.getByRole("textbox", { name: "Command", exact: true })).toBeFocused();
  await expectNoViolations(page, "bench with console and terminal");

  await page.getByRole("button", { name: "All benches" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectKeyboardReachesAll(page, "the question before leaving");
  await expectNoViolations(page, "the question before leaving");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Edit configuration" }).click();
  await expect(page.getByRole("button", { name: "Save & start" })).toBeVisible();
  await expectNoViolations(page, "editor");
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("Stopped. Its name")).toBeVisible();
  await page.getByRole("button", { name: "All benches" }).click();
  await expect(page.getByRole("heading", { name: "Your benches" })).toBeVisible();
  await expectKeyboardReachesAll(page, "welcome with benches");
  await expectNoViolations(page, "welcome with benches");
});

test("a colleague's page and what is said of a link that has ended have no violation, and the keyboard reaches everything", async ({
  exporterPage,
  browser,
}) => {
  test.slow(true, "each view is judged in two looks");
  await exporterPage.visit();
  await exporterPage.startDemo();
  await exporterPage.page.getByRole("button", { name: "Share with a link" }).click();
  await exporterPage.page.keyboard.type("Ana");
  await exporterPage.page.keyboard.press("Enter");
  await expect(exporterPage.page.getByText("The link for Ana is in the clipboard")).toBeVisible();
  const link = await exporterPage.page.evaluate(() => navigator.clipboard.readText());
  await using colleague = new ExporterPage(browser, () => link);
  await colleague.visit();
  const { page } = colleague;
  await expect(page.getByText("Nobody drives", { exact: true }).first()).toBeVisible();
  await expectKeyboardReachesAll(page, "a colleague's bench");
  await page.getByRole("button", { name: "Open console of board serial" }).click();
  await expect(page.locator(".xterm-rows")).toBeVisible();
  await expectNoViolations(page, "a colleague's bench with a console");
  await exporterPage.page.getByRole("button", { name: "Drive alone" }).click();
  await expect(page.getByRole("button", { name: "Ask to drive" })).toBeVisible();
  await expectNoViolations(page, "a colleague's bench that somebody else drives");
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await expect(page.getByRole("heading", { name: "You have left the bench" })).toBeVisible();
  await expectNoViolations(page, "a bench that was left");

  await page.goto(`${link.slice(0, -22)}${"x".repeat(22)}`);
  await expect(page.getByRole("heading", { name: "This link opens nothing here" })).toBeVisible();
  await expectKeyboardReachesAll(page, "a link that opens nothing");
  await expectNoViolations(page, "a link that opens nothing");
});

/** Done by the palette, with the first that fits. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill(words);
  await page.keyboard.press("Enter");
}
