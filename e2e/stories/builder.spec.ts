/**
 * A bench that is built: by clicks and keys alone, beside its text. Each change of a text has a unit test in web/config/; here is that
 * both sides are one, and that what was built runs.
 * Below: test.ts (a relay without a bench).
 */

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

const COMMENTED = `# My desk.
metadata:
  name: desk  # as on the lid
export:
  # The switch.
  power:
    type: jumpstarter_driver_power.driver.MockPower
hooks: {}  # none yet
`;

test("a bench is built by keyboard alone, its comments stay, and a real j drives it", async ({
  exporterPage,
  jumpstarter,
}) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await exporterPage.paste(COMMENTED.replace("hooks", "hook"));
  await expect(page.getByRole("heading", { name: /^It can start, with 1 warning/ })).toBeVisible();
  // Where the keyboard begins, once the editor has arrived.
  await expect(page.getByRole("heading", { name: "New configuration" })).toBeFocused();

  await exporterPage.tabTo(/Add driver$/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Find a driver" })).toBeFocused();
  await page.keyboard.insertText("pyserial");
  await expect(page.getByRole("listbox", { name: "Drivers" }).getByRole("option").first()).toContainText(
    "Serial port",
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Name of serial" })).toBeFocused();
  await page.keyboard.insertText("console");
  await page.keyboard.press("Enter");
  const added = page.getByRole("button", { name: "console Serial port" });
  await expect(added).toBeFocused();
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(() => text(page)).toMatch(/console:[\s\S]*# The switch\.\n {2}power:/);
  await expect(added).toBeFocused();

  const url = page.getByRole("combobox", { name: "url" });
  for (let press = 0; press < 8 && !(await url.evaluate((field) => field.matches(":focus"))); press++)
    await page.keyboard.press("Tab");
  await expect(url).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("loop://");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => text(page))
    .toBe(
      COMMENTED.replace("hooks", "hook").replace(
        "  # The switch.",
        "  console:\n    type: jumpstarter_driver_pyserial.driver.PySerial\n    config:\n      url: loop://\n  # The switch.",
      ),
    );

  await expect(page.getByRole("button", { name: "Save & start" })).toBeEnabled();
  await page.keyboard.press("Control+s");
  await exporterPage.expectAttached();
  await expect(exporterPage.driver("console")).toBeVisible();
  const endpoint = await exporterPage.endpoint();
  expect(await jumpstarter.j("power on", { endpoint })).toMatchObject({ code: 0 });
  await exporterPage.expectPower("power", "on");
});

test("what is typed is in the tree, what is clicked is in the text, undo is of both, and a reload loses nothing", async ({
  exporterPage,
}) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await page.getByRole("button", { name: "Write one" }).click();
  await page.getByRole("textbox", { name: "Configuration" }).focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("  box:\n    type: jumptab.simulator.DemoBoard # simulated\n");
  const box = page.getByRole("button", { name: "box Demo board" });
  await expect(box).toBeVisible();
  await page.keyboard.insertText("  wrong: [\n");
  await expect(page.getByText("The text cannot be read")).toContainText(/Line \d+: /);
  await expect(page.getByRole("button", { name: "Add driver" })).toBeDisabled();
  await expect(box).toBeVisible();
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Delete");
  await expect(page.getByRole("button", { name: "Add driver" })).toBeEnabled();

  // The tree goes where the cursor goes.
  await page.keyboard.press("ArrowUp");
  await expect(box).toHaveAttribute("aria-current", "true");
  await page.getByRole("combobox", { name: "powered" }).selectOption({ label: "Yes" });
  await expect.poll(() => text(page)).toMatch(/DemoBoard # simulated\n {4}config:\n {6}powered: true\n/);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => text(page)).toMatch(/DemoBoard # simulated\n$/);
  await page.getByRole("button", { name: "Redo" }).click();

  await expect.poll(() => page.evaluate(() => sessionStorage.getItem("jumptab-draft"))).toContain("powered");
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByText("written before the page was loaded again")).toBeVisible();
  await expect.poll(() => text(page)).toContain("powered: true");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "Start", exact: true })).toBeVisible();
});

test("benches are renamed, copied, saved as files and read from them", async ({ exporterPage, folder }) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await page.getByRole("button", { name: "Write one" }).click();
  await page.getByRole("textbox", { name: "Configuration" }).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(COMMENTED);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: /benches/i }).click();

  await page.getByRole("button", { name: "More for desk" }).click();
  await page.getByRole("button", { name: "Rename desk" }).click();
  await page.getByRole("textbox", { name: "New name of desk" }).fill("table");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Duplicate table" }).click();
  await expect(page.getByRole("button", { name: "Start table-2" })).toBeVisible();

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export table" }).click();
  const file = `${folder}/table.yaml`;
  await (await download).saveAs(file);
  await page.getByLabel("Benches to import").setInputFiles([file, file]);
  await expect(page.getByRole("button", { name: "Start table-4" })).toBeVisible();
  await page.getByRole("button", { name: "Edit table-4" }).click();
  await expect.poll(() => text(page)).toBe(COMMENTED.replace("name: desk", "name: table-4"));

  await page.getByRole("button", { name: "Add driver" }).click();
  await expect(page.getByRole("listbox", { name: "Drivers" }).getByRole("option").first()).toBeVisible();
  await expectAccessible(page);
});

/** What stands in the editor. */
async function text(page: Page): Promise<string> {
  const lines = await page
    .getByRole("textbox", { name: "Configuration" })
    .locator(".cm-line")
    .allTextContents();
  return lines.join("\n");
}

/** Of the catalogue, which no other spec opens; e2e/accessibility/ judges the rest. */
async function expectAccessible(page: Page): Promise<void> {
  // No frame of another origin is in the page, for which axe would open a tab.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const said = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.flat().join(" ")}`),
  );
  expect(said.filter((line) => line.includes("jumptab-catalogue"))).toEqual([]);
}
