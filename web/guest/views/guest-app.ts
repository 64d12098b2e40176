/**
 * A colleague's page, drawn: the bench as the page beside the board shows it, and what lies around it.
 * Above: start.ts puts it into the document. Below: GuestPage; the elements of web/ui.
 */

import { html, LitElement, type PropertyValues } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { SharedBench, TransferSnapshot } from "../../messages.ts";
import { appStyles } from "../../ui/app/styles.ts";
import "../../ui/dialogs/confirm-dialog.ts";
import type { ConfirmDialog } from "../../ui/dialogs/confirm-dialog.ts";
import { clientEndpoint } from "../../ui/share/addresses.ts";
import type { SeatEvent } from "../../ui/share/people.ts";
import { TickController } from "../../ui/shared/controllers.ts";
import { icons } from "../../ui/shared/icons.ts";
import { noticeList } from "../../ui/shared/notice-list.ts";
import { sharedStyles } from "../../ui/shared/styles.ts";
import { stripHeight } from "../../ui/transfers/strip-height.ts";
import { NOTHING_WATCHED, type WatchedTransfers, watchTransfers } from "../../ui/transfers/transfer-rates.ts";
import type { GuestPage } from "../model/guest-page.ts";
import {
  type AbsenceText,
  absenceText,
  benchStatus,
  guestTitle,
  lastsText,
  leavingText,
  leftText,
  listeningBecause,
  lockOf,
  PAGE_NOT_WHOLE,
  standingChip,
  wayText,
} from "./guest-text.ts";
import { guestStyles } from "./styles.ts";

/** On its way beside the first words with the exporter: the page says who it is before it has cards to draw. */
const benchParts = import("./bench-parts.ts");

export class GuestApp extends LitElement {
  static override properties = { page: { attribute: false }, pageUrl: { attribute: false } };
  static override styles = [sharedStyles, appStyles, guestStyles];

  declare page: GuestPage;
  /** Where the page was opened, without its fragment. */
  declare pageUrl: string;
  readonly #main = createRef<HTMLElement>();
  readonly #confirm = createRef<ConfirmDialog>();
  #listening: AbortController | undefined;
  /** Elements are given what they show when they are made, so none is drawn before there is its code. */
  #parts: "loading" | "there" | "missing" = "loading";
  #watched: WatchedTransfers = NOTHING_WATCHED;

