/**
 * Changes of a text, as an editor takes them: so its cursor and its history stay what they are.
 * Above: edit-config.ts makes them, web/ui/editor/ shows them. Below: nothing.
 */

/** Offsets into the text before the change. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** @param changes In any order; none may reach into another. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  let result = "";
  let at = 0;
  for (const { from, to, insert } of changes.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < at || to < from || to > text.length)
      throw new RangeError("changes of a text reach into each other");
    result += text.slice(at, from) + insert;
    at = to;
  }
  return result + text.slice(at);
}

/** What became of a text, as the one change between what both begin and end with. None when they are the same. */
export function changeBetween(before: string, after: string): readonly TextChange[] {
  if (before === after) return [];
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [{ from: start, to: before.length - end, insert: after.slice(start, after.length - end) }];
}
