/**
 * The life of a session as the page shows it: hooks with their lines, sessions one after the other, the log, the
 * terminal, and who may use a bench at once.
 * Below: test.ts, the test driver page/lab.ts.
 */

import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { expect as expectSoon, test } from "./test.ts";

/** 30 s for one step of a hook, a terminal that opens, or a log that grows, on a busy machine. */
const expect = expectSoon.configure({ timeout: 30_000 });

/** 45 s for a Python client to start and to be seen, on a busy machine. */
const CLIENT_WITHIN_MS = 45_000;

const DRIVERS = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  namespace: default
  name: lifecycle
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: "loop://"
  lab:
    type: jumptab.test.Lab
`;

test.use({ passphrase: "lifecycle-passphrase", startPage: true });
// Each takes a person's many steps, some with a client that has to start first.
test.beforeEach(() => test.slow());

test.describe("with hooks that work", () => {
  test.use({
    bench: `${DRIVERS}
hooks:
  beforeLease:
    script: |
      echo hello from the hook
      j power on
  afterLease:
    script: |
      echo goodbye from the hook
      sleep 900
    timeout: 1000
`,
  });

  test("they run at the borders of a session, and a second press of Stop ends one that takes long", async ({
    exporterPage,
  }) => {
    const { page } = exporterPage;
    await expect(session(page)).toContainText("LEASE_READY");
    await exporterPage.expectPower("power", "on");
    await expect(log(page)).toContainText("beforeLease hello from the hook");

    await page.getByRole("button", { name: "Stop" }).click();
    await expect(session(page)).toContainText("Tidying up after the session");
    await expect(session(page)).toContainText(/\d+ s of at most 16 min/);
    await expect(log(page)).toContainText("afterLease goodbye from the hook");
    await page.getByRole("button", { name: "Only the lines of afterLease" }).click();
    await expect(log(page)).not.toContainText("beforeLease");
    await page.getByRole("button", { name: "Stop now" }).click();
    await expect(page.getByText("Stopped. Its name")).toBeVisible();
  });
});

test.describe("with a hook that fails", () => {
  test.use({
    bench: `${DRIVERS}
hooks:
  beforeLease:
    script: |
      echo looking for the board
      j power on
      exit 3
    onFailure: endLease
`,
  });

  test("the page says why, shows the hook's lines, and tries again", async ({ exporterPage }) => {
    const { page } = exporterPage;
    await expect(session(page)).toContainText("The session could not begin");
    await expect(session(page)).toContainText("Hook failed with exit code 3.");
    await expect(session(page).getByRole("button", { name: "Edit configuration" })).toBeVisible();

    await expect(log(page)).toContainText("power on() Operation completed");
    await page.getByRole("button", { name: "Show its lines" }).click();
    await expect(log(page)).not.toContainText("Operation completed");
    await expect(log(page).getByText("looking for the board")).toHaveCount(1);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(log(page).getByText("looking for the board")).toHaveCount(2);
    await expect(session(page)).toContainText("BEFORE_LEASE_HOOK_FAILED");
  });
});

test.describe("with a hook that greets", () => {
  test.use({
    bench: `${DRIVERS}
hooks:
  beforeLease:
    script: echo a new session
