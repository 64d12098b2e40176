/**
 * The browser's own chooser of devices, pressed as a person does: rows and buttons of the real bubble.
 * Above: lab.ts. Below: Chromium's UI DevTools, a protocol for the browser's own windows, since DevTools for pages does
 * not reach them. Nothing of the page or of WebSerial is replaced.
 * Specification: https://chromium.googlesource.com/chromium/src/+/HEAD/docs/ui/ui_devtools/index.md
 */

import { once } from "node:events";
import { expect } from "@playwright/test";
import WebSocket from "ws";

/** 20 s for the chooser to come up and to do what it is told, on a busy machine. */
const CHOOSER_TIMEOUT_MS = 20_000;

/**
 * 700 ms between two presses: against pages that put a chooser under a person's finger, Chromium takes no press within
 * the system's time of a double click (500 ms) after the chooser has appeared, or after the press before.
 */
const PRESS_INTERVAL_MS = 700;

/** Where in a view it is pressed, in pixels from its corner: in the first row of a list, and well inside a button. */
const SPOT = { x: 20, y: 10 };

/** A view of the browser's windows. `attributes` are names and values by turns. */
interface UiNode {
  readonly nodeId: number;
  readonly nodeName: string;
  readonly attributes?: readonly string[];
  readonly children?: readonly UiNode[];
}

interface Styles {
  readonly matchedCSSRules?: readonly {
    readonly rule: {
      readonly style: {
        readonly cssProperties: readonly { readonly name: string; readonly value: string }[];
      };
    };
  }[];
}

export class NativeChooser {
  readonly #port: number;

  /** @param port Of the browser's UI DevTools, on the loopback address. */
  constructor(port: number) {
    this.#port = port;
  }

  /** The flags that a browser needs for this. */
  static flags(port: number): readonly string[] {
    return [
      `--enable-ui-devtools=${port}`,
      // Without it, presses are refused. Of several such flags the last one counts: Playwright's own is before it.
      "--enable-features=ui-debug-tools-enable-synthetic-events",
    ];
  }

  /** Wait for the chooser, take its first device, and press Connect. Rejects when it offers more or fewer than one. */
  async connect(): Promise<void> {
    await using browser = await UiDevTools.connect(this.#port);
    await browser.shown();
    const rows = (): Promise<string | undefined> => browser.property("TableView", "RowCount");
    await expect.poll(rows, { message: "devices in the chooser", timeout: CHOOSER_TIMEOUT_MS }).toBe("1");
    await browser.press("TableView");
    expect(await browser.property("TableView", "FirstSelectedRow")).toBe("0");
    await browser.pressUntilGone("Connect");
  }

  /** Wait for the chooser, and press Cancel. */
  async cancel(): Promise<void> {
    await using browser = await UiDevTools.connect(this.#port);
    await browser.shown();
    await browser.pressUntilGone("Cancel");
  }
}

/** A connection to the browser's own windows, about the chooser alone. */
class UiDevTools implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const { id, result, error } = JSON.parse(String(data));
      const waiting = this.#waiting.get(id); // undefined for events: they are not needed here
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(`UI DevTools: ${error.message}`));
    });
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("UI DevTools: the browser is gone"));
    });
  }

  static async connect(port: number): Promise<UiDevTools> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/0`);
    await once(socket, "open");
    const browser = new UiDevTools(socket);
    await browser.#send("DOM.enable");
    await browser.#send("CSS.enable");
    return browser;
  }

  async shown(): Promise<void> {
    await expect
      .poll(() => this.#chooser(), { message: "the browser's chooser", timeout: CHOOSER_TIMEOUT_MS })
      .toBeDefined();
  }

  /** What the only view of this class says of itself; undefined without such a view or property. */
  async property(className: string, name: string): Promise<string | undefined> {
    const [view] = await this.#views(className);
    return view === undefined ? undefined : (await this.#properties(view)).get(name);
  }

  async press(className: string): Promise<void> {
    const [view] = await this.#views(className);
    if (view === undefined) throw new Error(`the chooser has no ${className}`);
    await this.#press(view);
  }

  /** Press the button with this text until it has closed the chooser. */
  async pressUntilGone(text: string): Promise<void> {
    await expect(async () => {
      for (const button of await this.#views("MdTextButton")) {
        if ((await this.#properties(button)).get("Text") === text) await this.#press(button);
      }
      expect(await this.#chooser(), `the chooser after ${text} was pressed`).toBeUndefined();
    }).toPass({ intervals: [PRESS_INTERVAL_MS], timeout: CHOOSER_TIMEOUT_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close();
    await once(this.#socket, "close");
  }

  async #chooser(): Promise<UiNode | undefined> {
    const { root } = (await this.#send("DOM.getDocument")) as { readonly root: UiNode };
    return descendants(root).find(
      ({ nodeName, attributes }) =>
        nodeName === "Window" && attributes?.includes("ChooserBubbleUiViewDelegate"),
    );
  }

  async #views(className: string): Promise<readonly UiNode[]> {
    const chooser = await this.#chooser();
    return chooser === undefined
      ? []
      : descendants(chooser).filter(({ attributes }) => attributes?.includes(className));
  }

  async #properties({ nodeId }: UiNode): Promise<ReadonlyMap<string, string>> {
    const styles = (await this.#send("CSS.getMatchedStylesForNode", { nodeId })) as Styles;
    const rules = styles.matchedCSSRules ?? [];
    return new Map(
      rules.flatMap(({ rule }) => rule.style.cssProperties.map(({ name, value }) => [name, value] as const)),
    );
  }

  async #press({ nodeId }: UiNode): Promise<void> {
    for (const type of ["mousePressed", "mouseReleased"]) {
      const event = { type, ...SPOT, button: "left", wheelDirection: "none" };
      await this.#send("DOM.dispatchMouseEvent", { nodeId, event });
    }
  }

  #send(method: string, params: object = {}): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, answer);
    this.#socket.send(JSON.stringify({ id: this.#lastId, method, params }));
    return answer.promise;
  }
}

function descendants(node: UiNode): readonly UiNode[] {
  return [node, ...(node.children ?? []).flatMap(descendants)];
}
