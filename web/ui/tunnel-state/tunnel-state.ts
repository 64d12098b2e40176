/**
 * Where the page stands with its relay, and the button that helps.
 * Above: bench.ts. Below: tunnel-text.ts.
 */

import { css, html, LitElement } from "lit";
import type { TunnelState } from "../../messages.ts";
import type { PageActions } from "../model.ts";
import { bannerStyles } from "../shared/banner-styles.ts";
import { TickController } from "../shared/controllers.ts";
import { sharedStyles } from "../shared/styles.ts";
import { tunnelAnnouncement, tunnelText, tunnelTextCounts } from "./tunnel-text.ts";

export class TunnelStateElement extends LitElement {
  static override properties = {
    tunnel: { attribute: false },
    actions: { attribute: false },
    benchId: { attribute: false },
    busy: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    bannerStyles,
    css`
      .title {
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }

      .words {
        flex: 1 1 18rem;
        min-width: 0;
      }

      .ok .words {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.75rem;
      }

      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }
    `,
  ];

  declare tunnel: TunnelState;
  declare actions: PageActions;
  declare benchId: string;
  declare busy: boolean;

  constructor() {
    super();
    new TickController(this, () => tunnelTextCounts(this.tunnel, Date.now()));
  }

  override render() {
    const text = tunnelText(this.tunnel, Date.now());
    if (text === undefined) return null;
    // The counting text is not read out every second.
    return html`
      <div class="banner ${text.tone}">
        <div class="words">
          <div class="title">${text.title}</div>
          <div class="muted small">${text.detail}</div>
        </div>
        ${this.tunnel.kind === "refused" ? this.#renderCure(this.tunnel.cure) : null}
      </div>
      <span class="hidden-text" role="status">${tunnelAnnouncement(this.tunnel)}</span>
    `;
  }

  #renderCure(cure: Extract<TunnelState, { kind: "refused" }>["cure"]) {
    switch (cure) {
      case "take-over":
      case "take-back":
        return html`<button
          type="button"
          class="primary"
          ?disabled=${this.busy}
          @click=${() => this.actions.takeOver()}
        >
          ${cure === "take-over" ? "Take over" : "Take back"}
        </button>`;
      case "attach-token":
        return html`
          <form @submit=${this.#useToken}>
            <label for="token">Attach token</label>
            <input id="token" name="token" type="password" autocomplete="off" required />
            <button type="submit" class="primary" ?disabled=${this.busy}>Attach</button>
          </form>
          <p class="small muted">
            The relay printed it when it started; the address that it printed contains it too.
          </p>
        `;
      case "rename":
        return html`<button type="button" class="primary" @click=${() => this.actions.editBench(this.benchId)}>
          Edit configuration
        </button>`;
      case "reload":
        return html`<button type="button" class="primary" @click=${() => this.actions.reload()}>
          Reload page
        </button>`;
      case "none":
        return null;
    }
  }

  #useToken(event: SubmitEvent): void {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get("token");
    if (typeof token === "string" && token.trim() !== "") this.actions.useAttachToken(token.trim());
  }
}

customElements.define("jumptab-tunnel-state", TunnelStateElement);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-tunnel-state": TunnelStateElement;
  }
}
