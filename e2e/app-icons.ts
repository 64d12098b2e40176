// `node e2e/app-icons.ts`: the icons of the installed app, drawn by Chromium from the project's own SVG. To be run when that changes; what
// it writes is committed.

import { readFile, writeFile } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { installedChromium } from "../scripts/prepare-chromium.ts";

const PUBLIC = new URL("../web/public/", import.meta.url);

/** Of a maskable icon, what a platform may cut off is background: the picture stays within the middle 80 %, and this is a little less. */
const SAFE_SHARE = 0.66;

const ICONS = [
  { name: "app-192.png", size: 192, share: 0.92, background: "transparent" },
  { name: "app-512.png", size: 512, share: 0.92, background: "transparent" },
  { name: "app-maskable-512.png", size: 512, share: SAFE_SHARE, background: "#f4f6f8" },
];

const svg = await readFile(new URL("icon-ok.svg", PUBLIC), "utf8");
const executablePath = installedChromium();
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-gpu"] : [],
});
for (const { name, size, share, background } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>
      body { margin: 0; width: ${size}px; height: ${size}px; display: grid; place-items: center; background: ${background} }
      svg { width: ${share * 100}%; height: ${share * 100}% }
    </style>${svg}`);
  await writeFile(new URL(name, PUBLIC), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
