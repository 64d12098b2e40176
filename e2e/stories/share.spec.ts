/**
 * A bench is shared with a link: made, copied in every form, seen in use, and taken back.
 * Below: test.ts. The colleague here is the real `jmp` and the real client library; the colleague's page has a spec of its own.
 */

import { writeFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { Child } from "../support/child.ts";
import { clientEnvironment } from "../support/jumpstarter.ts";
import { expect, test } from "./test.ts";

/** A client that starts on a busy machine. */
const CLIENT_WITHIN_MS = 40_000;

const BENCH = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata: {namespace: default, name: shared}
export:
  power: {type: jumpstarter_driver_power.driver.MockPower}
  serial: {type: jumpstarter_driver_pyserial.driver.PySerial, config: {url: "loop://"}}
`;

/** What a program does that has nothing but the file. */
const WITH_THE_FILE = `
from jumpstarter.utils.env import env
with env() as client:
    client.power.on()
    print("on")
`;

test.describe("from a cold start", () => {
  test("a colleague's j power on is three clicks away", async ({ exporterPage, jumpstarter }) => {
    await exporterPage.visit();
    const { page } = exporterPage;
    const clicks = await countClicks(page);
    await page.getByRole("button", { name: "Try a demo board" }).click();
    await page.getByRole("button", { name: "Share with a link" }).click();
    await page.keyboard.type("Ana");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Copy the jmp shell line for Ana" }).click();
    await expect.poll(() => clipboard(page)).toMatch(/^jmp shell /);
    expect(await clicks()).toBe(3);
    const [program = "", ...args] = (await clipboard(page)).split(" ");
    await using shell = jumpstarter.start(program, [...args, "--", "j", "power", "on"]);
    expect(await shell.ended()).toMatchObject({ code: 0 });
    await exporterPage.expectPower("board.power", "on");
  });
});

test.describe("with a bench", () => {
  test.use({ bench: BENCH, passphrase: "the-benchs-own", startPage: true });

  test("a link is made with the keyboard alone, and goes out as a link, a line, a file and a code", async ({
    exporterPage,
    relay,
    folder,
  }) => {
    const { page } = exporterPage;
    const { keyboard } = page;
    await exporterPage.tabTo("Share with a link");
    await keyboard.press("Enter");
    await expect(page.getByLabel("Who is it for?")).toBeFocused();
    await keyboard.type("Ana");
    await keyboard.press("Enter");
    await expect(page.getByText("The link for Ana is in the clipboard")).toBeVisible();
    const link = await clipboard(page);
    expect(link.replace(/\w{22}$/, "SECRET")).toBe(`${relay.origin}/#share=SECRET`);
    const secret = link.slice(-22);

    // From its first button, where the focus is now, to the next ones.
    await expect(page.getByRole("button", { name: "Copy the link for Ana" })).toBeFocused();
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect
      .poll(() => clipboard(page))
      .toBe(`jmp shell --tls-grpc ${relay.endpoint.address} --tls-grpc-insecure --passphrase ${secret}`);
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect.poll(() => clipboard(page)).toContain(`JMP_GRPC_PASSPHRASE=${secret}\n`);
    await writeFile(`${folder}/.env`, await clipboard(page));
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    const code = page.getByRole("dialog", { name: "Link for Ana" });
    await expect(code.getByRole("img", { name: "QR code of the link for Ana" })).toBeVisible();
    await expect(code.getByRole("group", { name: "Link for Ana" })).toHaveText(link);
    await keyboard.press("Escape");
    await expect(code).toBeHidden();

    await using program = new Child(
      "/bin/bash",
      ["-c", 'set -a; . ./.env; set +a; exec python -c "$0"', WITH_THE_FILE],
      { cwd: folder, env: clientEnvironment(folder) },
    );
    expect(await program.ended()).toMatchObject({ code: 0, stdout: "on\n" });
    await exporterPage.expectPower("power", "on");
    expect(relay.log).not.toContain(secret);
  });

  test("the list says who is connected by a link, and revoking it ends their console at once", async ({
    exporterPage,
    relay,
    jumpstarter,
  }) => {
    const { page } = exporterPage;
    const links = page.getByRole("list", { name: "Links", exact: true });
    const ana = links.getByRole("listitem", { name: "Link for Ana" });
    const endpoint = { ...relay.endpoint, passphrase: await share(page, "Ana") };

    // What goes in comes back: the console is open. It stays open when there is no more input.
    await using console = jumpstarter.startJ("serial pipe", { endpoint, stdin: "hello\n" });
    await console.saw(/hello/, "stdout", CLIENT_WITHIN_MS);
    await expect(ana).toContainText(/Connected\s*jmp for \d+ s, from 127\.0\.0\.1/);
    await expect(page.getByRole("list", { name: "Connected now" })).toContainText("Ana");

    await ana.getByRole("button", { name: "Revoke the link for Ana" }).click();
    await answer(page, "Revoke the link for Ana?", "Revoke");
    await console.ended();
    await expect(ana).toHaveCount(0);
    const refused = await jumpstarter.j("power on", { endpoint });
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("this link (Ana) was taken back");

    // Nobody is connected by the next one: it goes without a question.
    await share(page, "Ben");
    await page.getByRole("button", { name: "Revoke the link for Ben" }).click();
    await page.getByText("Ended links (2)").click();
    await page.getByRole("button", { name: "Remove the ended link for Ana" }).click();
    await expect(page.getByRole("list", { name: "Ended links" }).getByRole("listitem")).toHaveCount(1);
  });
});

/** Counts presses of the pointer from now on. */
async function countClicks(page: Page): Promise<() => Promise<number>> {
  const counter = await page.evaluateHandle(() => {
    const counter = { clicks: 0 };
    addEventListener("pointerdown", () => counter.clicks++, { capture: true });
    return counter;
  });
  return () => counter.evaluate(({ clicks }) => clicks);
}

/** Make a link, and take its secret from the clipboard. */
async function share(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "Share with a link" }).click();
  await page.getByLabel("Who is it for?").fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByText(`The link for ${name} is in the clipboard`)).toBeVisible();
  return (await clipboard(page)).slice(-22);
}

async function answer(page: Page, question: string, button: string): Promise<void> {
  const dialog: Locator = page.getByRole("dialog", { name: question });
  await dialog.getByRole("button", { name: button, exact: true }).click();
}

function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}
