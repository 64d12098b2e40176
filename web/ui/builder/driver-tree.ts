/**
 * The drivers of a configuration as a tree: choose one, name it in its place, move it, take it out.
 * Above: editor.ts. Below: web/config/outline.ts.
 * @fires driver-chosen, driver-named, driver-moved, driver-removed, driver-wanted: what the person wants; nothing is changed here.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Outline, OutlineDriver } from "../../config/outline.ts";
import { everyDriver } from "../../config/outline.ts";
import type { ConfigProblem, DriverCatalogue } from "../../messages.ts";
import { count } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { className } from "./choices.ts";
import { driverTreeStyles } from "./driver-tree-styles.ts";
import { type Direction, moveTarget } from "./move-target.ts";

const MOVES: readonly { readonly direction: Direction; readonly label: string; readonly key: string }[] = [
  { direction: "up", label: "Move up", key: "ArrowUp" },
  { direction: "down", label: "Move down", key: "ArrowDown" },
  { direction: "in", label: "Move into the one above", key: "ArrowRight" },
  { direction: "out", label: "Move out of its group", key: "ArrowLeft" },
];

const ARROWS: Readonly<Record<Direction, string>> = { up: "↑", down: "↓", in: "→", out: "←" };

export class DriverTree extends LitElement {
  static override properties = {
    outline: { attribute: false },
    catalogue: { attribute: false },
    problems: { attribute: false },
    selected: { attribute: false },
    broken: { attribute: false },
    naming: { state: true },
  };
  static override styles = [sharedStyles, driverTreeStyles];

  /** As it was when its text could last be read. */
  declare outline: Outline;
  declare catalogue: DriverCatalogue | undefined;
  declare problems: readonly ConfigProblem[];
  /** Empty: the bench itself. */
  declare selected: readonly string[];
  /** Why the text cannot be read now. */
  declare broken: string | undefined;
  declare naming: boolean;

  /** The focus was on a driver before this update: it goes with the one that is chosen. */
  #focused = false;

  constructor() {
    super();
    this.naming = false;
  }

  protected override willUpdate(): void {
    const root = this.renderRoot;
    this.#focused = root instanceof ShadowRoot && root.activeElement?.matches(".driver, li input") === true;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("selected") && !changed.has("outline")) return;
    const current = this.renderRoot.querySelector<HTMLElement>('[aria-current="true"]');
    current?.scrollIntoView({ block: "nearest" });
    if (this.#focused && !this.naming) current?.focus();
  }

  override render() {
    const { outline, selected, broken } = this;
    const chosen = selected.length > 0;
    return html`
      <div class="tools" role="toolbar" aria-label="Drivers">
        <button
          type="button"
          class="add"
          ?disabled=${broken !== undefined || this.catalogue === undefined}
          @click=${() => this.#say("driver-wanted", undefined)}
        >
          <span aria-hidden="true">+</span> Add driver
        </button>
        ${MOVES.map(
          ({ direction, label, key }) => html`<button
            type="button"
            class="small quiet icon"
            aria-label=${label}
            title="${label} (Alt+${key.replace("Arrow", "")})"
            ?disabled=${broken !== undefined || !chosen || moveTarget(outline, selected, direction) === undefined}
            @click=${() => this.#say("driver-moved", direction)}
          >
            <span aria-hidden="true">${ARROWS[direction]}</span>
          </button>`,
        )}
        <button
          type="button"
          class="small quiet icon"
          aria-label="Rename"
          title="Rename (F2)"
          ?disabled=${broken !== undefined || !chosen}
          @click=${() => void this.name()}
        >
          ${icons.edit}
        </button>
        <button
          type="button"
          class="small quiet icon"
          aria-label="Remove"
          title="Remove (Delete)"
          ?disabled=${broken !== undefined || !chosen}
          @click=${() => this.#say("driver-removed", undefined)}
        >
          ${icons.trash}
        </button>
      </div>
      ${
        broken === undefined
          ? null
          : html`<p class="note" role="status">
              The text cannot be read, so this is as it was before, and nothing can be changed here. ${broken}
            </p>`
      }
      <div class="list" @keydown=${this.#key}>
        <ul aria-label="Drivers of this bench">
          <li>
            <button
              type="button"
              class="driver"
              aria-current=${chosen ? nothing : "true"}
              data-path=""
              @click=${() => this.#say("driver-chosen", [])}
            >
              <span class="name">${outline.name === "" ? "This bench" : outline.name}</span>
              <span class="kind">${count(count0(outline), "driver")}</span>
            </button>
            ${this.#renderDrivers(outline.drivers)}
          </li>
        </ul>
      </div>
    `;
  }

  #renderDrivers(drivers: readonly OutlineDriver[]): TemplateResult | null {
    if (drivers.length === 0) return null;
    return html`<ul>
      ${drivers.map((driver) => html`<li>${this.#renderDriver(driver)}${this.#renderDrivers(driver.children)}</li>`)}
    </ul>`;
  }

  #renderDriver(driver: OutlineDriver) {
    const current = same(driver.path, this.selected);
    if (current && this.naming) return this.#renderNaming(driver);
    const problem = this.#worstOf(driver);
    return html`<button
      type="button"
      class="driver"
      aria-current=${current ? "true" : nothing}
      data-path=${driver.path.join(".")}
      @click=${() => this.#say("driver-chosen", driver.path)}
      @dblclick=${() => void this.name()}
    >
      <span class="name">${driver.name}</span>
      ${
        problem === undefined
          ? null
          : html`<span class="mark ${problem.severity}"
              >${icons.warning}<span class="hidden-text"
                >${problem.severity === "error" ? "has an error" : "has a warning"}</span
              ></span
            >`
      }
      <span class="kind">${this.#kind(driver)}</span>
    </button>`;
  }

  #renderNaming({ name }: OutlineDriver) {
    return html`<input
      aria-label="Name of ${name}"
      autocomplete="off"
      spellcheck="false"
      .value=${name}
      @keydown=${(event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.key === "Enter") this.#named(event);
        else if (event.key === "Escape") void this.#endNaming();
      }}
      @blur=${(event: Event) => this.#named(event)}
    />`;
  }

  #kind({ kind, type, ref, children }: OutlineDriver): string {
    if (kind === "alias") return `stands for ${ref ?? "nothing"}`;
    if (kind === "group") return `group of ${children.length}`;
    if (type === undefined) return "no type yet";
    return this.catalogue?.drivers.find((driver) => driver.type === type)?.title ?? className(type);
  }

  /** Of its own lines, without those of its children. */
  #worstOf({ lines, children }: OutlineDriver): ConfigProblem | undefined {
    const own = this.problems.filter(
      ({ line, severity }) =>
        severity !== "info" &&
        line >= lines.from &&
        line <= lines.to &&
        !children.some((child) => line >= child.lines.from && line <= child.lines.to),
    );
    return own.find(({ severity }) => severity === "error") ?? own[0];
  }

  /** Give the one that is chosen another name, in its place. */
  async name(): Promise<void> {
    if (this.broken !== undefined || this.selected.length === 0) return;
    this.naming = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>("li input")?.select();
  }

  /** With the keyboard, to the one that is chosen. */
  async focusSelected(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-current="true"]')?.focus();
  }

  #named({ target }: Event): void {
    if (!this.naming || !(target instanceof HTMLInputElement)) return;
    const name = target.value;
    void this.#endNaming();
    if (name !== this.selected.at(-1)) this.#say("driver-named", name);
  }

  async #endNaming(): Promise<void> {
    this.naming = false;
    await this.focusSelected();
  }

  #key(event: KeyboardEvent): void {
    const { key, altKey } = event;
    const move = altKey ? MOVES.find((one) => one.key === key) : undefined;
    if (move !== undefined) {
      if (this.broken === undefined && moveTarget(this.outline, this.selected, move.direction) !== undefined)
        this.#say("driver-moved", move.direction);
    } else if (key === "F2") void this.name();
    else if (key === "Delete" && this.selected.length > 0 && this.broken === undefined)
      this.#say("driver-removed", undefined);
    else if (key === "ArrowDown" || key === "ArrowUp") this.#step(key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  #step(by: 1 | -1): void {
    const all = [[], ...[...everyDriver(this.outline.drivers)].map(({ path }) => path)];
    const index = all.findIndex((path) => same(path, this.selected));
    const next = all[index + by];
    if (next === undefined) return;
    this.#say("driver-chosen", next);
  }

  #say<Name extends keyof TreeEvents>(name: Name, detail: TreeEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

interface TreeEvents {
  "driver-chosen": readonly string[];
  "driver-named": string;
  "driver-moved": Direction;
  "driver-removed": undefined;
  "driver-wanted": undefined;
}

function count0({ drivers }: Outline): number {
  return [...everyDriver(drivers)].length;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

customElements.define("jumptab-driver-tree", DriverTree);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-driver-tree": DriverTree;
  }
  interface HTMLElementEventMap {
    "driver-chosen": CustomEvent<readonly string[]>;
    "driver-named": CustomEvent<string>;
    "driver-moved": CustomEvent<Direction>;
    "driver-removed": CustomEvent<undefined>;
    "driver-wanted": CustomEvent<undefined>;
  }
}
