/**
 * What all driver cards have in common: a head with the driver's names, and who uses it.
 * Above: power-card.ts, serial-card.ts, file-card.ts, generic-card.ts. Below: device-binding.ts, DriverSnapshot.
 */

import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import type { DriverSnapshot } from "../../messages.ts";
import "./device-binding.ts";
import type { CardActions } from "../model.ts";
import { shellPath } from "../share-line/command-line.ts";
import { count } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

/** What a client types to get to a driver, the shortest way first. */
export function shellNames(path: readonly string[], aliases: readonly string[]): readonly string[] {
  const names = [shellPath(path), ...aliases];
  return names.sort((left, right) => left.length - right.length);
}

/** The person folds or unfolds this driver's card. */
export type FoldDriverEvent = CustomEvent<{ readonly path: readonly string[]; readonly folded: boolean }>;

export abstract class DriverCard extends LitElement {
  static override properties: PropertyDeclarations = {
    driver: { attribute: false },
    aliases: { attribute: false },
    actions: { attribute: false },
    running: { type: Boolean },
    locked: { attribute: false },
    foldable: { type: Boolean },
    folded: { type: Boolean, reflect: true },
    failure: { state: true },
    pending: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        padding: 0.875rem 1rem 1rem;
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.625rem;
        margin-bottom: 0.75rem;
      }

      .head > svg {
        color: var(--muted);
      }

      .head .fold {
        min-width: 1.5rem;
        min-height: 1.5rem;
        margin-inline: -0.375rem -0.25rem;
        padding: 0.125rem;
        color: var(--muted);
      }

      /* What runs goes on: it is only not seen. */
      :host([folded]) .head ~ * {
        display: none !important;
      }

      :host([folded]) {
        padding-bottom: 0.125rem;
      }

      .description {
        margin-bottom: 0.75rem;
        color: var(--muted);
      }

      .failed {
        margin-top: 0.75rem;
      }

      .binding {
        margin-bottom: 0.75rem;
      }
    `,
  ];

  declare driver: DriverSnapshot;
  /** Other paths to the same driver, as a client types them. */
  declare aliases: readonly string[];
  declare actions: CardActions;
  declare running: boolean;
  /** Why this person can change nothing now; undefined: they can. */
  declare locked: string | undefined;
  /** Whether it has a button that folds it: then it raises `fold`, and who draws it decides. */
  declare foldable: boolean;
  declare folded: boolean;
  /** Why the last thing that was asked for did not work. */
  declare failure: string | undefined;
  /** What is under way. */
  declare pending: string | undefined;

  /** Press a button of this card, also of what is in it: the one whose `data-command` this is. */
  press(command: string): void {
    pressBelow(this.renderRoot, command);
  }

  protected renderHead(icon: TemplateResult): TemplateResult {
    const { name, openStreams, path } = this.driver;
    return html`
      <div class="head">
        ${this.foldable ? this.#renderFold() : null}${icon}
        <h3>${name}</h3>
        ${shellNames(path, this.aliases).map(
          (words) => html`<span class="chip" title="In the shell"><code>j ${words}</code></span>`,
        )}
        <span class="grow"></span>
        ${
          openStreams === 0
            ? null
            : html`<span class="chip in-use">${count(openStreams, "client")} attached</span>`
        }
      </div>
      ${
        this.driver.description === undefined
          ? null
          : html`<p class="description small">${this.driver.description}</p>`
      }
    `;
  }

  #renderFold() {
    const words = `${this.folded ? "Unfold" : "Fold"} the card of ${this.driver.path.join(" ")}`;
    return html`<button type="button" class="quiet fold" aria-label=${words} title=${words} @click=${this.#fold}>
      ${this.folded ? icons.forward : icons.down}
    </button>`;
  }

  #fold(): void {
    const detail = { path: this.driver.path, folded: !this.folded };
    this.dispatchEvent(
      new CustomEvent("fold-driver", { detail, bubbles: true, composed: true }) satisfies FoldDriverEvent,
    );
  }

  /** Its device, where it has one that a person can choose. */
  protected renderBinding(): TemplateResult | null {
    const { binding } = this.driver;
    if (binding === undefined) return null;
    // A colleague sees it, and who sits beside the board chooses.
    if (!("choosePort" in this.actions)) {
      return binding.status === "present"
        ? html`<div class="binding"><span class="chip ok">${binding.label}</span></div>`
        : html`<p class="binding small muted">Its device is not there now. The person at the board is told what to do.</p>`;
    }
    return html`<jumptab-device-binding
      .driver=${this.driver}
      .actions=${this.actions}
      ?running=${this.running}
    ></jumptab-device-binding>`;
  }

  protected renderFailure(): TemplateResult {
    return html`<div role="alert">
      ${this.failure === undefined ? null : html`<p class="failed small">${this.failure}</p>`}
    </div>`;
  }

  /** Do one thing at a time, and say what went wrong on the card itself. */
  protected async run(what: string, work: () => Promise<void>): Promise<void> {
    if (this.pending !== undefined) return;
    this.pending = what;
    this.failure = undefined;
    try {
      await work();
    } catch (error) {
      this.failure = `${what} did not work: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.pending = undefined;
    }
  }
}

/** Whether there was one: a button that is off takes no press. */
function pressBelow(root: ParentNode, command: string): boolean {
  const button = root.querySelector<HTMLButtonElement>(`button[data-command="${command}"]`);
  if (button !== null) {
    button.focus();
    button.click();
    return true;
  }
  return [...root.querySelectorAll("*")].some(
    ({ shadowRoot }) => shadowRoot !== null && pressBelow(shadowRoot, command),
  );
}
