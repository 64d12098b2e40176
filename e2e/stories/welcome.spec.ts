/**
 * The first face: a board that was never here, from its plug to its bench. The browser's chooser of ports is the only thing that is played
 * here: no program presses it. With the real one: e2e/hardware/chooser.spec.ts.
 * Below: test.ts (a relay without a bench).
 */

import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

const CP2102 = { usbVendorId: 0x10c4, usbProductId: 0xea60 };

/** What the window's `navigator.serial` says from now on. The worker, which opens ports, keeps the browser's own: it has none. */
async function play(
  page: Page,
  { granted, chosen }: { granted: readonly SerialPortInfo[]; chosen: SerialPortInfo | null },
): Promise<void> {
  await page.evaluate(
    ({ granted: infos, chosen: info }) => {
      const port = (its: SerialPortInfo) => ({ connected: true, getInfo: () => its });
      Object.assign(navigator.serial, {
        getPorts: async () => infos.map(port),
        requestPort: async () => {
          if (info === null) throw new DOMException("closed", "NotFoundError");
          return port(info);
        },
      });
      navigator.serial.dispatchEvent(new Event("connect"));
    },
    { granted, chosen },
  );
}

test("a board is recognised by its USB ids, and runs two presses after the chooser was opened", async ({
  exporterPage,
}) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await expect(page.getByRole("button", { name: "Try a demo board", exact: true })).toBeVisible();

  await play(page, { granted: [], chosen: null });
  await page.getByRole("button", { name: "Serial port", exact: true }).click();
  await expect(page.getByText(/^Nothing was chosen\. If your board was not in the list/)).toBeVisible();

  await play(page, { granted: [], chosen: CP2102 });
  await page.getByRole("button", { name: "Serial port", exact: true }).click();
  await expect(page.getByRole("heading", { name: "CP2102 USB-serial" })).toBeFocused();
  await expect(page.getByRole("checkbox", { name: /^Serial console/ })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: /^ESP32 flasher/ })).toBeChecked();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await exporterPage.expectAttached();
  await expect(page.getByRole("heading", { level: 1, name: /^board-[0-9a-f]{4}$/ })).toBeVisible();
  await expect(exporterPage.driver("serial")).toContainText("CP2102 USB-serial 10c4:ea60");
  await expect(exporterPage.driver("esp32")).toBeVisible();
});

test("a board that was allowed before is offered as soon as it is plugged in", async ({ exporterPage }) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await expect(page.getByRole("button", { name: "Try a demo board", exact: true })).toBeVisible();
  await play(page, { granted: [{ usbVendorId: 0x2341, usbProductId: 0x0043 }], chosen: null });
  const offer = page.getByRole("listitem").filter({ hasText: "Arduino Uno 2341:0043 is plugged in." });
  await expect(offer).toBeVisible();
  await offer.getByRole("button", { name: "Use it: Arduino Uno" }).click();
  await expect(page.getByRole("heading", { name: "Arduino Uno" })).toBeFocused();

  await play(page, { granted: [], chosen: null });
  await expect(page.getByRole("heading", { name: "Share a board from this tab" })).toBeVisible();
  await expect(offer).toBeHidden();
});