`,
  });

  test("a new session begins at a press, and only after a question while clients are at work", async ({
    exporterPage,
    jumpstarter,
  }) => {
    const { page } = exporterPage;
    const greeting = log(page).getByText("a new session");
    await expect(greeting).toHaveCount(1);
    await page.getByRole("button", { name: "New session" }).click();
    await expect(greeting).toHaveCount(2);
    await expect(session(page)).toContainText("Ready for commands");

    await using _pipe = jumpstarter.startJ("serial pipe --no-input");
    await expect(page.getByText("1 client attached")).toBeVisible({ timeout: CLIENT_WITHIN_MS });
    await page.getByRole("button", { name: "New session" }).click();
    const question = page.getByRole("dialog", { name: "End this session?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "New session" }).click();
    await question.getByRole("button", { name: "End session" }).click();
    await expect(greeting).toHaveCount(3);
    await expect(session(page)).toContainText("Ready for commands");
  });
});

test.describe("without hooks", () => {
  test.use({ bench: DRIVERS });

  test("the log is filtered, searched and downloaded, and a reload keeps the filter", async ({
    exporterPage,
    py,
  }) => {
    const { page } = exporterPage;
    await py(`
      client.lab.call("log", "info", "ordinary", 300)
      client.lab.call("log", "warning", "odd", 3)
      result = None
    `);
    await expect(log(page)).toContainText("odd 3");
    await expect(log(page)).toContainText("lab log() Operation completed");

    const search = page.getByLabel("Search the log");
    const hits = page.getByRole("search").getByRole("status");
    await search.fill("Ordinary 7");
    await expect(hits).toHaveText("11 lines");
    await search.press("Enter");
    await expect(hits).toHaveText("11 of 11");
    await search.press("Enter");
    await expect(hits).toHaveText("1 of 11");
    // The oldest of them is far above what is drawn while the log is followed.
    const current = log(page).locator("[aria-current]");
    await expect(current).toHaveText(/ordinary 7$/);
    await expect(current).toBeInViewport();
    await search.press("Shift+Enter");
    await expect(hits).toHaveText("11 of 11");
    await search.press("Escape");

    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the log" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^lifecycle-\d{8}T\d{6}Z\.log$/);
    const text = await readFile(await download.path(), "utf8");
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {5}driver lab: ordinary 300$/m);
    expect(text).toMatch(/^\S+ INFO {5}driver lab log: Operation started$/m);

    await page.getByLabel("Severity").selectOption("WARNING");
    await expect(log(page)).not.toContainText("ordinary");
    await page.getByLabel("Lines from").selectOption({ label: "From lab" });
    await expect(log(page)).toContainText("odd 1");
    await exporterPage.reload();
    await expect(page.getByLabel("Severity")).toHaveValue("WARNING");
    await expect(page.getByLabel("Lines from")).toHaveValue("driver:lab");
    await page.getByRole("button", { name: "Show all lines" }).click();
    await expect(log(page)).toContainText("lifecycle");
  });

  test("the terminal runs j and pipes, tells what went wrong, and can be interrupted", async ({
    exporterPage,
  }) => {
    const { page } = exporterPage;
    await page.getByRole("button", { name: "Open terminal" }).click();
    await expect(command(page)).toBeFocused();
    const output = page.getByRole("log", { name: "Terminal output" });

    await type(page, "j power on");
    await exporterPage.expectPower("power", "on");
    await type(page, "echo one two three | wc -w");
    await expect(output).toContainText(/^3$/m);
    await type(page, "mkdir -p /tmp/deep && cd /tmp/deep");
    await expect(page.getByText("/tmp/deep $", { exact: true })).toBeVisible();
    await type(page, "j pwer");
    await expect(output).toContainText("exit code 1");
    await type(page, "j serial start-console");
    await expect(output).toContainText("exit code 1");

    await type(page, "sleep 900");
    await expect(page.getByRole("button", { name: "Interrupt" })).toBeVisible();
    await page.keyboard.press("Control+c");
    await expect(output).toContainText("interrupted");
    await page.keyboard.press("Control+l");
    await expect(output).toBeEmpty();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect(command(page)).toHaveValue("j serial start-console");

    await exporterPage.reload();
    await page.getByRole("button", { name: "Open terminal" }).click();
    await expect(command(page)).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await expect(command(page)).toHaveValue("sleep 900");

    await page.getByRole("button", { name: "Stop" }).click();
    await expect(page.getByText("Works while the exporter runs")).toBeVisible();
    await expect(page.getByRole("button", { name: "Open again" })).toBeDisabled();
  });

  test("a bench is one client's at a time when that is chosen, and the page says whose", async ({
    exporterPage,
    jumpstarter,
  }) => {
    const { page } = exporterPage;
    await page.getByRole("radio", { name: "One client at a time" }).check();
    await page.getByRole("button", { name: "Restart now" }).click();
    await expect(page.getByText("Taken up at the next start.")).toBeHidden();
    await exporterPage.expectAttached();

    await using shell = jumpstarter.startShell(["bash", "-c", "echo open; read"], { stdin: "" });
    await shell.saw(/open/, "stdout");
    await expect(session(page)).toContainText(/In use by .*127\.0\.0\.1.* for \d/);
    await exporterPage.reload();
    await expect(page.getByRole("radio", { name: "One client at a time" })).toBeChecked();
  });
});

function session(page: Page): Locator {
  return page.getByRole("region", { name: "Session" });
}

function log(page: Page): Locator {
  return page.getByRole("log", { name: "Exporter log" });
}

function command(page: Page): Locator {
  return page.getByRole("textbox", { name: "Command", exact: true });
}

/** Into the terminal, once the line before has ended. */
async function type(page: Page, line: string): Promise<void> {
  await expect(command(page)).toBeEditable();
  await command(page).fill(line);
  await command(page).press("Enter");
}
