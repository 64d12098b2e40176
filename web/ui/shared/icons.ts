/**
 * The page's few icons, drawn here. Decoration only: what they mean is always said in words beside them.
 * Above: elements. Below: nothing.
 */

import { type SVGTemplateResult, svg } from "lit";

function icon(paths: SVGTemplateResult): SVGTemplateResult {
  return svg`<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;
}

export const icons = {
  board:
    icon(svg`<rect x="4.5" y="4.5" width="11" height="11" rx="1.5"/><rect x="8" y="8" width="4" height="4"/>
    <path d="M7.5 2v2.5M12.5 2v2.5M7.5 15.5V18M12.5 15.5V18M2 7.5h2.5M2 12.5h2.5M15.5 7.5H18M15.5 12.5H18"/>`),
  plug: icon(svg`<path d="M7 2.5v4M13 2.5v4M5 6.5h10v3a5 5 0 0 1-10 0zM10 14.5v3"/>`),
  file: icon(svg`<path d="M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15M7.5 10h5M7.5 13h5"/>`),
  play: icon(svg`<path d="M6.5 4l9 6-9 6z"/>`),
  stop: icon(svg`<rect x="5.5" y="5.5" width="9" height="9" rx="1"/>`),
  copy: icon(svg`<rect x="7" y="7" width="9.5" height="9.5" rx="1.5"/><path d="M13 4.5v-1H3.5V13h1"/>`),
  check: icon(svg`<path d="M4 10.5l4 4 8-9"/>`),
  edit: icon(svg`<path d="M4 16l.8-3.4L13.4 4 16 6.6 7.4 15.2z"/>`),
  trash: icon(svg`<path d="M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11"/>`),
  close: icon(svg`<path d="M5 5l10 10M15 5L5 15"/>`),
  power: icon(svg`<path d="M10 3v7M6 5.5a6 6 0 1 0 8 0"/>`),
  terminal: icon(
    svg`<rect x="2.5" y="4" width="15" height="12" rx="1.5"/><path d="M6 8l2.5 2L6 12M10.5 12.5h3.5"/>`,
  ),
  network:
    icon(svg`<circle cx="10" cy="4.5" r="2"/><circle cx="4.5" cy="15" r="2"/><circle cx="15.5" cy="15" r="2"/>
    <path d="M9 6.4L5.5 13.2M11 6.4l3.5 6.8M6.5 15h7"/>`),
  driver: icon(
    svg`<circle cx="10" cy="10" r="2.5"/><path d="M10 2.5v3M10 14.5v3M2.5 10h3M14.5 10h3M4.7 4.7l2.1 2.1M13.2 13.2l2.1 2.1M15.3 4.7l-2.1 2.1M6.8 13.2l-2.1 2.1"/>`,
  ),
  forward: icon(svg`<path d="M8 4l6 6-6 6"/>`),
  moveUp: icon(svg`<path d="M10 16V4M5 9l5-5 5 5"/>`),
  moveDown: icon(svg`<path d="M10 4v12M5 11l5 5 5-5"/>`),
  command: icon(svg`<circle cx="9" cy="9" r="5.5"/><path d="M13 13l4 4"/>`),
  awake: icon(
    svg`<circle cx="10" cy="10" r="3.5"/><path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M15.7 4.3l-1.4 1.4M5.7 14.3l-1.4 1.4"/>`,
  ),
  back: icon(svg`<path d="M12 4l-6 6 6 6"/>`),
  info: icon(svg`<circle cx="10" cy="10" r="7.5"/><path d="M10 9v5M10 6.2v.1"/>`),
  warning: icon(svg`<path d="M10 3l8 14H2zM10 8v4.5M10 14.8v.1"/>`),
  up: icon(svg`<path d="M5 12.5l5-5 5 5"/>`),
  down: icon(svg`<path d="M5 7.5l5 5 5-5"/>`),
  download: icon(svg`<path d="M10 3v9M6 8.5l4 4 4-4M4 16.5h12"/>`),
  chip: icon(
    svg`<path d="M5 2.5h7.5L15 5v12.5H5zM7.5 2.5v4M10 2.5v4M12.5 5v1.5"/><path d="M8 11h4M8 14h4"/>`,
  ),
  upload: icon(svg`<path d="M10 12V3M6 6.5l4-4 4 4M4 16.5h12"/>`),
  again: icon(svg`<path d="M15.5 10a5.5 5.5 0 1 1-1.7-4M14 2.8v3.4h-3.4"/>`),
  pause: icon(svg`<path d="M7 5v10M13 5v10"/>`),
  help: icon(
    svg`<circle cx="10" cy="10" r="7.5"/><path d="M7.8 8a2.2 2.2 0 1 1 3 2c-.6.3-.8.7-.8 1.5M10 14.2v.1"/>`,
  ),
  link: icon(
    svg`<path d="M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1"/>`,
  ),
  wheel: icon(
    svg`<circle cx="10" cy="10" r="7.5"/><circle cx="10" cy="10" r="2"/><path d="M10 12v5.5M8.2 9.2L3 7.4M11.8 9.2L17 7.4"/>`,
  ),
  people: icon(
    svg`<circle cx="7.5" cy="7" r="2.75"/><path d="M2.5 16.5c0-3 2.2-4.7 5-4.7s5 1.7 5 4.7M13 4.6a2.5 2.5 0 0 1 0 4.8M14.5 12.2c1.9.5 3 2 3 4.3"/>`,
  ),
  qr: icon(svg`<path d="M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h2v2M17 12v2.5M12 17h2M16.5 17h.5"/>`),
} as const;
