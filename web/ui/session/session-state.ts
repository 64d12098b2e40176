/**
 * Where the session stands, live: its status, the hook that runs, who holds it; and the buttons that help.
 * Above: bench.ts, which answers `new-session` and `show-hook`. Below: session-text.ts.
 */

import { css, html, LitElement, nothing } from "lit";
import type { ExporterSnapshot, HookSnapshot } from "../../messages.ts";
import { bannerStyles } from "../shared/banner-styles.ts";
import { TickController } from "../shared/controllers.ts";
import { duration } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { progressStyles } from "../shared/progress-styles.ts";
import { sharedStyles } from "../shared/styles.ts";
import { hookInFocus, hookProgress, type SessionText, sessionText } from "./session-text.ts";

/** Show the lines of this hook in the log. */
export type ShowHookEvent = CustomEvent<HookSnapshot["name"]>;

export class SessionState extends LitElement {
  static override properties = {
    snapshot: { attribute: false },
    busy: { type: Boolean },
    ending: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    bannerStyles,
    progressStyles,
    css`
      .words {
        flex: 1 1 26rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.125rem 0.75rem;
      }

      .title {
        font-weight: 600;
      }

      .figures {
        color: var(--muted);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      .chip {
        background: var(--raised);
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  declare snapshot: ExporterSnapshot;
  declare busy: boolean;
  /** The session is being ended, or the next one prepared. */
  declare ending: boolean;

  constructor() {
    super();
    new TickController(this, () => !this.hidden);
  }

  override render() {
    const { hook, status, inUseBy, phase } = this.snapshot;
    const text = sessionText(this.snapshot);
    const now = Date.now();
    const inFocus = hookInFocus(this.snapshot);
    return html`
      <section class="banner ${text.tone}" aria-label="Session">
        <div class="words">
          <div class="head">
            <span class="title">${text.title}</span>
            <span class="chip" title="Jumpstarter's name of this status"><code>${status.name}</code></span>
            <span class="figures">${this.#figures(now)}</span>
          </div>
          ${text.detail === "" ? null : html`<div class="small">${text.detail}</div>`}
          ${
            inUseBy === undefined
              ? null
              : html`<div class="small">
                  In use by <code>${inUseBy.client}</code> for ${duration(now - inUseBy.since)}. Others are told so
                  until its shell is closed.
                </div>`
          }
          ${
            hook === undefined
              ? null
              : html`<progress
                  max="1"
                  .value=${hookProgress(hook, now)}
                  aria-label="Time of the ${hook.name} hook"
                ></progress>`
          }
        </div>
        <div class="buttons">
          ${phase === "running" ? this.#renderSessionButtons(text) : null}
          ${
            inFocus === undefined
              ? null
              : html`<button type="button" @click=${() => this.#showHook(inFocus)}>Show its lines</button>`
          }
        </div>
      </section>
      <span class="hidden-text" role=${text.tone === "error" ? "alert" : "status"}>${spoken(text)}</span>
    `;
  }

  #figures(now: number): string {
    const { hook, status } = this.snapshot;
    if (hook !== undefined) {
      return `${duration(now - hook.startedAt)} of at most ${duration(hook.timeoutMs)}`;
    }
    return status.since === undefined ? "" : `for ${duration(now - status.since)}`;
  }

  #renderSessionButtons({ cure }: SessionText) {
    const again = cure === "try-again";
    const disabled = this.busy || this.ending || this.snapshot.hook !== undefined;
    return html`
      <button
        type="button"
        class=${again ? "primary" : ""}
        title=${again ? nothing : "Ends this session and begins the next: afterLease, drivers reset, beforeLease"}
        ?disabled=${disabled}
        @click=${() => this.#raise("new-session")}
      >
        ${icons.again}${again ? "Try again" : "New session"}
      </button>
      ${
        again
          ? html`<button type="button" ?disabled=${this.busy} @click=${() => this.#raise("edit-configuration")}>
              ${icons.edit}Edit configuration
            </button>`
          : null
      }
    `;
  }

  #showHook(hook: HookSnapshot["name"]): void {
    this.dispatchEvent(new CustomEvent("show-hook", { detail: hook }) satisfies ShowHookEvent);
  }

  #raise(what: "new-session" | "edit-configuration"): void {
    this.dispatchEvent(new CustomEvent(what));
  }
}

/** For who does not see the page: what has changed, once, and nothing that counts. */
function spoken({ title, detail }: SessionText): string {
  return detail === "" ? `${title}.` : `${title}. ${detail}`;
}

customElements.define("jumptab-session-state", SessionState);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-session-state": SessionState;
  }
}
