/**
 * What has happened, one notice below the other, each to be read and put away.
 * Above: app.ts, and a colleague's page. Below: icons. Its styles are those of the page around it.
 */

import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Notice } from "../model.ts";
import { icons } from "./icons.ts";

/** @param dismiss Called with a notice's id. */
export function noticeList(notices: readonly Notice[], dismiss: (id: number) => void): TemplateResult {
  return html`${repeat(
    notices,
    ({ id }) => id,
    ({ id, tone, text, action }) => html`
      <div class="notice card ${tone}" role=${tone === "error" ? "alert" : "status"}>
        ${tone === "info" ? icons.info : icons.warning}
        <p>${text}</p>
        ${
          action === undefined
            ? null
            : html`<button type="button" class="small" @click=${() => action.run()}>${action.label}</button>`
        }
        <button type="button" class="small quiet" aria-label="Dismiss" @click=${() => dismiss(id)}>
          ${icons.close}
        </button>
      </div>
    `,
  )}`;
}
