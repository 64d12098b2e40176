/**
 * The line between the bench's columns: to be dragged with a mouse or a finger, or moved with the arrow keys. It only says what is
 * wanted; bench.ts decides.
 * Above: bench.ts. Below: layout.ts.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
 */

import { css, html, LitElement, type PropertyValues } from "lit";
import { sharedStyles } from "../shared/styles.ts";
import { NARROWEST_SIDE, SIDE_STEP, WIDEST_SIDE } from "./layout.ts";

/** The width that the side should have, in percent; `done` when the person has let go. Null: as at first. */
export type ResizeEvent = CustomEvent<{ readonly side: number | null; readonly done: boolean }>;

export class Splitter extends LitElement {
  static override properties = { side: { type: Number }, dragging: { type: Boolean, reflect: true } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        width: 1rem;
        cursor: col-resize;
        /* A finger that drags it does not scroll the page. */
        touch-action: none;
      }

      :host(:focus-visible) {
        outline-offset: -2px;
      }

      .grip {
        position: sticky;
        top: calc(50dvh - 1.5rem);
        width: 4px;
        height: 3rem;
        margin: 0 auto;
        border-radius: 2px;
        background: var(--border-strong);
        opacity: 0.55;
      }

      :host(:hover) .grip,
      :host([dragging]) .grip,
      :host(:focus-visible) .grip {
        background: var(--accent);
        opacity: 1;
      }
    `,
  ];

  /** How wide the side is now, in percent of the bench. */
  declare side: number;
  declare dragging: boolean;

  constructor() {
    super();
    this.addEventListener("pointerdown", (event) => this.#grab(event));
    this.addEventListener("pointermove", (event) => this.dragging && this.#tell(this.#at(event), false));
    this.addEventListener("pointerup", (event) => this.#drop(event));
    this.addEventListener("pointercancel", (event) => this.#drop(event));
    this.addEventListener("dblclick", () => this.#tell(null, true));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = 0;
    this.role = "separator";
    this.ariaOrientation = "vertical";
    this.ariaValueMin = String(NARROWEST_SIDE);
    this.ariaValueMax = String(WIDEST_SIDE);
    this.ariaLabel = "Width of the log";
    this.title = "Drag, or press the arrow keys; double-click for the first width";
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("side")) return;
    this.ariaValueNow = String(Math.round(this.side));
    this.ariaValueText = `${Math.round(this.side)} percent`;
  }

  override render() {
    return html`<div class="grip"></div>`;
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.focus();
    this.setPointerCapture(event.pointerId);
    this.dragging = true;
  }

  #drop(event: PointerEvent): void {
    if (!this.dragging) return;
    this.dragging = false;
    this.#tell(this.#at(event), true);
  }

  /** The side's width with its edge below the pointer. */
  #at({ clientX }: PointerEvent): number {
    const bench = this.parentNode instanceof ShadowRoot ? this.parentNode.host : this;
    const look = getComputedStyle(bench);
    const box = bench.getBoundingClientRect();
    const end = box.right - Number.parseFloat(look.paddingInlineEnd);
    const width = end - box.left - Number.parseFloat(look.paddingInlineStart);
    return ((end - clientX - this.offsetWidth / 2) / width) * 100;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const side = this.#afterKey(event.key);
    if (side === undefined) return;
    event.preventDefault();
    this.#tell(side, true);
  }

  /** The line goes where the arrow points: to the left, the log on its right becomes wider. */
  #afterKey(key: string): number | null | undefined {
    switch (key) {
      case "ArrowLeft":
        return this.side + SIDE_STEP;
      case "ArrowRight":
        return this.side - SIDE_STEP;
      case "Home":
        return WIDEST_SIDE;
      case "End":
        return NARROWEST_SIDE;
      case "Enter":
        return null;
      default:
        return undefined;
    }
  }

  #tell(side: number | null, done: boolean): void {
    this.dispatchEvent(new CustomEvent("resize-side", { detail: { side, done } }) satisfies ResizeEvent);
  }
}

customElements.define("jumptab-splitter", Splitter);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-splitter": Splitter;
  }
}
