// `npm run screenshots`: the pictures of the documents, from the real page: a demo board that was switched on and looked
// into, a hook that runs and one that failed, the log with a search, the terminal, and a chip that is flashed. With a folder as its
// argument they go there, and all views are taken, or those that are named after it, in light and dark, wide, half as wide and narrow.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContextOptions, chromium, type Locator, type Page } from "@playwright/test";
import { installedChromium } from "../scripts/prepare-chromium.ts";

const DOCUMENTS = fileURLToPath(new URL("../docs/images/", import.meta.url));
const START = fileURLToPath(new URL("../scripts/start.ts", import.meta.url));

const WAITING_HOOK = hookBench(
  "rack-3",
  `echo "Waiting for the board's boot loader"
      j power on
      sleep 600`,
);

const FAILING_HOOK = hookBench(
  "rack-4",
  `echo "Switching the board on"
      j power on
      j power read
      echo "No answer from the fan controller" >&2
      exit 1`,
);

let racks = 4;

/** Each picture has a name of its own: the relay expects the page of the one before for a moment, and refuses another. */
const chips = (): string => `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: rack-${++racks}
export:
  board:
    type: jumptab.simulator.Esp32Board
    config:
      chip: ESP32
  storage:
    type: jumpstarter_driver_opendal.driver.MockStorageMuxFlasher
`;

/** What can be shown. Each begins at the first face of the page. */
const SCENES = {
  async welcome(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Try a demo board" }).waitFor();
  },

  /** The demo board, on, with its console open and logged in. */
  async bench(page: Page): Promise<void> {
    await startDemo(page);
    await page.getByRole("button", { name: "On: power" }).click();
    await page.getByRole("button", { name: /^Open console of/ }).click();
    const terminal = page.locator("jumptab-console .xterm-rows");
    await terminal.getByText("login:").waitFor({ timeout: 20_000 });
    for (const line of ["root", "uname -a", "led on", "temp"]) {
      await page.keyboard.type(`${line}\n`);
      await terminal.getByText("~#").nth(0).waitFor();
    }
    await terminal.getByText("°C").or(terminal.getByText("temp")).first().waitFor();
  },

  /** Everything that can be done, with a few letters of it typed. */
  async commands(page: Page): Promise<void> {
    await startDemo(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find a command" }).fill("con");
  },

  async help(page: Page): Promise<void> {
    await startDemo(page);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Help" }).waitFor();
  },

  /** The bench as a person may like it: the log wider, the power folded, sections to be moved. */
  async arranged(page: Page): Promise<void> {
    await startDemo(page);
    await page.getByRole("button", { name: "Fold the card of board power" }).click();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find a command" }).fill("arrange");
    await page.keyboard.press("Enter");
  },

  /** Two links, one of them open at a colleague's. */
  async share(page: Page): Promise<void> {
    await startDemo(page);
    await share(page, "Ben");
    const colleague = await openLink(page, await share(page, "Ana"));
    await colleague.getByRole("button", { name: "On: power" }).click();
    await page.getByText("Ana").nth(1).waitFor();
  },

  async "share-form"(page: Page): Promise<void> {
    await startDemo(page);
    await page.getByRole("button", { name: "Share with a link" }).click();
    await page.keyboard.type("Ana");
  },

  /** What Ana sees. */
  async guest(page: Page): Promise<Page> {
    await startDemo(page);
    const colleague = await openLink(page, await share(page, "Ana"));
    await colleague.getByRole("button", { name: "On: power" }).click();
    await colleague.getByRole("button", { name: /^Open console of/ }).click();
    await colleague.locator("jumptab-console .xterm-rows").getByText("login:").waitFor({ timeout: 20_000 });
    return colleague;
  },

  /** A link that was wrong from the beginning; a relay that has no bench at all cannot tell. */
  async "guest-wrong-link"(page: Page): Promise<Page> {
    await startDemo(page);
    const colleague = await openLink(page, `${new URL(page.url()).origin}/#share=aaaaaaaaaaaaaaaaaaaaaa`);
    await colleague.getByRole("heading", { name: "This link opens nothing here" }).waitFor();
    return colleague;
  },

  async builder(page: Page): Promise<void> {
    await startDemo(page);
    await page.getByRole("button", { name: "Edit configuration" }).click();
    await page.getByRole("button", { name: "Save & start" }).waitFor();
  },

  async "hook-running"(page: Page): Promise<void> {
    await paste(page, WAITING_HOOK);
    await page.getByText("Preparing the session").first().waitFor();
    await page.getByRole("log").getByText("Operation completed").last().waitFor();
  },

  async "hook-failed"(page: Page): Promise<void> {
    await paste(page, FAILING_HOOK);
    await page.getByText("The session could not begin").first().waitFor();
    await page.getByRole("button", { name: "Show its lines" }).click();
  },

  async log(page: Page): Promise<void> {
    await startDemo(page);
    for (const button of ["On", "Read", "Cycle", "Read", "Off", "Read"]) {
      await page.getByRole("button", { name: `${button}: power` }).click();
    }
    const search = page.getByLabel("Search the log");
    await search.fill("read");
    await page.getByRole("log").locator("mark").first().waitFor();
    await search.press("Enter");
    await search.press("Shift+Enter");
  },

  async terminal(page: Page): Promise<void> {
    await startDemo(page);
    await page.getByRole("button", { name: "Open terminal" }).click();
    const command = page.getByRole("textbox", { name: "Command", exact: true });
    for (const line of ["j power on", "j power read | cut -d' ' -f1", "cd /tmp", "j pwer", "j --help"]) {
      await command.and(page.locator(":not([readonly])")).waitFor();
      await command.fill(line);
      await command.press("Enter");
    }
    await command.and(page.locator(":not([readonly])")).waitFor();
    await command.fill("j serial ");
    await page.locator("jumptab-shell").scrollIntoViewIfNeeded();
  },

  /** A simulated ESP32 with an entry in its history, while it is flashed again with something larger. */
  async flash(page: Page): Promise<void> {
    await paste(page, chips());
    const chip = page.getByRole("article", { name: "esp32", exact: true });
    await send(chip, "boot-loader.bin", 24 * 1024);
    await chip.getByRole("listitem").getByText("Done").waitFor({ timeout: 60_000 });
    await chip.getByRole("button", { name: "Verify" }).click();
    await chip.getByText("The device has it.").waitFor({ timeout: 60_000 });
    await send(chip, "application.bin", 900 * 1024);
    await chip.getByText(/ left$/).waitFor({ timeout: 60_000 });
    await chip.scrollIntoViewIfNeeded();
  },
};

/** Choose a file of so many bytes on a card, and flash it: noise, which cannot be sent any shorter. */
async function send(card: Locator, name: string, bytes: number): Promise<void> {
  const file = { name, mimeType: "application/octet-stream", buffer: randomBytes(bytes) };
  await card.getByLabel(/^File for/).setInputFiles(file);
  await card.getByRole("button", { name: `Flash ${name}` }).click();
}

type Scene = keyof typeof SCENES;

interface Shot {
  readonly name: string;
  readonly scene: Scene;
  readonly look: BrowserContextOptions;
}

/** A colleague opens the link in a browser of their own. */
async function openLink(page: Page, link: string): Promise<Page> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("the context has no browser");
  const colleague = await browser.newContext({
    viewport: page.viewportSize(),
    colorScheme: (await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches))
      ? "dark"
      : "light",
  });
  const tab = await colleague.newPage();
  await tab.goto(link);
  return tab;
}

