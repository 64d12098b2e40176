/**
 * What a person says of a new link: who it is for, what it allows, how long it is good.
 * Above: share-links.ts, which makes it. Below: share-text.ts.
 *
 * @fires make-share - NewShare, checked.
 * @fires cancel - No link after all.
 */

import { css, html, LitElement, nothing } from "lit";
import type { Role, Share } from "../../messages.ts";
import type { NewShare } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { DEFAULT_LIFETIME_MS, LIFETIMES, nameProblem, ROLES, unusedGuest } from "./share-text.ts";

export type MakeShareEvent = CustomEvent<NewShare>;

export class ShareForm extends LitElement {
  static override properties = {
    shares: { attribute: false },
    busy: { type: Boolean },
    failure: { attribute: false },
    problem: { state: true },
    role: { state: true },
    lifetimeMs: { state: true },
    oneTime: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      form {
        display: flex;
        flex-direction: column;
        gap: 0.75rem;
        padding: 0.875rem;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius);
        background: var(--raised);
      }

      fieldset {
        min-width: 0;
        margin: 0;
        padding: 0;
        border: none;
      }

      legend,
      .name label {
        display: block;
        padding: 0;
        margin-bottom: 0.25rem;
        font-weight: 600;
      }

      .name input {
        width: min(22rem, 100%);
      }

      .problem {
        margin-top: 0.25rem;
        color: var(--error);
      }

      input[aria-invalid="true"] {
        border-color: var(--error);
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem 1.25rem;
      }

      .choices label,
      .once {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0 0.4rem;
        align-content: start;
        cursor: pointer;
      }

      .roles label {
        flex: 1 1 13rem;
      }

      .choices input,
      .once input {
        min-height: 0;
        margin: 0.3rem 0 0;
        accent-color: var(--accent);
      }

      .choices .small,
      .once .small {
        grid-column: 2;
      }
    `,
  ];

  /** Of this bench, as they are now. */
  declare shares: readonly Share[];
  /** It is being made. */
  declare busy: boolean;
  /** Why it could not be made: one sentence. */
  declare failure: string | undefined;
  declare problem: string | undefined;
  declare role: Role;
  declare lifetimeMs: number | null;
  declare oneTime: boolean;

  constructor() {
    super();
    this.shares = [];
    this.role = "control";
    this.lifetimeMs = DEFAULT_LIFETIME_MS;
    this.oneTime = false;
  }

  async focusName(): Promise<void> {
    await this.updateComplete;
    this.#input?.focus();
  }

  override render() {
    const problem = this.problem ?? this.failure;
    return html`
      <form aria-label="New link" novalidate @submit=${this.#submit} @keydown=${this.#key}>
        <div class="name">
          <label for="name">Who is it for?</label>
          <input
            id="name"
            name="name"
            autocomplete="off"
            placeholder=${unusedGuest(this.shares, Date.now())}
            aria-invalid=${problem === undefined ? nothing : "true"}
            aria-describedby=${problem === undefined ? nothing : "problem"}
            @input=${this.#typed}
          />
          <p id="problem" class="problem small" role="alert" ?hidden=${problem === undefined}>${problem}</p>
        </div>
        <fieldset>
          <legend>What may they do?</legend>
          <div class="choices roles">
            ${ROLES.map(
              ({ role, label, hint }) => html`<label>
                <input
                  type="radio"
                  name="role"
                  value=${role}
                  .checked=${this.role === role}
                  @change=${() => {
                    this.role = role;
                  }}
                />
                <span>${label}</span>
                <span class="small muted">${hint}</span>
              </label>`,
            )}
          </div>
        </fieldset>
        <fieldset>
          <legend>How long?</legend>
          <div class="choices">
            ${LIFETIMES.map(
              ({ ms, label }) => html`<label>
                <input
                  type="radio"
                  name="lifetime"
                  value=${String(ms)}
                  .checked=${this.lifetimeMs === ms}
                  @change=${() => {
                    this.lifetimeMs = ms;
                  }}
                />
                <span>${label}</span>
              </label>`,
            )}
          </div>
        </fieldset>
        <label class="once">
          <input type="checkbox" .checked=${this.oneTime} @change=${this.#setOneTime} />
          <span>One-time</span>
          <span class="small muted">Works in the browser that opens it first, and nowhere else.</span>
        </label>
        <div class="row">
          <button type="submit" class="primary" ?disabled=${this.busy}>${icons.link}Make and copy link</button>
          <button type="button" class="quiet" @click=${this.#cancel}>Cancel</button>
        </div>
      </form>
    `;
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>("#name");
  }

  get #name(): string {
    return this.#input?.value.trim() ?? "";
  }

  /** What was said about the name before is not about this one. */
  #typed(): void {
    this.problem = undefined;
    this.failure = undefined;
  }

  #setOneTime(event: Event): void {
    this.oneTime = (event.target as HTMLInputElement).checked;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.busy) return;
    const now = Date.now();
    const name = this.#name === "" ? unusedGuest(this.shares, now) : this.#name;
    this.problem = nameProblem(name, this.shares, now);
    if (this.problem !== undefined) {
      this.#input?.focus();
      return;
    }
    const { role, lifetimeMs, oneTime } = this;
    const detail: NewShare = { name, role, lifetimeMs, oneTime };
    this.dispatchEvent(new CustomEvent("make-share", { detail }));
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.#cancel();
  }

  #cancel(): void {
    this.dispatchEvent(new CustomEvent("cancel"));
  }
}

customElements.define("jumptab-share-form", ShareForm);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-share-form": ShareForm;
  }
}
