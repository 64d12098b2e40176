/**
 * All of sharing on the board's page: links, the line for a shell, who is here and who drives.
 * Above: bench.ts, whose panel answers `fold`. Below: share-links.ts, ../share-line, people.ts.
 */

import { css, html, LitElement } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { ExporterSnapshot } from "../../messages.ts";
import type { FoldEvent } from "../bench/panel.ts";
import type { OpenBench, PageActions, RelayInfo } from "../model.ts";
import "../share-line/share-line.ts";
import { type Command, CommandsController } from "../shared/commands.ts";
import { sharedStyles } from "../shared/styles.ts";
import type { SeatEvent } from "./people.ts";
import "./people.ts";
import { seatText, type Viewer } from "./people-text.ts";
import { seatAction } from "./seat-action.ts";
import type { ShareLinks } from "./share-links.ts";
import "./share-links.ts";

const BOARD: Viewer = { kind: "board" };

export class ShareSection extends LitElement {
  static override properties = {
    bench: { attribute: false },
    snapshot: { attribute: false },
    relay: { attribute: false },
    actions: { attribute: false },
    reachable: { type: Boolean },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        container-type: inline-size;
        padding: 0.875rem 1rem;
      }

      .parts {
        display: grid;
        gap: 1.25rem;
      }

      .parts > * {
        min-width: 0;
      }

      h2 {
        margin-bottom: 0.375rem;
      }

      jumptab-share-line {
        padding: 0;
      }

      .aside {
        display: flex;
        flex-direction: column;
        gap: 1.25rem;
      }

      @container (min-width: 52rem) {
        .parts {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          gap: 2rem;
        }
      }
    `,
  ];

  declare bench: OpenBench;
  declare snapshot: ExporterSnapshot;
  declare relay: RelayInfo;
  declare actions: PageActions;
  /** The relay has this page, or may have it soon. */
  declare reachable: boolean;
  readonly #links = createRef<ShareLinks>();

  constructor() {
    super();
    new CommandsController(this, () => this.#commands());
  }

  override render() {
    const { bench, snapshot, relay, actions } = this;
    return html`
      <div class="parts">
        <jumptab-share-links
          ${ref(this.#links)}
          .shares=${snapshot.shares}
          .people=${snapshot.people}
          .bench=${bench.name}
          .relay=${relay}
          .actions=${actions}
          ?attached=${snapshot.tunnel.kind === "attached"}
        ></jumptab-share-links>
        <div class="aside">
          <jumptab-share-line
            .relay=${relay}
            .passphrase=${bench.passphrase}
            .drivers=${snapshot.drivers}
            .actions=${actions}
            for-good
            ?reachable=${this.reachable}
          ></jumptab-share-line>
          <section aria-labelledby="people">
            <h2 id="people">Who is here</h2>
            <jumptab-people
              .people=${snapshot.people}
              .seat=${relay.noAuth ? undefined : snapshot.seat}
              .viewer=${BOARD}
              @seat=${({ detail }: SeatEvent) => seatAction(actions, detail)}
            ></jumptab-people>
          </section>
        </div>
      </div>
    `;
  }

  #commands(): readonly Command[] {
    const { actions, snapshot, relay } = this;
    const seat = seatText(snapshot.seat, BOARD).buttons.map(
      ({ wish, label }): Command => ({
        id: `seat:${wish.action}`,
        title: label,
        group: "Share",
        words: "drives seat control",
        run: () => seatAction(actions, wish),
      }),
    );
    const requests = snapshot.seat.requests.map(
      ({ share, name }): Command => ({
        id: `grant:${share}`,
        title: `Let ${name} drive`,
        group: "Share",
        words: "asks grant seat",
        run: () => seatAction(actions, { action: "grant", share }),
      }),
    );
    const link: Command = {
      id: "share-link",
      title: "Share with a link",
      group: "Share",
      words: "colleague invite url new link",
      run: () => this.#write(),
    };
    return relay.noAuth ? [] : [link, ...requests, ...seat];
  }

  /** Open the form of a new link, also where the person has folded this section. */
  async #write(): Promise<void> {
    const detail = { key: "share", folded: false };
    this.dispatchEvent(
      new CustomEvent("fold", { detail, bubbles: true, composed: true }) satisfies FoldEvent,
    );
    await this.#links.value?.write();
  }
}

customElements.define("jumptab-share-section", ShareSection);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-share-section": ShareSection;
  }
}
