/**
 * A tab in a browser profile of its own that only the DevTools protocol holds.
 * Above: the specs about frozen tabs and about memory. Below: Playwright's session with the browser.
 * Why: Playwright pretends that each of its own tabs has the focus, and a tab with the focus cannot be frozen.
 */

import type { Browser, CDPSession } from "@playwright/test";

/** The answer to one command. */
interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class DevtoolsTab implements AsyncDisposable {
  readonly #browser: CDPSession;
  readonly #browserContextId: string;
  readonly #sessionId: string;
  #lastId = 0;
  #waiting = new Map<number, PromiseWithResolvers<unknown>>();

  private constructor(browser: CDPSession, browserContextId: string, sessionId: string) {
    this.#browser = browser;
    this.#browserContextId = browserContextId;
    this.#sessionId = sessionId;
    browser.on("Target.receivedMessageFromTarget", (event) => {
      if (event.sessionId === sessionId) this.#receive(JSON.parse(event.message) as Answer);
    });
  }

  /** Open a tab, without waiting for anything in it. */
  static async open(browser: Browser, url: string): Promise<DevtoolsTab> {
    const session = await browser.newBrowserCDPSession();
    const { browserContextId } = await session.send("Target.createBrowserContext", {});
    const { targetId } = await session.send("Target.createTarget", { url, browserContextId });
    const { sessionId } = await session.send("Target.attachToTarget", { targetId, flatten: false });
    return new DevtoolsTab(session, browserContextId, sessionId);
  }

  /** As the browser does with a tab that nobody has looked at for a while: hidden, and nothing in it runs. */
  async freeze(): Promise<void> {
    await this.#send("Page.setWebLifecycleState", { state: "frozen" });
  }

  async thaw(): Promise<void> {
    await this.#send("Page.setWebLifecycleState", { state: "active" });
  }

  /** Close the tab and its profile. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.send("Target.disposeBrowserContext", { browserContextId: this.#browserContextId });
    await this.#browser.detach();
  }

  async #send(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answered);
    const message = JSON.stringify({ id, method, params });
    await this.#browser.send("Target.sendMessageToTarget", { sessionId: this.#sessionId, message });
    return await answered.promise;
  }

  #receive({ id, result, error }: Answer): void {
    if (id === undefined) return; // an event
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }
}
