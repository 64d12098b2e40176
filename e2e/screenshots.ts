// `npm run screenshots`: the pictures of the documents, from the real page: a demo board that was switched on and looked into.

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "@playwright/test";
import { installedChromium } from "../scripts/prepare-chromium.ts";

const OUT = fileURLToPath(new URL("../docs/images/", import.meta.url));
const START = fileURLToPath(new URL("../scripts/start.ts", import.meta.url));

const SHOTS = [
  { name: "welcome-light", colorScheme: "light", width: 1280, height: 720, board: false },
  { name: "bench-light", colorScheme: "light", width: 1280, height: 900, board: true },
  { name: "bench-dark", colorScheme: "dark", width: 1280, height: 900, board: true },
  { name: "bench-narrow", colorScheme: "light", width: 390, height: 1400, board: true },
] as const;

/** The demo board, on, with its console open and logged in. */
async function showBoard(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Try a demo board" }).click();
  await page.getByText("Clients can connect").first().waitFor();
  await page.getByRole("button", { name: "On: power" }).click();
  await page.getByRole("button", { name: /^Open console of/ }).click();
  const terminal = page.locator("jumptab-console .xterm-rows");
  await terminal.getByText("login:").waitFor({ timeout: 20_000 });
  for (const line of ["root", "uname -a", "led on", "temp"]) {
    await page.keyboard.type(`${line}\n`);
    await terminal.getByText("~#").nth(0).waitFor();
  }
  await terminal.getByText("°C").or(terminal.getByText("temp")).first().waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
}

mkdirSync(OUT, { recursive: true });
const relay = spawn(process.execPath, [START, "--tls-grpc-listener", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const address = await new Promise<string>((resolve) =>
    relay.stdout.once("data", (line) => resolve(String(line).trim())),
  );
  const executablePath = installedChromium();
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-gpu"] : [],
  });
  for (const { name, colorScheme, width, height, board } of SHOTS) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    await page.goto(address);
    if (board) await showBoard(page);
    else await page.getByRole("button", { name: "Try a demo board" }).waitFor();
    await page.screenshot({ path: `${OUT}${name}.png` });
    await context.close();
  }
  await browser.close();
} finally {
  relay.kill();
}
