/**
 * The buttons at the right of a console's bar: bytes, search, full window, and the menu with all the rest.
 * Above: console.ts. Below: console-menu.ts, the platform's popover. It only draws.
 */

import { html } from "lit";
import { type Ref, ref } from "lit/directives/ref.js";
import { consoleIcons } from "./console-icons.ts";
import { type MenuActions, type MenuState, renderMenu } from "./console-menu.ts";

export interface ToolsState {
  readonly name: string;
  readonly hex: boolean;
  readonly maximised: boolean;
  readonly menu: MenuState;
}

export interface ToolsActions {
  toggleHex(): void;
  find(): void;
  toggleMaximised(): void;
  menuToggled(event: ToggleEvent): void;
  closeMenu(): void;
  readonly menu: MenuActions;
}

/** What the console puts in its place, and gives the focus to. */
export interface ToolsRefs {
  readonly menu: Ref<HTMLDivElement>;
  readonly menuButton: Ref<HTMLButtonElement>;
}

export function renderTools(
  { name, hex, maximised, menu }: ToolsState,
  actions: ToolsActions,
  refs: ToolsRefs,
) {
  return html`
    <span class="grow"></span>
    <button
      type="button"
      class="small quiet"
      aria-pressed=${hex ? "true" : "false"}
      title="Bytes as hex"
      @click=${actions.toggleHex}
    >
      Hex
    </button>
    <button
      type="button"
      class="small quiet icon"
      aria-label="Find in the console"
      title="Find (Ctrl+Shift+F)"
      @click=${actions.find}
    >
      ${consoleIcons.find}
    </button>
    <button
      type="button"
      class="small quiet icon"
      aria-label=${maximised ? "Leave the full window" : "Full window"}
      title=${maximised ? "Leave the full window (Ctrl+Shift+Enter)" : "Full window (Ctrl+Shift+Enter)"}
      @click=${actions.toggleMaximised}
    >
      ${maximised ? consoleIcons.restore : consoleIcons.maximise}
    </button>
    <button
      type="button"
      class="small quiet icon"
      aria-label="More for the console of ${name}"
      title="More"
      popovertarget="menu"
      ${ref(refs.menuButton)}
    >
      ${consoleIcons.more}
    </button>
    <div
      id="menu"
      class="menu"
      popover
      role="group"
      aria-label="More for the console of ${name}"
      ${ref(refs.menu)}
      @toggle=${actions.menuToggled}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        actions.closeMenu();
      }}
    >
      ${renderMenu(menu, actions.menu)}
    </div>
  `;
}
