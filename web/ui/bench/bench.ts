/**
 * One bench: its session, how it is reached, its drivers, its log, its terminal, and what is wrong with it.
 * Above: app.ts. Below: session, share, tunnel-state, driver-cards, log-panel, shell, bench-settings, problem-list.
 */

import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { ExporterSnapshot, LogRecord, TransferSnapshot } from "../../messages.ts";
import "../bench-settings/bench-settings.ts";
import type { ConfirmDialog, Question } from "../dialogs/confirm-dialog.ts";
import "../dialogs/confirm-dialog.ts";
import type { LogPanel } from "../log-panel/log-panel.ts";
import "../log-panel/log-panel.ts";
import type { OpenBench, PageActions, RelayInfo } from "../model.ts";
import "../problem-list/problem-list.ts";
import type { ShowHookEvent } from "../session/session-state.ts";
import "../session/session-state.ts";
import { hookInFocus } from "../session/session-text.ts";
import "../share/share-section.ts";
import "../share/who-is-here.ts";
import { type Command, CommandsController } from "../shared/commands.ts";
import { count } from "../shared/format.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import "../shell/shell.ts";
import { NOTHING_WATCHED, type WatchedTransfers } from "../transfers/transfer-rates.ts";
import "../transfers/transfer-strip.ts";
import "../tunnel-state/tunnel-state.ts";
import type { DeviceWantedEvent } from "./add-device.ts";
import "./add-device.ts";
import type { Drivers } from "./drivers.ts";
import "./drivers.ts";
import {
  type BenchLayout,
  FIRST_LAYOUT,
  readLayout,
  SECTIONS,
  type Section,
  withFolded,
  withMoved,
  withSide,
  writeLayout,
} from "./layout.ts";
import { mayBeReached, overallStatus } from "./overall-status.ts";
import type { FoldEvent, MoveEvent } from "./panel.ts";
import "./panel.ts";
import type { ResizeEvent } from "./splitter.ts";
import "./splitter.ts";
import { benchStyles } from "./styles.ts";