/** Make a link as a person does, and take it out of the clipboard. */
async function share(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "Share with a link" }).click();
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await page.getByText(`The link for ${name} is in the clipboard`).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

const LIGHT = { colorScheme: "light", viewport: { width: 1280, height: 900 } } as const;
const DARK = { colorScheme: "dark", viewport: { width: 1280, height: 900 } } as const;
const NARROW = { colorScheme: "light", viewport: { width: 390, height: 1400 } } as const;

const DOCUMENT_SHOTS: readonly Shot[] = [
  { name: "welcome-light", scene: "welcome", look: { ...LIGHT, viewport: { width: 1280, height: 720 } } },
  { name: "bench-light", scene: "bench", look: LIGHT },
  { name: "bench-dark", scene: "bench", look: DARK },
  { name: "bench-narrow", scene: "bench", look: NARROW },
  { name: "hook-failed-light", scene: "hook-failed", look: LIGHT },
  { name: "terminal-light", scene: "terminal", look: LIGHT },
  { name: "flash-light", scene: "flash", look: LIGHT },
  { name: "guest-light", scene: "guest", look: LIGHT },
];

/** Every view by day and by night, at the widths of a screen, of half of one, and of a phone. */
const LOOKS = {
  light: { ...LIGHT, viewport: { width: 1440, height: 900 } },
  dark: { ...DARK, viewport: { width: 1440, height: 900 } },
  "half-light": { ...LIGHT, viewport: { width: 1024, height: 900 } },
  "half-dark": { ...DARK, viewport: { width: 1024, height: 900 } },
  narrow: NARROW,
  "narrow-dark": { ...NARROW, colorScheme: "dark" },
} as const;

const ALL_SHOTS: readonly Shot[] = Object.keys(SCENES).flatMap((scene) =>
  Object.entries(LOOKS).map(([name, look]) => ({
    name: `${scene}-${name}`,
    scene: scene as Scene,
    look,
  })),
);

async function startDemo(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Try a demo board" }).click();
  await page.getByText("Clients can connect").first().waitFor();
}

async function paste(page: Page, configuration: string): Promise<void> {
  await SCENES.welcome(page);
  await page.evaluate((text) => navigator.clipboard.writeText(text), configuration);
  await page.keyboard.press("Control+v");
}

function hookBench(name: string, script: string): string {
  return `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: ${name}
export:
  board:
    type: jumptab.simulator.DemoBoard
  power:
    ref: board.power
hooks:
  beforeLease:
    timeout: 900
    onFailure: endLease
    script: |
      ${script}
`;
}

const [folder, ...only] = process.argv.slice(2);
const out = folder === undefined ? DOCUMENTS : resolve(folder);
mkdirSync(out, { recursive: true });
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
  for (const { name, scene, look } of folder === undefined ? DOCUMENT_SHOTS : ALL_SHOTS) {
    if (only.length > 0 && !only.includes(scene) && !only.includes(name)) continue;
    const context = await browser.newContext({ ...look, permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    await page.goto(address);
    const shown = (await SCENES[scene](page)) ?? page;
    if (folder !== undefined || (scene !== "terminal" && scene !== "flash"))
      await shown.evaluate(() => window.scrollTo(0, 0));
    await shown.screenshot({ path: `${out}/${name}.png`, fullPage: folder !== undefined });
    for (const one of browser.contexts()) await one.close();
  }
  await browser.close();
} finally {
  relay.kill();
}
