/**
 * Judges what is on the page now with axe, in light and dark, wide and narrow, and says each violation in a line.
 * Above: the specs of this folder. Below: @axe-core/playwright.
 */

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** A laptop by day, and a phone by night: two looks have all that there is of widths and colours. */
const LOOKS = [
  { name: "light", scheme: "light", width: 1280, height: 900 },
  { name: "a phone, dark", scheme: "dark", width: 390, height: 844 },
] as const;

/** The page is left as wide and as light as at first. */
export async function expectNoViolations(page: Page, view: string): Promise<void> {
  for (const { name, scheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    // No frame of another origin is in the page, for which axe would open a tab each time.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const said = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
    );
    expect.soft(said, `${view}, ${name}`).toEqual([]);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect.soft(wider, `${view}, ${name}: pixels beyond its right edge`).toBeLessThanOrEqual(0);
  }
  const [first] = LOOKS;
  await page.emulateMedia({ colorScheme: first.scheme });
  await page.setViewportSize({ width: first.width, height: first.height });
}