/** Heads of the sections while they are folded or moved, and what is folded, in a sentence. */
const SECTION_TEXTS: Readonly<Record<Section, { readonly name: string; readonly words: string }>> = {
  share: { name: "Share", words: "the links" },
  drivers: { name: "Drivers", words: "the drivers" },
  terminal: { name: "Terminal", words: "the terminal" },
  settings: { name: "Settings", words: "the settings" },
};

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
    usb: { type: Boolean },
    busy: { type: Boolean },
    endingSession: { attribute: false },
    layout: { state: true },
    arranging: { state: true },
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
  declare usb: boolean;
  declare busy: boolean;
  /** The session is being ended, or the next one prepared. */
  declare endingSession: boolean;
  /** As the person has arranged this bench. */
  declare layout: BenchLayout;
  /** Sections have buttons that move them. */
  declare arranging: boolean;
  readonly #drivers = createRef<Drivers>();
  readonly #confirm = createRef<ConfirmDialog>();
  readonly #sections = createRef<HTMLElement>();
  readonly #log = createRef<LogPanel>();

  constructor() {
    super();
    this.watched = NOTHING_WATCHED;
    this.history = [];
    this.kept = new Set();
    this.layout = FIRST_LAYOUT;
    this.arranging = false;
    new CommandsController(this, () => (this.hidden ? [] : this.#commands()));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.get("bench")?.id === this.bench.id) return;
    if (changed.has("bench")) this.layout = readLayout(this.actions.layoutOf(this.bench.id));
  }

  override render() {
    const running = this.snapshot.phase === "running";
    const logFolded = this.layout.folded.includes("log");
    this.toggleAttribute("log-folded", logFolded);
    this.style.setProperty("--side", `${this.layout.side}%`);
    return html`
      ${this.#renderHead()}
      <div class="main">
        ${this.#renderFailure()} ${this.#renderChanged()} ${this.#renderSession(running)}
        ${
          running
            ? html`<jumptab-tunnel-state
                .tunnel=${this.snapshot.tunnel}
                .actions=${this.actions}
                .benchId=${this.bench.id}
                ?busy=${this.busy}
              ></jumptab-tunnel-state>`
            : this.#renderNotRunning()
        }
        ${this.arranging ? this.#renderArranging() : null} ${this.#renderSections(running)}
        ${this.#renderProblems()}
      </div>
      ${
        logFolded
          ? null
          : html`<jumptab-splitter .side=${this.layout.side} @resize-side=${this.#resize}></jumptab-splitter>`
      }
      <aside class="side" aria-label="Log">
        <jumptab-panel class="card" .key=${"log"} name="Log" words="the log" ?folded=${logFolded} @fold=${this.#fold}>
          <jumptab-log-panel
            ${ref(this.#log)}
            .log=${this.log}
            .actions=${this.actions}
            .name=${this.bench.name}
            .hook=${hookInFocus(this.snapshot)}
          ></jumptab-log-panel>
        </jumptab-panel>
      </aside>
      <jumptab-confirm ${ref(this.#confirm)}></jumptab-confirm>
    `;
  }

  #renderSections(running: boolean) {
    const shown = new Map(
      this.layout.order.flatMap((section) => {
        const inside = this.#renderSection(section, running);
        return inside === null ? [] : [[section, inside] as const];
      }),
    );
    const keys = [...shown.keys()];
    // Always in this order: #putInOrder() moves the elements, and what runs in them goes on.
    return html`<div class="sections" ${ref(this.#sections)}>
      ${SECTIONS.map((section) => {
        const { name, words } = SECTION_TEXTS[section];
        const bare = section === "drivers";
        return html`<section data-section=${section} aria-label=${name} ?hidden=${!shown.has(section)}>
          <jumptab-panel
            class=${bare ? "" : "card"}
            .key=${section}
            name=${name}
            words=${words}
            ?bare=${bare}
            ?folded=${this.layout.folded.includes(section)}
            ?movable=${this.arranging}
            ?first=${keys[0] === section}
            ?last=${keys.at(-1) === section}
            @fold=${this.#fold}
            @move=${this.#move}
          >
            ${shown.get(section)}
          </jumptab-panel>
        </section>`;
      })}
    </div>`;
  }

  /** Null: there is nothing to show of it now. */
  #renderSection(section: Section, running: boolean): TemplateResult | null {
    switch (section) {
      case "share":
        return running ? this.#renderShare() : null;
      case "drivers":
        return this.snapshot.drivers.length === 0 ? null : this.#renderDrivers(running);
      case "terminal":
        return html`<jumptab-shell .actions=${this.actions} ?running=${running}></jumptab-shell>`;
      case "settings":
        return html`<jumptab-bench-settings
          .bench=${this.bench}
          .actions=${this.actions}
          ?busy=${this.busy}
          @restart=${this.#restart}
        ></jumptab-bench-settings>`;
    }
  }

  /** How others reach the bench: the line for a shell, links, who is here and who drives. */
  #renderShare() {
    return html`
      <jumptab-share-section
        .bench=${this.bench}
        .snapshot=${this.snapshot}
        .relay=${this.relay}
        .actions=${this.actions}
        ?reachable=${mayBeReached(this.snapshot.tunnel)}
      ></jumptab-share-section>
    `;
  }

  #renderArranging() {
    return html`<div class="banner card changed" role="status">
      <p><strong>Arrange the bench.</strong> Move its sections; it is remembered for this bench.</p>
      <button type="button" @click=${() => this.#keep(FIRST_LAYOUT)}>As at first</button>
      <button type="button" class="primary" @click=${() => {
        this.arranging = false;
      }}>Done</button>
    </div>`;
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
        <jumptab-who-is-here .people=${this.snapshot.people} .seat=${this.snapshot.seat}></jumptab-who-is-here>
        <div class="actions">
          <button type="button" class="quiet" ?disabled=${this.busy} @click=${this.#leave}>
            ${icons.back}All benches
          </button>
          <jumptab-add-device
            ?serial=${this.serial}
            ?usb=${this.usb}
            ?busy=${this.busy}
            @device-wanted=${({ detail }: DeviceWantedEvent) => this.actions.addDevice(detail)}
          ></jumptab-add-device>
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
      @show-hook=${({ detail }: ShowHookEvent) => this.#showHook(detail)}
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
    return html`<jumptab-drivers
      ${ref(this.#drivers)}
        .drivers=${this.snapshot.drivers}
        .transfers=${this.snapshot.transfers}
        .watched=${this.watched}
        .history=${this.history}
        .kept=${this.kept}
        .actions=${this.actions}
        .folded=${this.layout.folded}
        foldable
        ?running=${running}
        @fold=${this.#fold}
      ></jumptab-drivers>`;
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

  /** What can be done with this bench now, beside what its drivers can. */
  #commands(): readonly Command[] {
    const { phase, hook } = this.snapshot;
    const stopped = phase === "idle" || phase === "failed";
    const commands: (Command | false)[] = [
      !this.busy && stopped && command("start", "Start", "run exporter", () => this.actions.start()),
      !this.busy &&
        !stopped &&
        phase !== "stopping" &&
        command("stop", "Stop", "end exporter", () => this.#stop()),
      phase === "running" &&
        !this.busy &&
        !this.endingSession &&
        hook === undefined &&
        command("new-session", "New session", "reset end lease hooks", () => this.#newSession()),
      !this.busy &&
        command("edit", "Edit configuration", "yaml builder drivers", () =>
          this.actions.editBench(this.bench.id),
        ),
      !this.busy &&
        this.serial &&
        command("add-serial", "Add a serial port", "add device plug in usb", () =>
          this.actions.addDevice("serial"),
        ),
      !this.busy &&
        this.usb &&
        command("add-usb", "Add a USB device", "add device plug in probe pico", () =>
          this.actions.addDevice("usb"),
        ),
      !this.busy && command("leave", "All benches", "switch another list back", () => this.#leave()),
      phase === "running" &&
        command("open-terminal", "Open the terminal", "shell bash j", () => void this.#openTerminal()),
    ];
    const logFolded = this.layout.folded.includes("log");
    const view = (id: string, title: string, words: string, run: () => void): Command => ({
      ...command(id, title, words, run),
      group: "View",
    });
    return [
      ...commands.filter((one) => one !== false),
      view("toggle-log", logFolded ? "Unfold the log" : "Fold the log", "show hide toggle", () =>
        this.#toggleLog(),
      ),
      view("arrange", "Arrange the bench", "move sections layout order", () => {
        this.arranging = true;
      }),
      view("reset-layout", "Put the bench back as at first", "reset layout unfold order width", () =>
        this.#keep(FIRST_LAYOUT),
      ),
    ];
  }

  async #openTerminal(): Promise<void> {
    this.#keep(withFolded(this.layout, "terminal", false));
    await this.updateComplete;
    const shell = this.renderRoot.querySelector("jumptab-shell");
    shell?.scrollIntoView({ block: "nearest" });
    shell?.open();
  }

  /** Unfold the card of a driver, and press a button of it. */
  async pressOnCard(path: readonly string[], button: string): Promise<void> {
    this.#keep(withFolded(this.layout, "drivers", false));
    await this.updateComplete;
    await this.#drivers.value?.press(path, button);
  }

  #toggleLog(): void {
    this.#keep(withFolded(this.layout, "log", !this.layout.folded.includes("log")));
  }

  #fold({ detail: { key, folded } }: FoldEvent): void {
    this.#keep(withFolded(this.layout, key, folded));
  }

  #move({ detail: { key, direction } }: MoveEvent): void {
    const section = this.layout.order.find((one) => one === key);
    if (section !== undefined) this.#keep(withMoved(this.layout, section, direction));
  }

  protected override updated(): void {
    const host = this.#sections.value;
    if (host !== undefined) putInOrder(host, this.layout.order);
  }

  #resize({ detail: { side, done } }: ResizeEvent): void {
    const layout = withSide(this.layout, side ?? FIRST_LAYOUT.side);
    // Once, when it is let go: a drag says a hundred widths.
    if (done) this.#keep(layout);
    else this.layout = layout;
  }

  #keep(layout: BenchLayout): void {
    this.layout = layout;
    this.actions.keepLayout(this.bench.id, writeLayout(layout));
  }

  get #inUse(): boolean {
    const { calls, streams } = this.snapshot.activity;
    return calls + streams > 0;
  }

  /** Also when the log is folded: who asks for its lines wants to see them. */
  #showHook(hook: ShowHookEvent["detail"]): void {
    if (this.layout.folded.includes("log")) this.#toggleLog();
    this.#log.value?.showHook(hook);
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

function command(id: string, title: string, words: string, run: () => void): Command {
  return { id, title, group: "Bench", words, run };
}

/**
 * The keyboard goes from section to section as they are seen, so their elements are moved, and not only drawn elsewhere. The drivers,
 * with their consoles, never are: the others change places around them.
 */
function putInOrder(host: HTMLElement, order: readonly Section[]): void {
  const elements = new Map(
    [...host.children].map((element) => [element instanceof HTMLElement && element.dataset.section, element]),
  );
  const now = [...elements.keys()];
  if (order.every((section, index) => now[index] === section)) return;
  const drivers = order.indexOf("drivers");
  for (const [index, section] of order.entries()) {
    const element = elements.get(section);
    if (element !== undefined && index !== drivers) {
      move(host, element, index < drivers ? (elements.get("drivers") ?? null) : null);
    }
  }
}

/** Without leaving the document, where the browser can: what is in it keeps its state and the focus. */
function move(
  host: Omit<HTMLElement, "moveBefore"> & Partial<Pick<HTMLElement, "moveBefore">>,
  element: Element,
  before: Element | null,
): void {
  if (host.moveBefore !== undefined) host.moveBefore(element, before);
  else host.insertBefore(element, before);
}

customElements.define("jumptab-bench", BenchView);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-bench": BenchView;
  }
}
