/**
 * What is to be said about a configuration, by line.
 * Above: bench.ts, editor.ts. Below: ConfigProblem of web/messages.ts.
 * @fires problem-chosen when a line is pressed, with the problem.
 */

import { css, html, LitElement } from "lit";
import type { ConfigProblem } from "../../messages.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

const WORDS = { error: "Error", warning: "Warning", info: "Note" } as const;

export class ProblemList extends LitElement {
  static override properties = { problems: { attribute: false } };
  static override styles = [
    sharedStyles,
    css`
      li + li {
        border-top: 1px solid var(--border);
      }

      button {
        display: grid;
        grid-template-columns: max-content max-content 1fr;
        gap: 0.25rem 0.75rem;
        align-items: start;
        justify-content: start;
        width: 100%;
        padding: 0.5rem 0.875rem;
        border: 0;
        border-radius: 0;
        background: transparent;
        font-weight: 400;
        line-height: 1.45;
        text-align: start;
      }

      button:focus-visible {
        outline-offset: -2px;
      }

      .kind {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        font-weight: 600;
      }


      .error .kind {
        color: var(--error);
      }

      .warning .kind {
        color: var(--warning);
      }

      .message {
        overflow-wrap: anywhere;
      }

      @media (max-width: 40rem) {
        .message {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  declare problems: readonly ConfigProblem[];

  constructor() {
    super();
    this.problems = [];
  }

  override render() {
    return html`
      <ul aria-label="Problems">
        ${this.problems.map(
          (problem) => html`
            <li>
              <button
                type="button"
                class=${problem.severity}
                title="Show line ${problem.line}"
                @click=${() => this.#choose(problem)}
              >
                <span class="kind"
                  >${problem.severity === "info" ? icons.info : icons.warning}${WORDS[problem.severity]}</span
                >
                <span class="muted">line ${problem.line}</span>
                <span class="message">${problem.message}</span>
              </button>
            </li>
          `,
        )}
      </ul>
    `;
  }

  #choose(problem: ConfigProblem): void {
    this.dispatchEvent(new CustomEvent("problem-chosen", { detail: problem }));
  }
}

customElements.define("jumptab-problem-list", ProblemList);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-problem-list": ProblemList;
  }
  interface HTMLElementEventMap {
    "problem-chosen": CustomEvent<ConfigProblem>;
  }
}
