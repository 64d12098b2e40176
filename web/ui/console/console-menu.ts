/**
 * What a console can do beside what stands in its bar, as one panel: fields for what is set, buttons for what is done.
 * Above: console.ts. Below: settings.ts. Draws what it is given.
 */

import { html, nothing, type TemplateResult } from "lit";
import { type ConsoleSettings, delay, MAX_CHARACTER_DELAY_MS, MAX_LINE_DELAY_MS } from "./settings.ts";

export interface MenuState {
  readonly settings: ConsoleSettings;
  /** Nobody may write. */
  readonly listening: boolean;
  readonly open: boolean;
  readonly canBreak: boolean;
  readonly logging: boolean;
  readonly selected: boolean;
}

export interface MenuActions {
  set(change: Partial<ConsoleSettings>): void;
  sendFile(): void;
  sendBreak(): void;
  startLog(): void;
  stopLog(): void;
  copySelection(): void;
  copyAll(): void;
  saveAll(): void;
  clear(): void;
}

export function renderMenu(state: MenuState, actions: MenuActions): TemplateResult {
  const { settings, listening, open } = state;
  const { set } = actions;
  return html`
    <section>
      <h4>Show</h4>
      ${choice(
        "Times at lines",
        settings.stamps,
        [
          ["off", "Off"],
          ["time", "Time of day"],
          ["since-last", "Since the line before"],
          ["since-opened", "Since it was opened"],
        ],
        (stamps) => set({ stamps }),
      )}
      ${flag("Control characters (^M, ^[)", settings.controls, (controls) => set({ controls }))}
      ${flag("A line feed alone begins a line", settings.lineFeedReturns, (lineFeedReturns) => set({ lineFeedReturns }))}
      ${listening ? nothing : flag("Show what I type (local echo)", settings.echo, (echo) => set({ echo }))}
    </section>
    ${
      listening
        ? nothing
        : html`
            <section>
              <h4>Send</h4>
              ${choice(
                "Enter sends",
                settings.enter,
                [
                  ["cr", "CR"],
                  ["lf", "LF"],
                  ["crlf", "CR LF"],
                ],
                (enter) => set({ enter }),
              )}
              ${choice(
                "Backspace sends",
                settings.backspace,
                [
                  ["del", "DEL (7f)"],
                  ["bs", "BS (08)"],
                ],
                (backspace) => set({ backspace }),
              )}
              ${number(
                "Wait after each byte",
                settings.characterDelayMs,
                MAX_CHARACTER_DELAY_MS,
                (characterDelayMs) => set({ characterDelayMs }),
              )}
              ${number("Wait after each line", settings.lineDelayMs, MAX_LINE_DELAY_MS, (lineDelayMs) =>
                set({ lineDelayMs }),
              )}
              <div class="buttons">
                <button type="button" class="small" ?disabled=${!open} @click=${actions.sendFile}>Send a file…</button>
                ${
                  state.canBreak
                    ? html`<button type="button" class="small" ?disabled=${!open} @click=${actions.sendBreak}>
                        Send a break
                      </button>`
                    : nothing
                }
              </div>
            </section>
          `
    }
    <section>
      <h4>Keep</h4>
      ${flag("Logs have times", settings.logStamps, (logStamps) => set({ logStamps }))}
      ${listening ? nothing : flag("Logs have what was sent", settings.logTyped, (logTyped) => set({ logTyped }))}
      <div class="buttons">
        ${
          state.logging
            ? html`<button type="button" class="small" @click=${actions.stopLog}>Stop the log</button>`
            : html`<button type="button" class="small" @click=${actions.startLog}>Log to a file…</button>`
        }
        <button type="button" class="small" @click=${actions.saveAll}>Save all</button>
        <button type="button" class="small" @click=${actions.copyAll}>Copy all</button>
        <button type="button" class="small" ?disabled=${!state.selected} @click=${actions.copySelection}>
          Copy selection
        </button>
        <button type="button" class="small" @click=${actions.clear}>Clear</button>
      </div>
    </section>
  `;
}

function choice<T extends string>(
  label: string,
  value: T,
  options: readonly (readonly [value: T, label: string])[],
  set: (value: T) => void,
): TemplateResult {
  return html`<label class="field">
    <span>${label}</span>
    <select
      @change=${(event: Event) => {
        const chosen = options.find(([option]) => (event.target as HTMLSelectElement).value === option);
        if (chosen !== undefined) set(chosen[0]);
      }}
    >
      ${options.map(([option, text]) => html`<option value=${option} .selected=${option === value}>${text}</option>`)}
    </select>
  </label>`;
}

function flag(label: string, value: boolean, set: (value: boolean) => void): TemplateResult {
  return html`<label class="flag">
    <input
      type="checkbox"
      .checked=${value}
      @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
    />
    <span>${label}</span>
  </label>`;
}

function number(label: string, value: number, most: number, set: (value: number) => void): TemplateResult {
  return html`<label class="field">
    <span>${label} (ms)</span>
    <input
      type="number"
      min="0"
      max=${most}
      .value=${String(value)}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        const checked = delay(input.value, most);
        input.value = String(checked);
        set(checked);
      }}
    />
  </label>`;
}
