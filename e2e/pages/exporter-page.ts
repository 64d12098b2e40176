/**
 * The page as a person uses it: a browser profile, a tab in it, and their verbs. By roles and words, not by CSS.
 * Above: fixtures.ts, the specs. Below: Playwright, the page's own texts.
 */

import { type Browser, type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import type { Endpoint } from "../support/jumpstarter.ts";

/** 20 s for a page to load, start its drivers and be attached, on a busy machine. */
const ATTACH_TIMEOUT_MS = 20_000;

/** A page that needs more presses of Tab than this to reach anything has lost its keyboard users. */
const MOST_TABS = 60;

export class ExporterPage implements AsyncDisposable {
  readonly #browser: Browser | null;
  readonly #url: () => string;
  readonly #context: () => Promise<BrowserContext>;
  readonly #ownsContext: boolean;
  #opened: Promise<BrowserContext> | undefined;
  #page: Page | undefined;
  #faults: string[] = [];

  /**
   * @param browser Makes profiles; null for a page in the browser's only one.
   * @param url Where `open` goes.
   * @param context The browser profile; without one the page makes its own.
   */
  constructor(browser: Browser | null, url: () => string, context?: BrowserContext) {
    this.#browser = browser;
    this.#url = url;
    this.#ownsContext = context === undefined;
    this.#context = async () => {
      if (context !== undefined) return context;
      if (browser === null) throw new Error("this browser has one profile, and it was not given");
      // Certificates of the tests are their own.
      this.#opened ??= browser.newContext({
        ignoreHTTPSErrors: true,
        // The page is always the relay's; e2e/stories/without-relay.spec.ts has a service worker.
        serviceWorkers: "block",
        permissions: ["clipboard-read", "clipboard-write"],
      });
      return await this.#opened;
    };
  }

  /** The tab. */
  get page(): Page {
    if (this.#page === undefined) throw new Error("the page is not open");
    return this.#page;
  }

  /** Open a tab in this profile at the printed address, without waiting for anything. */
  async visit(url: string = this.#url()): Promise<void> {
    const context = await this.#context();
    this.#page = await context.newPage();
    this.#page.on("pageerror", (error) => this.#faults.push(String(error)));
    await this.#page.goto(url);
  }

  /** Open a tab at the printed address, whose bench starts by itself, and wait until clients can reach it. */
  async open(): Promise<void> {
    await this.visit();
    await this.expectAttached();
  }

  /** Close the tab. What the browser keeps stays for the next one. */
  async close(): Promise<void> {
    await this.page.close();
    this.#page = undefined;
  }

  /** End the tab's process, as a crash does, or the browser when it discards a tab. Nobody is told. */
  async crash(): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const crashed = this.page.waitForEvent("crash");
    // It never answers: the one who would is gone.
    session.send("Page.crash").catch(() => undefined);
    await crashed;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.expectAttached();
  }

  /** Another tab of the same profile. */
  async openTab(): Promise<ExporterPage> {
    const tab = new ExporterPage(this.#browser, this.#url, await this.#context());
    return tab;
  }

  /** The same address in a profile that shares nothing with this one, without waiting. */
  async openAgainInAnotherBrowser(url: string = this.#url()): Promise<ExporterPage> {
    const other = new ExporterPage(this.#browser, this.#url);
    await other.visit(url);
    return other;
  }

  async expectAttached(): Promise<void> {
    await this.#expectTitle(/^(Clients can connect|Back after .+)$/);
  }

  /** The relay does not want this page: its name or its token is wrong. */
  async expectRefused(): Promise<void> {
    await this.#expectTitle("The relay has refused this page");
  }

  /** Another page holds this exporter, and this one offers to take over. */
  async expectHeldElsewhere(): Promise<void> {
    await this.#expectTitle("Another page is attached already");
    await expect(this.page.getByRole("button", { name: "Take over", exact: true })).toBeVisible();
  }

  /** Another page has taken this exporter over, and this one offers to take it back. */
  async expectTakenOver(): Promise<void> {
    await this.#expectTitle("Another page has taken over");
    await expect(this.page.getByRole("button", { name: "Take back", exact: true })).toBeVisible();
  }

  /** Where the page stands with its relay, in its own words. */
  get connection(): Locator {
    return this.page.locator("jumptab-tunnel-state");
  }

  async #expectTitle(title: string | RegExp): Promise<void> {
    await expect(this.connection.getByText(title, { exact: true })).toBeVisible({
      timeout: ATTACH_TIMEOUT_MS,
    });
  }

  /** The card of a driver, by its path of names: `board.power`. */
  driver(path: string): Locator {
    const names = path.split(".");
    const name = names.pop() ?? "";
    const within = names.reduce<Locator | Page>(
      (scope, group) => scope.getByRole("group", { name: group, exact: true }),
      this.page,
    );
    return within.getByRole("article", { name, exact: true }).first();
  }

  async expectPower(path: string, state: "on" | "off"): Promise<void> {
    await expect(
      this.driver(path)
        .getByText(state === "on" ? "On" : "Off", { exact: true })
        .first(),
    ).toBeVisible();
    await expect(this.driver(path).getByRole("status").first()).toHaveText(state === "on" ? "On" : "Off");
  }

  /** Press Tab until the button of this name has the focus, as somebody without a mouse does. */
  async tabTo(name: string | RegExp): Promise<void> {
    const wanted = this.page.getByRole("button", { name });
    for (let press = 0; press < MOST_TABS; press += 1) {
      if (await wanted.evaluate((button) => button.matches(":focus"))) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`${MOST_TABS} presses of Tab did not reach the button ${name}`);
  }

  /** Open the console of a driver (its path, with spaces) and type into it. */
  async typeInConsole(path: string, text: string): Promise<void> {
    await this.page.getByRole("button", { name: `Open console of ${path}` }).click();
    await expect(this.page.getByRole("button", { name: `Close console of ${path}` })).toBeVisible();
    await this.page.keyboard.type(text);
  }

  /** The line to copy. */
  async shareLine(): Promise<string> {
    return (await this.page.getByRole("group", { name: "jmp shell command" }).innerText()).trim();
  }

  /** What that line tells a client. */
  async endpoint(): Promise<Endpoint> {
    const words = (await this.shareLine()).split(" ");
    const after = (flag: string): string => words[words.indexOf(flag) + 1] ?? "";
    return {
      address: after("--tls-grpc"),
      passphrase: after("--passphrase"),
      insecure: words.includes("--tls-grpc-insecure"),
    };
  }

  /** Press the demo board's button on the first face of the page, and wait until clients can reach it. */
  async startDemo(): Promise<void> {
    await this.page.getByRole("button", { name: "Try a demo board" }).click();
    await this.expectAttached();
  }

  /** Paste a configuration into the first face of the page, as with Ctrl-V. */
  async paste(configuration: string): Promise<void> {
    await expect(this.page.getByRole("button", { name: "Try a demo board" })).toBeVisible();
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), configuration);
    await this.page.keyboard.press("Control+v");
  }

  /** Close the profile with all its tabs. The page must not have thrown anything. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownsContext) await (await this.#opened)?.close();
    else await this.#page?.close();
    expect(this.#faults, "errors that nobody caught in the page").toEqual([]);
  }
}
