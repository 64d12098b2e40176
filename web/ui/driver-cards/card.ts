/**
 * What all driver cards have in common: a head with the driver's names, and who uses it.
 * Above: power-card.ts, serial-card.ts, file-card.ts, generic-card.ts. Below: device-binding.ts, DriverSnapshot.
 */

import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import type { DriverSnapshot } from "../../messages.ts";
import "./device-binding.ts";
import type { PageActions } from "../model.ts";
import { shellPath } from "../share-line/command-line.ts";
import { count } from "../shared/format.ts";
import { sharedStyles } from "../shared/styles.ts";

/** What a client types to get to a driver, the shortest way first. */
export function shellNames(path: readonly string[], aliases: readonly string[]): readonly string[] {
  const names = [shellPath(path), ...aliases];
  return names.sort((left, right) => left.length - right.length);
}

export abstract class DriverCard extends LitElement {
  static override properties: PropertyDeclarations = {
    driver: { attribute: false },
    aliases: { attribute: false },
    actions: { attribute: false },
    running: { type: Boolean },
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

      .description {
        margin-bottom: 0.75rem;
        color: var(--muted);
      }

      .failed {
        margin-top: 0.75rem;
      }
    `,
  ];

  declare driver: DriverSnapshot;
  /** Other paths to the same driver, as a client types them. */
  declare aliases: readonly string[];
  declare actions: PageActions;
  declare running: boolean;
  /** Why the last thing that was asked for did not work. */
  declare failure: string | undefined;
  /** What is under way. */
  declare pending: string | undefined;

  protected renderHead(icon: TemplateResult): TemplateResult {
    const { name, openStreams, path } = this.driver;
    return html`
      <div class="head">
        ${icon}
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

  /** Its device, where it has one that a person can choose. */
  protected renderBinding(): TemplateResult | null {
    if (this.driver.binding === undefined) return null;
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
