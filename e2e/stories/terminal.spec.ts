/**
 * The page's own console as a terminal: finding, bytes, files, logs, and a baud rate that changes under a client's console.
 * Below: test.ts, the demo board.
 */

import { readFile, writeFile } from "node:fs/promises";
import { DEMO_BENCH } from "../support/benches.ts";
import { expect, test } from "./test.ts";

test.use({ bench: DEMO_BENCH, passphrase: "demo-passphrase", startPage: true });
test.beforeEach(({ exporterPage }) => exporterPage.expectAttached());

/** Of the one console that is used here. */
const NAME = "board serial";

test("what the board said is found, and its bytes are seen beside those that were sent", async ({
  exporterPage,
}) => {
  const { page } = exporterPage;
  await exporterPage.driver("board.power").getByRole("button", { name: "On: power" }).click();
  await page.getByRole("button", { name: `Open console of ${NAME}` }).click();
  const console = exporterPage.driver("board.serial").locator("jumptab-console");
  const screen = console.locator(".xterm-rows");
  await expect(screen).toContainText("login:");

  await page.keyboard.press("Control+Shift+F");
  await page.keyboard.type("demo linux");
  const search = console.getByRole("search");
  await expect(search.getByRole("status")).toHaveText(/^\d of \d$/);
  await search.getByRole("button", { name: "Match case" }).click();
  await expect(search.getByRole("status")).toHaveText("None");
  await search.getByRole("textbox").press("Escape");
  await expect(search).toBeHidden();

  await console.getByRole("button", { name: "Hex" }).click();
  const bytes = console.getByRole("region", { name: `Bytes of ${NAME}` });
  await expect(bytes).toContainText("0a 6a 75 6d");
  await page.keyboard.type("Z");
  await expect(bytes.locator(".out", { hasText: "> 00000000" })).toContainText(/5a\s+Z/);
  await console.getByRole("button", { name: "Hex" }).click();
  await expect(screen).toContainText("login: Z");

  // Out of the console by keyboard, and on to whatever is next.
  await page.keyboard.press("Control+Shift+X");
  await expect(console.getByRole("button", { name: `Close console of ${NAME}` })).toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find a command" })).toBeFocused();
});

test("a file goes to the board, and what it answers goes into a log", async ({ exporterPage, folder }) => {
  const { page } = exporterPage;
  // As in browsers that cannot write files: the log is a download then.
  await page.evaluate(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
  await exporterPage.driver("board.power").getByRole("button", { name: "On: power" }).click();
  await page.getByRole("button", { name: `Open console of ${NAME}` }).click();
  const console = exporterPage.driver("board.serial").locator("jumptab-console");
  const screen = console.locator(".xterm-rows");
  await expect(screen).toContainText("login:");

  await console.getByRole("button", { name: `More for the console of ${NAME}` }).click();
  await console.getByRole("button", { name: "Log to a file…" }).click();
  await expect(console.getByText(/^board-serial-.*\.log, /)).toBeVisible();
  const file = `${folder}/commands.txt`;
  await writeFile(file, "root\nled on\n");
  await page.getByLabel(`File to send to ${NAME}`).setInputFiles(file);
  await expect(console.getByText("Sent commands.txt.")).toBeVisible();
  await expect(screen).toContainText("led is on");

  const download = page.waitForEvent("download");
  await console.getByRole("button", { name: "Stop the log" }).first().click();
  const log = await readFile(await (await download).path(), "utf8");
  expect(log).toMatch(/^ ?root\r\n.*# led on\r\nled is on\r\n/s);
});

test("the baud rate changes, and a client's console stays open", async ({ exporterPage, jumpstarter }) => {
  const { page } = exporterPage;
  await using pipe = jumpstarter.startJ(`${NAME} pipe --no-input`);
  await expect(page.getByText("1 client attached").first()).toBeVisible();
  await exporterPage.driver("board.power").getByRole("button", { name: "On: power" }).click();
  await pipe.saw(/login: $/, "stdout");

  const rate = page.getByRole("combobox", { name: `Baud rate of ${NAME}` });
  await rate.selectOption("9600 baud");
  await expect(page.getByText(/is at 9600 baud now/)).toBeVisible();
  await expect(rate).toHaveValue("9600");
  await exporterPage.typeInConsole(NAME, "root\n");
  await pipe.saw(/[#$] $/, "stdout");

  await rate.selectOption("Other…");
  await page.getByRole("textbox", { name: `Baud rate of ${NAME}` }).fill("fast");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await expect(page.getByText("Write a baud rate as a number, such as 115200 or 1.5M.")).toBeVisible();
  await page.getByRole("textbox", { name: `Baud rate of ${NAME}` }).fill("1.5M");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await expect(page.getByText(/is at 1500000 baud now/)).toBeVisible();
  await expect(rate).toHaveValue("1500000");
});