  constructor() {
    super();
    new TickController(this, () => this.page.state.shared !== undefined);
    const loaded = (parts: "there" | "missing") => (): void => {
      this.#parts = parts;
      this.requestUpdate();
    };
    benchParts.then(loaded("there"), loaded("missing"));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.page.subscribe(() => this.requestUpdate(), { signal });
    this.addEventListener("cancel-transfer", ({ detail }) => this.page.actions.cancelTransfer(detail), {
      signal,
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening?.abort();
  }

  override render() {
    const { shared, absent, left } = this.page.state;
    const running = this.#transfers.filter(({ state }) => state === "running");
    return html`
      <header>
        <button type="button" class="skip" @click=${this.#skip}>Skip to the content</button>
        <span class="brand">${icons.board}jumptab</span>
        <span class="grow"></span>
        ${shared === undefined ? null : html`<span class="small muted">Shared with you as <strong>${shared.you.name}</strong></span>`}
        ${
          left !== undefined || (absent !== undefined && absent.absence.kind !== "away")
            ? null
            : html`<button type="button" class="small" @click=${this.#leave}>Leave</button>`
        }
      </header>
      ${
        running.length === 0 || this.#parts !== "there"
          ? null
          : html`<jumptab-transfer-strip .transfers=${running} .watched=${this.#watched}></jumptab-transfer-strip>`
      }
      ${this.#renderNotices()}
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
      <main id="main" tabindex="-1" ${ref(this.#main)}>
        ${shared === undefined || this.#parts !== "there" ? this.#renderWithout() : this.#renderBench(shared, running.length)}
      </main>
    `;
  }

  /** The page's own transfers by their names, those of all others as a client's. */
  get #transfers(): readonly TransferSnapshot[] {
    const { shared, ownTransfers, cancelled } = this.page.state;
    return (shared?.snapshot.transfers ?? []).map((transfer) => {
      const name = ownTransfers.get(transfer.id);
      if (name === undefined) return { ...transfer, by: "client" };
      const message = cancelled.has(transfer.id) ? undefined : transfer.message;
      return { ...transfer, by: "page", name, message };
    });
  }

  /** No bench has been seen. */
  #renderWithout() {
    const { absent, left } = this.page.state;
    if (left !== undefined) {
      const { title, detail, cure } = leftText(left);
      return html`<section class="message card" role="status">
        <h1 tabindex="-1">${title}</h1>
        <p>${detail}</p>
        <p>${cure}</p>
      </section>`;
    }
    if (this.#parts === "missing") return this.#renderMessage(PAGE_NOT_WHOLE);
    if (absent === undefined) return html`<p class="loading" role="status">Opening the bench…</p>`;
    return this.#renderMessage(absenceText(absent.absence, absent.since));
  }

  #renderMessage({ title, detail, cure, reload }: AbsenceText) {
    return html`
      <section class="message card" role="alert">
        <h1 tabindex="-1">${title}</h1>
        <p>${detail}</p>
        <p>${cure}</p>
        ${
          reload
            ? html`<div class="row">
                <button type="button" class="primary" @click=${() => this.page.actions.reload()}>Reload page</button>
              </div>`
            : null
        }
      </section>
    `;
  }

  #renderBench(shared: SharedBench, running: number) {
    const { state, actions } = this.page;
    const { snapshot } = shared;
    const transfers = this.#transfers;
    return html`<div class="bench" style="--strip: ${stripHeight(running)}">
      ${this.#renderHead(shared)}
      <div class="main">
        ${this.#renderTrouble()}
        <section aria-label="Drivers">
          <jumptab-drivers
            .drivers=${snapshot.drivers}
            .transfers=${transfers}
            .watched=${this.#watched}
            .history=${transfers.filter((transfer) => transfer.state !== "running")}
            .actions=${actions}
            .locked=${lockOf(state)}
            .listening=${listeningBecause(state)}
            ?running=${snapshot.phase === "running"}
          ></jumptab-drivers>
        </section>
        ${this.#renderShell(shared)}
      </div>
      <aside class="side">
        <section class="card people" aria-label="People">
          <h2>Who is here</h2>
          <jumptab-people
            .people=${snapshot.people}
            .seat=${snapshot.seat}
            .viewer=${{ kind: "share", share: shared.you.share, role: shared.you.role }}
            @seat=${({ detail }: SeatEvent) => actions.seat(detail)}
          ></jumptab-people>
        </section>
        <section class="card log" aria-label="Log">
          <jumptab-log-panel .log=${state.log} .actions=${actions} .name=${snapshot.name}></jumptab-log-panel>
        </section>
      </aside>
    </div>`;
  }

  #renderHead(shared: SharedBench) {
    const { you, snapshot } = shared;
    const { tone, label } = benchStatus(this.page.state);
    const standing = standingChip(shared);
    return html`
      <div class="head">
        <h1 tabindex="-1">${snapshot.name}</h1>
        <span class="chip ${tone}" role="status">${label}</span>
        <span class="chip ${standing.tone}">${standing.label}</span>
        <span class="grow"></span>
        <span class="small muted">${lastsText(you.expiresAt, Date.now())}</span>
      </div>
    `;
  }

  /** What stands between this person and the bench, while it is still to be seen. */
  #renderTrouble() {
    const { state } = this.page;
    const way = wayText(state, Date.now());
    const { absent, shared } = state;
    const text = absent === undefined ? undefined : absenceText(absent.absence, absent.since);
    return html`
      <div role="status">
        ${
          text === undefined
            ? null
            : html`<div class="banner card warning"><p><strong>${text.title}.</strong> ${text.detail} ${text.cure}</p></div>`
        }
        ${way === undefined ? null : html`<div class="banner card warning"><p>${way}</p></div>`}
      </div>
      ${
        shared?.you.role === "view" && absent === undefined
          ? html`<div class="banner card"><p><strong>View only.</strong> You see the bench live, and listen to its consoles. Nothing you do here reaches the board.</p></div>`
          : null
      }
    `;
  }

  /** The same link for people who like a shell, and their tests. */
  #renderShell({ you, snapshot }: SharedBench) {
    const { relay, secret, own } = this.page.state;
    if (relay === undefined) return null;
    const endpoint = clientEndpoint({ ...relay, pageUrls: [this.pageUrl], noAuth: false }, this.pageUrl);
    const view = you.role === "view";
    return html`<section class="card shell" aria-label="From a shell">
      <jumptab-share-line
        .relay=${{ ...relay, endpoint }}
        .passphrase=${secret}
        .drivers=${view ? [] : snapshot.drivers}
        .actions=${this.page.actions}
        reachable
      ></jumptab-share-line>
      <p class="hint small muted">
        ${
          view
            ? html`With this link, <code>jmp</code> shows status and log; whatever acts is refused.`
            : html`Tests work in that shell too: <code>pytest</code> with <code>jumpstarter-testing</code> finds the board by
                itself.`
        }
        ${
          own === undefined
            ? "This line holds the secret of your link: it is yours alone."
            : own.lasting
              ? "The link was for one use and belongs to this browser now: opened here again it works until it ends, elsewhere never."
              : "The link was for one use and belongs to this tab now. This browser keeps nothing, so do not close the tab."
        }
      </p>
    </section>`;
  }

  #renderNotices() {
    const { notices } = this.page.state;
    return html`
      <div class="notices" role="region" aria-label="Notices" aria-live="polite">
        ${noticeList(notices, (id) => this.page.actions.dismiss(id))}
      </div>
    `;
  }

  protected override willUpdate(): void {
    this.#watched = watchTransfers(this.#watched, this.#transfers, Date.now());
  }

  protected override updated(_changed: PropertyValues): void {
    document.title = guestTitle(this.page.state);
    const { tone } = benchStatus(this.page.state);
    const icon = document.querySelector<HTMLLinkElement>("#icon");
    const href = `./icon-${tone === "in-use" ? "ok" : tone}.svg`;
    if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  }

  #leave(): void {
    const { page } = this;
    const text = leavingText(page.state, page.busy);
    const leave = (keep: boolean): void => {
      page.actions.leave({ keep });
      // The button is gone: whoever goes on with the keyboard begins where it is said what happened.
      void this.updateComplete.then(() => this.renderRoot.querySelector("h1")?.focus());
    };
    if (text === undefined) {
      leave(false);
      return;
    }
    const once = page.state.own !== undefined;
    this.#confirm.value?.ask({
      title: "Leave the bench?",
      text,
      confirm: once ? "Leave, and forget it" : "Leave",
      danger: true,
      ...(once ? { alternative: { label: "Leave, and keep it", run: () => leave(true) } } : {}),
      run: () => leave(false),
    });
  }

  #skip(): void {
    this.#main.value?.focus();
  }
}

customElements.define("jumptab-guest", GuestApp);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-guest": GuestApp;
  }
}
