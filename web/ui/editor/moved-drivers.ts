/**
 * Which drivers were renamed and moved by click, as a part of the text's state: undone with the change that did it, and redone.
 * Above: code-editor.ts. Below: CodeMirror's history.
 */

import { invertedEffects } from "@codemirror/commands";
import { StateEffect, StateField } from "@codemirror/state";
import type { MovedDriver } from "../model.ts";

/** Goes with the change of the text that moves it. */
export const driverMoved = StateEffect.define<MovedDriver>();

/** In the order in which it was done. */
export const movedDrivers = StateField.define<readonly MovedDriver[]>({
  create: () => [],
  update: (moved, { effects }) =>
    effects.reduce((all, effect) => (effect.is(driverMoved) ? withMove(all, effect.value) : all), moved),
});

export const undoesMoves = invertedEffects.of(({ effects }) =>
  effects
    .filter((effect) => effect.is(driverMoved))
    .map(({ value: { from, to } }) => driverMoved.of({ from: to, to: from })),
);

/** What takes the last one back leaves nothing of both. */
function withMove(moved: readonly MovedDriver[], next: MovedDriver): readonly MovedDriver[] {
  const last = moved.at(-1);
  const back = last !== undefined && same(last.from, next.to) && same(last.to, next.from);
  return back ? moved.slice(0, -1) : [...moved, next];
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
