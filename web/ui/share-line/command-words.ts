/**
 * A command as it is shown: lines break between its words and not at the hyphens of an option; only a word that is longer than a
 * line is broken.
 * Above: share-line.ts, share/. Below: nothing.
 */

import { css, html } from "lit";

export const commandWordStyles = css`
  .word {
    display: inline-block;
    max-width: 100%;
  }
`;

export function commandWords(command: string) {
  return command
    .split(" ")
    .map((word, index) => html`${index === 0 ? "" : " "}<span class="word">${word}</span>`);
}
