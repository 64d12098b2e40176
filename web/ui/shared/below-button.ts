/**
 * Where a menu goes that a button opens: below it, and within the window.
 * Above: elements with a popover. Below: the platform.
 */

/** Pixels between the menu and the window's edges. */
const MARGIN = 12;
/** Pixels between the button and its menu. */
const GAP = 4;

/** @param align The side on which both end. The menu is shown already: its size is known then. */
export function placeBelow(menu: HTMLElement, button: HTMLElement, align: "left" | "right"): void {
  const place = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = align === "left" ? place.left : place.right - width;
  menu.style.left = `${within(left, innerWidth - width)}px`;
  menu.style.top = `${within(place.bottom + GAP, innerHeight - height)}px`;
}

function within(wanted: number, most: number): number {
  return Math.max(MARGIN, Math.min(wanted, most - MARGIN));
}
