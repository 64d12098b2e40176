/**
 * Who is here and who drives, in a few words for the head of a bench.
 * Above: bench.ts, web/guest. Below: people-text.ts.
 */

import { css, html, LitElement } from "lit";
import type { PersonSnapshot, SeatSnapshot } from "../../messages.ts";
import { icons } from "../shared/icons.ts";
import { sharedStyles } from "../shared/styles.ts";
import { driverText, type Viewer, whoIsHere } from "./people-text.ts";

export class WhoIsHere extends LitElement {
  static override properties = {
    people: { attribute: false },
    seat: { attribute: false },
    viewer: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: contents;
      }
    `,
  ];

  declare people: readonly PersonSnapshot[];
  declare seat: SeatSnapshot;
  declare viewer: Viewer;

  constructor() {
    super();
    this.people = [];
    this.viewer = { kind: "board" };
  }

  override render() {
    const here = whoIsHere(this.people);
    const drives = driverText(this.seat, this.viewer);
    return html`
      ${
        here === undefined
          ? null
          : html`<span class="chip" title="Connected now"
              >${icons.people}<span class="hidden-text">Connected now: </span>${here}</span
            >`
      }
      ${drives === undefined ? null : html`<span class="chip busy">${icons.wheel}${drives}</span>`}
    `;
  }
}

customElements.define("jumptab-who-is-here", WhoIsHere);

declare global {
  interface HTMLElementTagNameMap {
    "jumptab-who-is-here": WhoIsHere;
  }
}
