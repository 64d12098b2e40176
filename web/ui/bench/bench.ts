/**
 * One bench: its session, how it is reached, its drivers, its log, its terminal, and what is wrong with it.
 * Above: app.ts. Below: session, share-line, tunnel-state, driver-cards, log-panel, shell, bench-settings, problem-list.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { DriverSnapshot, ExporterSnapshot, LogRecord, TransferSnapshot } from "../../messages.ts";
import "../bench-settings/bench-settings.ts";
import type { ConfirmDialog, Question } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import { shellNames } from "../driver-cards/card.ts";
import { fileAbilities } from "../driver-cards/file-abilities.ts";
import "../driver-cards/file-card.ts";
import "../driver-cards/generic-card.ts";
import "../driver-cards/power-card.ts";
import "../driver-cards/serial-card.ts";
import type { LogPanel } from "../log-panel/log-panel.ts";
import "../log-panel/log-panel.ts";
import type { OpenBench, PageActions, RelayInfo } from "../model.ts";
import "../problem-list/problem-list.ts";
import type { ShowHookEvent } from "../session/session-state.ts";
import "../session/session-state.ts";
import { hookInFocus } from "../session/session-text.ts";
import "../share-line/share-line.ts";
import { count } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import "../shell/shell.ts";
import { NOTHING_WATCHED, type WatchedTransfers } from "../transfers/transfer-rates.ts";
import "../tunnel-state/tunnel-state.ts";
import { type Arranged, arrangeDrivers } from "./arrange-drivers.ts";
import { mayBeReached, overallStatus } from "./overall-status.ts";
import { benchStyles } from "./styles.ts";

export class BenchView extends LitElement {
  static override properties = {
    bench: { attribute: false },
    snapshot: { attribute: false },
    log: { attribute: false },
    watched: { attribute: false },
    history: { attribute: false },
    kept: { attribute: false },
    relay: { attribute: false },
    actions: { attribute: false },
    serial: { type: Boolean },
    busy: { type: Boolean },
    endingSession: { attribute: false },
  };
  static override styles = [sharedStyles, benchStyles];

  declare bench: OpenBench;
  declare snapshot: ExporterSnapshot;
  declare log: readonly LogRecord[];
  /** How the transfers that run have come along. */
  declare watched: WatchedTransfers;
  /** Transfers that have ended, newest first. */
  declare history: readonly TransferSnapshot[];
  /** Images that the browser still has. */
  declare kept: ReadonlySet<string>;
  declare relay: RelayInfo;
  declare actions: PageActions;
  declare serial: boolean;
  declare busy: boolean;
  /** The session is being ended, or the next one prepared. */
  declare endingSession: boolean;
  readonly #confirm = createRef<ConfirmDialog>();
  readonly #log = createRef<LogPanel>();

  constructor() {
    super();
    this.watched = NOTHING_WATCHED;
    this.history = [];
    this.kept = new Set();
  }

  override render() {
    const running = this.snapshot.phase === "running";
    return html`
      ${this.#renderHead()}
      <div class="main">
        ${this.#renderFailure()} ${this.#renderChanged()} ${this.#renderSession(running)}
        ${
          running
            ? html`
                <jumptab-tunnel-state
                  .tunnel=${this.snapshot.tunnel}
                  .actions=${this.actions}
                  .benchId=${this.bench.id}
                  ?busy=${this.busy}
                ></jumptab-tunnel-state>
                <section aria-label="Share">
                  <jumptab-share-line
                    class="card"
                    .relay=${this.relay}
                    .passphrase=${this.bench.passphrase}
                    .drivers=${this.snapshot.drivers}
                    .actions=${this.actions}
                    ?reachable=${mayBeReached(this.snapshot.tunnel)}
                  ></jumptab-share-line>
                </section>
              `
            : this.#renderNotRunning()
        }
        ${this.#renderDrivers(running)}
        <section class="card" aria-label="Terminal">
          <jumptab-shell .actions=${this.actions} ?running=${running}></jumptab-shell>
        </section>
        <section class="card" aria-label="Settings">
          <jumptab-bench-settings
            .bench=${this.bench}
            .actions=${this.actions}
            ?busy=${this.busy}
            @restart=${this.#restart}
          ></jumptab-bench-settings>
        </section>
        ${this.#renderProblems()}
      </div>
      <aside class="side card" aria-label="Log">
        <jumptab-log-panel
          ${ref(this.#log)}
          .log=${this.log}
          .actions=${this.actions}
          .name=${this.bench.name}
          .hook=${hookInFocus(this.snapshot)}
        ></jumptab-log-panel>
      </aside>
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  #renderHead() {
    const { phase, activity } = this.snapshot;
    const { tone, label } = overallStatus(this.snapshot);
    const stopped = phase === "idle" || phase === "failed";
    return html`
      <div class="head">
        <h1 tabindex="-1">${this.bench.name}</h1>
        <span class="chip ${tone}" role="status">${label}</span>
        ${activity.streams === 0 ? null : html`<span class="chip">${count(activity.streams, "stream")}</span>`}
        ${this.bench.file === undefined ? null : html`<span class="chip">from ${this.bench.file}</span>`}
        <div class="actions">
          <button type="button" class="quiet" ?disabled=${this.busy} @click=${this.#leave}>
            ${icons.back}All benches
          </button>
          <button
            type="button"
            ?disabled=${this.busy || !this.serial}
            title=${this.serial ? nothing : "This browser has no WebSerial"}
            @click=${() => this.actions.addDevice()}
          >
            ${icons.plug}Add device
          </button>
          <button type="button" ?disabled=${this.busy} @click=${() => this.actions.editBench(this.bench.id)}>
            ${icons.edit}Edit configuration
          </button>
          ${
            stopped
              ? html`<button
                  type="button"
                  class="primary"
                  ?disabled=${this.busy}
                  @click=${() => this.actions.start()}
                >
                  ${icons.play}Start
                </button>`
              : this.#renderStop()
          }
        </div>
      </div>
    `;
  }

  /** While its hook runs, a second press ends the hook: a person never has to wait for a script. */
  #renderStop() {
    if (this.snapshot.phase === "stopping" && this.snapshot.hook !== undefined) {
      return html`<button
        type="button"
        class="danger"
        title="Ends the ${this.snapshot.hook.name} hook where it is"
        @click=${() => this.actions.stop()}
      >
        ${icons.stop}Stop now
      </button>`;
    }
    return html`<button
      type="button"
      ?disabled=${this.busy || this.snapshot.phase === "stopping"}
      @click=${this.#stop}
    >
      ${icons.stop}Stop
    </button>`;
  }

  #renderSession(running: boolean) {
    if (!running && this.snapshot.hook === undefined) return null;
    return html`<jumptab-session-state
      .snapshot=${this.snapshot}
      ?busy=${this.busy}
      ?ending=${this.endingSession}
      @show-hook=${({ detail }: ShowHookEvent) => this.#log.value?.showHook(detail)}
      @new-session=${this.#newSession}
      @edit-configuration=${() => this.actions.editBench(this.bench.id)}
    ></jumptab-session-state>`;
  }

  #renderFailure() {
    const { phase, failure } = this.snapshot;
    if (phase !== "failed") return null;
    return html`
      <div class="banner card error" role="alert">
        <p><strong>It could not start.</strong> ${failure ?? "The log says more."}</p>
        <button type="button" @click=${() => this.actions.editBench(this.bench.id)}>Edit configuration</button>
      </div>
    `;
  }

  #renderChanged() {
    if (!this.bench.changed) return null;
    return html`
      <div class="banner card changed" role="status">
        <p>
          <strong>The configuration has changed.</strong> The exporter still runs with the old
          one.${this.#inUse ? " A restart ends what clients are doing now." : ""}
        </p>
        <button type="button" class="primary" ?disabled=${this.busy} @click=${() => this.actions.start()}>
          Restart
        </button>
      </div>
    `;
  }

  #renderNotRunning() {
    switch (this.snapshot.phase) {
      case "starting":
        return html`<p class="stopped card" role="status">Starting: opening the devices.</p>`;
      case "stopping":
        // What a hook does is said above.
        if (this.snapshot.hook !== undefined) return null;
        return html`<p class="stopped card" role="status">Stopping: letting go of the devices.</p>`;
      case "idle":
        return html`<p class="stopped card">
          Stopped. Its name, passphrase and ports are kept; press Start to share it again.
        </p>`;
      case "running":
      case "failed":
        return null;
    }
  }

  #renderDrivers(running: boolean) {
    const items = arrangeDrivers(this.snapshot.drivers);
    if (items.length === 0) return null;
    return html`<section class="group" aria-label="Drivers">${this.#renderItems(items, running)}</section>`;
  }

  #renderItems(items: readonly Arranged[], running: boolean): TemplateResult {
    return html`<div class="cards">
      ${repeat(
        items,
        ({ driver }) => driver.path.join("\0"),
        (item) =>
          item.kind === "group" ? this.#renderGroup(item, running) : this.#renderCard(item, running),
      )}
    </div>`;
  }

  #renderGroup({ driver, aliases, items }: Extract<Arranged, { kind: "group" }>, running: boolean) {
    return html`
      <section class="group" role="group" aria-label=${driver.name}>
        <div class="title">
          ${icons.board}
          <h2>${driver.name}</h2>
          ${shellNames(driver.path, aliases).map(
            (words) => html`<span class="chip" title="In the shell"><code>j ${words}</code></span>`,
          )}
          ${driver.description === undefined ? null : html`<span class="small muted">${driver.description}</span>`}
        </div>
        ${
          // A flasher whose serial port is its child is a device itself.
          driver.category === "composite"
            ? null
            : html`<div class="cards">${this.#renderCard({ kind: "card", driver, aliases: [] }, running)}</div>`
        }
        ${this.#renderItems(items, running)}
      </section>
    `;
  }

  #renderCard({ driver, aliases }: Extract<Arranged, { kind: "card" }>, running: boolean) {
    const { actions } = this;
    if (driver.category === "power" && driver.calls.includes("on") && driver.calls.includes("off")) {
      return html`<jumptab-power-card
        class="card"
        role="article"
        aria-label=${driver.name}
        .driver=${driver}
        .aliases=${aliases}
        .actions=${actions}
        ?running=${running}
      ></jumptab-power-card>`;
    }
    if (driver.category === "serial" && driver.streams.includes("connect")) {
      return html`<jumptab-serial-card
        class="card"
        role="article"
        aria-label=${driver.name}
        .driver=${driver}
        .aliases=${aliases}
        .actions=${actions}
        ?running=${running}
      ></jumptab-serial-card>`;
    }
    const transfers = this.snapshot.transfers.filter(
      (transfer) => transfer.state === "running" && isOf(driver, transfer),
    );
    if (fileAbilities(driver) !== undefined) {
      return html`<jumptab-file-card
        class="card"
        role="article"
        aria-label=${driver.name}
        .driver=${driver}
        .aliases=${aliases}
        .actions=${actions}
        .transfers=${transfers}
        .watched=${this.watched}
        .history=${this.history.filter((transfer) => isOf(driver, transfer))}
        .kept=${this.kept}
        ?running=${running}
      ></jumptab-file-card>`;
    }
    return html`<jumptab-generic-card
      class="card"
      role="article"
      aria-label=${driver.name}
      .driver=${driver}
      .aliases=${aliases}
      .actions=${actions}
      .transfers=${transfers}
      .watched=${this.watched}
      ?running=${running}
    ></jumptab-generic-card>`;
  }

  #renderProblems() {
    const { problems } = this.snapshot;
    if (problems.length === 0) return null;
    return html`
      <section class="problems card" aria-labelledby="problems">
        <h2 id="problems">About this configuration</h2>
        <jumptab-problem-list
          .problems=${problems}
          @problem-chosen=${() => this.actions.editBench(this.bench.id)}
        ></jumptab-problem-list>
      </section>
    `;
  }

  get #inUse(): boolean {
    const { calls, streams } = this.snapshot.activity;
    return calls + streams > 0;
  }

  #newSession(): void {
    this.#askIfInUse({
      title: "End this session?",
      text: "Clients are using it now. What they are doing ends with an error, and drivers go back to how they were at the start.",
      confirm: "End session",
      run: () => this.actions.endSession(),
    });
  }

  #restart(): void {
    this.#askIfInUse({
      title: `Restart ${this.bench.name}?`,
      text: "Clients are using it now. What they are doing ends with an error.",
      confirm: "Restart",
      run: () => this.actions.start(),
    });
  }

  #stop(): void {
    this.#askIfInUse({
      title: `Stop ${this.bench.name}?`,
      text: "Clients are using it now. What they are doing ends with an error.",
      confirm: "Stop",
      run: () => this.actions.stop(),
    });
  }

  /** What ends the work of clients is done at once only while there is none. */
  #askIfInUse(question: Question): void {
    if (this.#inUse) void this.#confirm.value?.ask({ ...question, danger: true });
    else question.run();
  }

  #leave(): void {
    if (this.snapshot.phase === "idle" || this.snapshot.phase === "failed") {
      this.actions.leaveBench();
      return;
    }
    void this.#confirm.value?.ask({
      title: `Stop ${this.bench.name} and go to the list?`,
      text: "A tab runs one bench. To run a second one beside it, open the page in a second tab.",
      confirm: "Stop and go to the list",
      alternative: { label: "Open a second tab", run: () => this.actions.openSecondTab() },
      run: () => this.actions.leaveBench(),
    });
  }
}

/** A transfer is the instance's, whatever name it is drawn under. */
function isOf({ path, refOf }: DriverSnapshot, transfer: TransferSnapshot): boolean {
  const own = refOf ?? path;
  return own.length === transfer.path.length && own.every((name, index) => name === transfer.path[index]);
}

customElements.define("jumptab-bench", BenchView);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-bench": BenchView;
  }
}
