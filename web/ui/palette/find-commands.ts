/**
 * Which commands fit what a person has typed, the best first.
 * Above: palette.ts. Below: Command of web/ui/shared/commands.ts.
 */

import { COMMAND_GROUPS, type Command } from "../shared/commands.ts";

/** How well one word fits: the higher the better. */
const AT_THE_START = 8;
const BEGINS_A_WORD = 6;
const WITHIN = 4;
const INITIALS = 3;
/** In the other words, that are not seen. */
const HIDDEN = 2;
const SCATTERED = 1;

/**
 * Each word of the query has to be in a command: as it is, as the first letters of its words, or scattered. Without a query, all in the
 * order of their groups.
 */
export function findCommands(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command, index) => ({ command, index, fit: fitOf(command, words) }))
    .filter(({ fit }) => fit !== undefined)
    .sort(
      (left, right) =>
        (right.fit ?? 0) - (left.fit ?? 0) ||
        groupOf(left.command) - groupOf(right.command) ||
        left.index - right.index,
    )
    .map(({ command }) => command);
}

function groupOf({ group }: Command): number {
  return COMMAND_GROUPS.indexOf(group);
}

/** Undefined: it does not fit. */
function fitOf(command: Command, words: readonly string[]): number | undefined {
  let fit = 0;
  for (const word of words) {
    const one = fitOfWord(command, word);
    if (one === undefined) return undefined;
    fit += one;
  }
  return fit;
}

function fitOfWord({ title, words = "", group }: Command, word: string): number | undefined {
  const text = title.toLowerCase();
  const at = text.indexOf(word);
  if (at === 0) return AT_THE_START;
  if (at > 0) return text.includes(` ${word}`) ? BEGINS_A_WORD : WITHIN;
  const first = text
    .split(/\s+/)
    .map((one) => one.slice(0, 1))
    .join("");
  if (word.length > 1 && first.includes(word)) return INITIALS;
  if (`${words} ${group}`.toLowerCase().includes(word)) return HIDDEN;
  return isScattered(text, word) ? SCATTERED : undefined;
}

/** All its letters, in this order, with others between them. */
function isScattered(text: string, word: string): boolean {
  let from = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}
