/**
 * All of sharing on the board's page: links, the line for a shell, who is here and who drives.
 * Above: bench.ts. Below: share-links.ts, ../share-line, people.ts.
 */

import { css, html, LitElement } from "lit";
import type { ExporterSnapshot } from "../../messages.ts";
import type { OpenBench, PageActions, RelayInfo } from "../model.ts";
import "../share-line/share-line.ts";
import { sharedStyles } from "../shared/styles.ts";
import type { SeatEvent } from "./people.ts";
import "./people.ts";
import type { Viewer } from "./people-text.ts";
import { seatAction } from "./seat-action.ts";
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

  override render() {
    const { bench, snapshot, relay, actions } = this;
    return html`
      <div class="parts">
        <jumptab-share-links
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
            ?reachable=${this.reachable}
          ></jumptab-share-line>
          <section aria-labelledby="people">
            <h2 id="people">Who is here</h2>
            <jumptab-people
              .people=${snapshot.people}
              .seat=${snapshot.seat}
              .viewer=${BOARD}
              @seat=${({ detail }: SeatEvent) => seatAction(actions, detail)}
            ></jumptab-people>
          </section>
        </div>
      </div>
    `;
  }
}

customElements.define("jumptab-share-section", ShareSection);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-share-section": ShareSection;
  }
}
