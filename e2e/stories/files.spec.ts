/**
 * Files and the page: one is dropped on a card, compared, saved and flashed again; and what a client flashes is seen, and ended.
 * Below: test.ts, the mock flasher of the page's catalogue, the test driver page/odd-flasher.ts.
 */

import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Locator, Page } from "@playwright/test";
import { STORAGE_BENCH } from "../support/benches.ts";
import { expect as expectSoon, test } from "./test.ts";

/** 30 s for one step of the page, or for a file to get somewhere, on a busy machine. */
const expect = expectSoon.configure({ timeout: 30_000 });

/** 45 s for a Python client to start and to be seen, on a busy machine. */
const CLIENT_WITHIN_MS = 45_000;

test.use({ bench: STORAGE_BENCH, passphrase: "files-passphrase", startPage: true });
// Each takes a person's many steps, some with a client that has to start first.
test.beforeEach(() => test.slow());

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

test("a file that is dropped on a card is flashed, compared, saved, and still there after a reload", async ({
  exporterPage,
  jumpstarter,
  folder,
}) => {
  const { page } = exporterPage;
  const content = randomBytes(300_000);
  const card = exporterPage.driver("storage");
  await drop(card, [
    { name: "firmware.bin.gz", content: gzipSync(content) },
    { name: "notes.txt", content: Buffer.from("not this one") },
  ]);
  await expect(card).toContainText("One file at a time: firmware.bin.gz was taken, notes.txt was left out.");
  await expect(card.getByLabel("Unpack gzip on the way")).toBeChecked();
  await card.getByLabel("Partition").fill("kernel");
  await card.getByLabel("Partition").press("Enter");

  const flashed = card.getByRole("listitem").filter({ hasText: "firmware.bin to kernel" });
  const entry = flashed.first();
  await expect(entry).toContainText("Done");
  await entry.getByRole("button", { name: `Copy the sha256 ${sha256(content)}` }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(sha256(content));
  await entry.getByRole("button", { name: "Verify" }).click();
  await expect(entry).toContainText("The device has it.");
  expect(await jumpstarter.j(`storage dump ${folder}/back --target kernel`)).toMatchObject({ code: 0 });
  expect(sha256(await readFile(`${folder}/back`))).toBe(sha256(content));

  await exporterPage.reload();
  expect(sha256(await downloaded(page, () => entry.getByRole("button", { name: "Save" }).click()))).toBe(
    sha256(content),
  );
  // A new session: the mock has forgotten what it had, and the browser has not.
  await entry.getByRole("button", { name: "Flash firmware.bin to kernel again" }).click();
  await expect(flashed).toHaveCount(2);
  await expect(entry).toContainText("Done");
  await card.getByRole("button", { name: "Save to a file: storage" }).click();
  await card.getByLabel("Partition").fill("kernel");
  const dump = await downloaded(page, () => card.getByRole("button", { name: "Save", exact: true }).click());
  expect(sha256(dump)).toBe(sha256(content));
  const dumped = card.getByRole("listitem").filter({ hasText: "storage-kernel.bin from kernel" });
  await expect(dumped.getByRole("button", { name: `Copy the sha256 ${sha256(content)}` })).toBeVisible();
  await card.getByRole("button", { name: "Show all 4" }).click();
  await card.getByRole("button", { name: "Clear" }).click();
  await expect(card.getByRole("listitem")).toHaveCount(0);
});

test("a storage mux is switched to the host for a file, and back to the board", async ({ exporterPage }) => {
  const { page } = exporterPage;
  const card = exporterPage.driver("card");
  await expect(card.getByRole("button", { name: "Off: card" })).toHaveAttribute("aria-pressed", "true");
  await card.getByLabel("File for card", { exact: true }).setInputFiles({
    name: "sd.img",
    mimeType: "application/octet-stream",
    buffer: randomBytes(1000),
  });
  await card.getByRole("button", { name: "Flash sd.img" }).click();
  await expect(card.getByRole("listitem").first()).toContainText("Done");
  await expect(card.getByRole("button", { name: "DUT: card" })).toHaveAttribute("aria-pressed", "true");
  const log = page.getByRole("log");
  await expect(log).toContainText("card host() Operation completed");
  await expect(log).toContainText("card write() Operation completed");
  await expect(log).toContainText("card dut() Operation completed");

  // A file beside the cards is no reason to leave the page.
  await drop(page.getByRole("heading", { level: 1 }), [{ name: "lost.bin", content: Buffer.from("lost") }]);
  await exporterPage.expectAttached();
});

test("a client's flash is seen on the page, and ends there after a question", async ({
  exporterPage,
  jumpstarter,
  folder,
}) => {
  const { page } = exporterPage;
  await writeFile(`${folder}/image`, randomBytes(1_000_000));
  await using flashing = jumpstarter.startJ(`odd flash -t stall:${folder}/image`);
  const strip = page.getByRole("region", { name: "Transfers" });
  const card = exporterPage.driver("odd");
  for (const place of [strip, card]) {
    const progress = place.getByRole("progressbar", { name: "flash a file to stall" });
    await expect(progress).toBeVisible({ timeout: CLIENT_WITHIN_MS });
    await expect(place).toContainText("by a client");
    await expect(place).toContainText(/\d KiB/);
  }
  await strip.getByRole("button", { name: /^Cancel odd: flash/ }).click();
  const question = page.getByRole("dialog", { name: "Cancel a client's flash?" });
  await question.getByRole("button", { name: "Let it run" }).click();
  await expect(strip).toBeVisible();
  await card.getByRole("button", { name: /^Cancel flash/ }).click();
  await question.getByRole("button", { name: "Cancel it" }).click();
  const { code, output } = await flashing.ended();
  expect(code).not.toBe(0);
  expect(output).toContain("cancelled on the page of the exporter");
  await expect(strip).toBeHidden();
  await expect(card.getByRole("listitem").first()).toContainText("Cancelled");
});

interface Dropped {
  readonly name: string;
  readonly content: Buffer;
}

/** Drag files over an element, and let go of them. */
async function drop(where: Locator, files: readonly Dropped[]): Promise<void> {
  const dataTransfer = await where.page().evaluateHandle(
    (dropped) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of dropped) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      return transfer;
    },
    files.map(({ name, content }) => ({ name, base64: content.toString("base64") })),
  );
  await where.dispatchEvent("dragover", { dataTransfer });
  await where.dispatchEvent("drop", { dataTransfer });
  await dataTransfer.dispose();
}

/** The bytes of the file that comes as a download. */
async function downloaded(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await act();
  return await readFile(await (await download).path());
}
