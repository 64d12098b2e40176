import { history, redo, undo } from "@codemirror/commands";
import { EditorState, type Transaction } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { driverMoved, movedDrivers, undoesMoves } from "./moved-drivers.ts";

const RENAMED = { from: ["serial"], to: ["console"] };
const INTO_A_GROUP = { from: ["console"], to: ["box", "console"] };

function createText() {
  let state = EditorState.create({ doc: "serial:", extensions: [history(), movedDrivers, undoesMoves] });
  const dispatch = (transaction: Transaction): void => {
    state = transaction.state;
  };
  return {
    rename: () =>
      dispatch(
        state.update({ changes: { from: 0, to: 6, insert: "console" }, effects: driverMoved.of(RENAMED) }),
      ),
    nest: () =>
      dispatch(
        state.update({ changes: { from: 0, insert: "box:\n" }, effects: driverMoved.of(INTO_A_GROUP) }),
      ),
    type: () => dispatch(state.update({ changes: { from: 0, insert: "# mine\n" } })),
    undo: () => undo({ state, dispatch }),
    redo: () => redo({ state, dispatch }),
    get moved() {
      return state.field(movedDrivers);
    },
  };
}

describe("movedDrivers", () => {
  it("has what was moved, in its order, whatever is typed between", () => {
    const text = createText();
    text.rename();
    text.type();
    text.nest();
    expect(text.moved).toEqual([RENAMED, INTO_A_GROUP]);
  });

  it("is undone and redone with the text", () => {
    const text = createText();
    text.rename();
    text.undo();
    expect(text.moved).toEqual([]);
    text.redo();
    expect(text.moved).toEqual([RENAMED]);
  });
});
