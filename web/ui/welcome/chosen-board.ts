/**
 * A board that was chosen: what it is, which drivers are suggested for it, and Start.
 * Above: welcome.ts loads it when a board is chosen. Below: ChosenBoard of model.ts.
 */

import { css, html, LitElement, type PropertyValues } from "lit";
import type { DriverChoice, DriverKind } from "../../boards/fitting-drivers.ts";
import type { ChosenBoard, PageActions } from "../model.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";

export class ChosenBoardView extends LitElement {
  static override properties = {
    chosen: { attribute: false },
    actions: { attribute: false },
    busy: { type: Boolean },
    _wanted: { state: true },
    _name: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      form {
        display: grid;
        gap: 1rem;
        max-width: 38rem;
        padding: 1.25rem;
      }

      .head {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }

      .head svg {
        width: 1.75rem;
        height: 1.75rem;
        color: var(--accent);
      }

      fieldset {
        display: grid;
        gap: 0.5rem;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        margin-bottom: 0.375rem;
        padding: 0;
        font-weight: 600;
      }

      .driver {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 0.625rem;
        align-items: start;
        padding: 0.625rem 0.75rem;
        border: 1px solid var(--border);
        border-radius: var(--radius-small);
      }

      .driver input {
        min-height: 1.25rem;
        width: 1.125rem;
        margin: 0;
        accent-color: var(--accent);
      }

      .driver strong {
        font-weight: 600;
      }

      .driver .what {
        grid-column: 2;
      }

      .name {
        display: grid;
        gap: 0.25rem;
        font-weight: 600;
      }

      .name input {
        max-width: 20rem;
        font-weight: 400;
      }
    `,
  ];

  declare chosen: ChosenBoard;
  declare actions: Pick<PageActions, "startBoard" | "putBoardBack">;
  declare busy: boolean;
  protected declare _wanted: ReadonlySet<DriverKind>;
  protected declare _name: string;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("chosen")) return;
    this._wanted = new Set(
      this.chosen.board.drivers.filter(({ fit }) => fit !== "possible").map(({ kind }) => kind),
    );
    this._name = this.chosen.benchName;
  }

  protected override firstUpdated(): void {
    // The person came from a button that is gone now: a keyboard, or a screen reader, goes on here.
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  override render() {
    const { board } = this.chosen;
    const known = board.usbId === undefined || board.name.includes(board.usbId);
    return html`
      <form class="card" @submit=${this.#start}>
        <div class="head">
          ${icons.plug}
          <div>
            <h1 class="ringless" tabindex="-1">${board.name}</h1>
            ${known ? null : html`<span class="small muted">USB id <code>${board.usbId}</code></span>`}
          </div>
        </div>
        <fieldset>
          <legend>Suggested for it</legend>
          ${board.drivers.map((choice) => this.#renderDriver(choice))}
        </fieldset>
        <label class="name">
          Name
          <input
            type="text"
            autocomplete="off"
            spellcheck="false"
            required
            maxlength="63"
            .value=${this._name}
            @input=${(event: InputEvent) => {
              this._name = (event.target as HTMLInputElement).value;
            }}
          />
        </label>
        <div class="row">
          <button
            type="submit"
            class="primary"
            ?disabled=${this.busy || this._wanted.size === 0 || this._name.trim() === ""}
          >
            ${icons.play}Start
          </button>
          <button type="button" class="quiet" @click=${() => this.actions.putBoardBack()}>Cancel</button>
        </div>
      </form>
    `;
  }

  #renderDriver({ kind, name, what, fit }: DriverChoice) {
    return html`
      <label class="driver">
        <input
          type="checkbox"
          .checked=${this._wanted.has(kind)}
          ?disabled=${fit === "needed"}
          @change=${(event: Event) => this.#want(kind, (event.target as HTMLInputElement).checked)}
        />
        <strong>${name}</strong>
        <span class="what small muted">${what}</span>
      </label>
    `;
  }

  #want(kind: DriverKind, wanted: boolean): void {
    const others = [...this._wanted].filter((other) => other !== kind);
    this._wanted = new Set(wanted ? [...others, kind] : others);
  }

  #start(event: SubmitEvent): void {
    event.preventDefault();
    this.actions.startBoard({ benchName: this._name.trim(), drivers: [...this._wanted] });
  }
}

customElements.define("jumptab-chosen-board", ChosenBoardView);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-chosen-board": ChosenBoardView;
  }
}
