/**
 * What belongs to a bench beside its configuration: who may use it at once.
 * Above: bench.ts. Below: PageActions. Kept in the browser, not in the YAML.
 */

import { css, html, LitElement } from "lit";
import type { OpenBench, PageActions } from "../model.ts";
import { sharedStyles } from "../shared/styles.ts";

export class BenchSettings extends LitElement {
  static override properties = {
    bench: { attribute: false },
    actions: { attribute: false },
    busy: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        padding: 0.75rem 1rem 0.875rem;
      }

      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem 2rem;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: none;
      }

      legend {
        padding: 0;
        margin-bottom: 0.375rem;
        font-weight: 650;
      }

      label {
        display: grid;
        grid-template-columns: max-content 1fr;
        align-content: start;
        gap: 0 0.5rem;
        flex: 1 1 15rem;
        cursor: pointer;
      }

      input {
        min-height: 0;
        margin: 0.3rem 0 0;
        accent-color: var(--accent);
      }

      label .small {
        grid-column: 2;
      }

      .later {
        margin-top: 0.625rem;
      }
    `,
  ];

  declare bench: OpenBench;
  declare actions: PageActions;
  declare busy: boolean;

  override render() {
    return html`
      <fieldset ?disabled=${this.busy}>
        <legend>Who may use it at once</legend>
        ${this.#renderChoice("shared", "Several clients", "Whoever has the line can connect, also while others do.")}
        ${this.#renderChoice(
          "exclusive",
          "One client at a time",
          "While one has a shell open, others are told who has it, and since when.",
        )}
      </fieldset>
      <div role="status">
        ${
          this.bench.accessChanged
            ? html`<p class="later row small">
                Taken up at the next start.
                <button
                  type="button"
                  class="small"
                  ?disabled=${this.busy}
                  @click=${() => this.dispatchEvent(new CustomEvent("restart"))}
                >
                  Restart now
                </button>
              </p>`
            : null
        }
      </div>
    `;
  }

  #renderChoice(access: OpenBench["access"], title: string, hint: string) {
    return html`<label>
      <input
        type="radio"
        name="access"
        value=${access}
        .checked=${this.bench.access === access}
        @change=${() => this.actions.setAccess(access)}
      />
      <span>${title}</span>
      <span class="small muted">${hint}</span>
    </label>`;
  }
}

customElements.define("jumptab-bench-settings", BenchSettings);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-bench-settings": BenchSettings;
  }
}
