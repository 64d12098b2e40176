/**
 * The keyboard alone: every control of what is on the page now gets the focus by Tab, and is seen to have it.
 * Above: the specs of this folder. Below: Playwright; the page's shadow roots, which are open.
 */

import { expect, type Page } from "@playwright/test";

/** A view with more controls than this is lost for who has no mouse, whatever their order. */
const MOST_STOPS = 120;

interface Stop {
  readonly name: string;
  /** Some ring is around it, or around what it is in. */
  readonly seen: boolean;
}

/** From the page's beginning, or from where a dialog has put the focus, once around. */
export async function expectKeyboardReachesAll(page: Page, view: string): Promise<void> {
  await page.evaluate(() => {
    const marked = new WeakSet<Element>();
    const deepest = (): Element | null => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return active === document.body ? null : active;
    };
    const nameOf = (element: Element): string => {
      const text = element.getAttribute("aria-label") ?? element.textContent?.trim().replace(/\s+/g, " ");
      return `${element.localName} ${text || element.getAttribute("title") || element.id}`.slice(0, 80);
    };
    /** Whether an outline is drawn around it or one of the few things that it is in. */
    const isSeen = (element: Element): boolean => {
      let one: Element | null = element;
      for (let level = 0; one !== null && level < 8; level += 1) {
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        if (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) return true;
        const root = one.getRootNode();
        one = one.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
      }
      return false;
    };
    const all = (root: ParentNode): Element[] =>
      [...root.querySelectorAll("*")].flatMap((element) => [
        element,
        ...(element.shadowRoot === null ? [] : all(element.shadowRoot)),
      ]);
    const CONTROLS =
      "a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable=true], [tabindex]";
    const isControl = (element: Element): boolean =>
      element instanceof HTMLElement &&
      element.matches(CONTROLS) &&
      element.tabIndex >= 0 &&
      !element.matches(":disabled, [aria-hidden=true]") &&
      element.checkVisibility({ visibilityProperty: true }) &&
      element.closest("[inert]") === null &&
      // Of a group of radio buttons, the keyboard gets to one.
      !(element instanceof HTMLInputElement && element.type === "radio" && !element.checked);
    const openDialog = (): Element | undefined =>
      all(document).findLast((element) => element.matches("dialog:modal"));
    const isWithin = (element: Element, outer: Element): boolean => {
      for (let one: Node | null = element; one !== null; ) {
        if (one === outer) return true;
        one = one.parentNode instanceof ShadowRoot ? one.parentNode.host : one.parentNode;
      }
      return false;
    };
    Object.assign(globalThis, {
      keyboardStop: (): { stop: Stop | null; again: boolean } => {
        const element = deepest();
        if (element === null) return { stop: null, again: false };
        const again = marked.has(element);
        marked.add(element);
        return { stop: { name: nameOf(element), seen: isSeen(element) }, again };
      },
      keyboardMissed: (): string[] => {
        const dialog = openDialog();
        return all(document)
          .filter(isControl)
          .filter((element) => dialog === undefined || isWithin(element, dialog))
          .filter((element) => !marked.has(element))
          .map(nameOf);
      },
    });
  });
  const hidden: string[] = [];
  for (let press = 0; ; press += 1) {
    expect(press, `${view}: presses of Tab to get around`).toBeLessThan(MOST_STOPS);
    await page.keyboard.press("Tab");
    const { stop, again } = await page.evaluate(() =>
      (globalThis as unknown as { keyboardStop(): { stop: Stop | null; again: boolean } }).keyboardStop(),
    );
    if (again) break;
    if (stop !== null && !stop.seen) hidden.push(stop.name);
  }
  const missed = await page.evaluate(() =>
    (globalThis as unknown as { keyboardMissed(): string[] }).keyboardMissed(),
  );
  expect.soft(missed, `${view}: controls that Tab does not reach`).toEqual([]);
  expect.soft(hidden, `${view}: controls with a focus that is not seen`).toEqual([]);
}
