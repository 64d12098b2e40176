/**
 * Icons of a console's bar. Decoration only: what they mean stands in words, as names and titles.
 * Above: console.ts, find-bar.ts. Below: nothing.
 */

import { type SVGTemplateResult, svg } from "lit";

function icon(paths: SVGTemplateResult): SVGTemplateResult {
  return svg`<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;
}

export const consoleIcons = {
  find: icon(svg`<circle cx="9" cy="9" r="5.5"/><path d="M13.2 13.2L17 17"/>`),
  maximise: icon(svg`<path d="M12 3h5v5M8 17H3v-5M17 3l-6 6M3 17l6-6"/>`),
  restore: icon(svg`<path d="M16 9h-5V4M4 11h5v5M11 9l6-6M9 11l-6 6"/>`),
  more: icon(svg`<path d="M4.5 10h.1M10 10h.1M15.5 10h.1" stroke-width="2.6"/>`),
} as const;
