/**
 * The text editor itself. Loaded when a configuration is opened.
 * Above: editor.ts. Below: CodeMirror 6.
 */

import { autocompletion } from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  isolateHistory,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { TextChange } from "../../config/text-change.ts";
import type { ConfigProblem } from "../../messages.ts";
import type { MovedDriver } from "../model.ts";
import { explanationAt, type Known, suggestionsAt } from "./completion.ts";
import { driverMoved, movedDrivers, undoesMoves } from "./moved-drivers.ts";
import { problemRange } from "./ranges.ts";

export interface CodeEditor {
  readonly text: string;
  mark(problems: readonly ConfigProblem[]): void;
  /** Go there, with the keyboard. */
  show(problem: ConfigProblem): void;
  focus(): void;
  /** Bring a line into sight; the focus stays where it is. */
  reveal(line: number): void;
  /** A change that was made elsewhere: one step of the history, with the cursor where it was in the text. */
  change(changes: readonly TextChange[], moved?: MovedDriver): void;
  /** What `change` was told of, without what was undone. */
  readonly moved: readonly MovedDriver[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  undo(): void;
  redo(): void;
  dispose(): void;
}

export interface CodeEditorOptions {
  readonly text: string;
  readonly label: string;
  onChange(): void;
  /** Ctrl+S. */
  onSave(): void;
  /** The person has put the cursor into this line, counted from 1. */
  onCursor(line: number): void;
  /** What was moved before this text. */
  readonly moved: readonly MovedDriver[];
  /** What completion knows now; undefined: nothing. */
  known(): Known | undefined;
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--muted)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--raised) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--border)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-tooltip": {
    border: "1px solid var(--border)",
    borderRadius: "var(--radius-small)",
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    maxWidth: "min(36rem, 80vw)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "0.125rem 0.5rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-completionDetail": { color: "inherit", opacity: "0.85" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "650" },
  ".cm-completionInfo, .cm-explanation": { padding: "0.375rem 0.625rem", fontFamily: "var(--font)" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", fontFamily: "var(--font)" },
});

/** @param root The shadow root that the container is in: the editor puts its styles there. */
export function createCodeEditor(
  container: HTMLElement,
  root: ShadowRoot,
  options: CodeEditorOptions,
): CodeEditor {
  const view = new EditorView({
    parent: container,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        movedDrivers.init(() => options.moved),
        undoesMoves,
        drawSelection(),
        indentOnInput(),
        indentUnit.of("  "),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        yaml(),
        syntaxHighlighting(colours),
        theme,
        EditorView.lineWrapping,
        autocompletion({
          icons: false,
          override: [
            ({ state, pos, explicit }) => {
              const known = options.known();
              const found = known && suggestionsAt(state.doc.toString(), pos, known);
              const word = state.sliceDoc(found?.from ?? pos, pos);
              // Enter is for the next line, not for a word that nobody has begun or that is whole.
              if (!explicit && (word === "" || found?.options.some(({ label }) => label === word)))
                return null;
              if (found === undefined) return null;
              return {
                from: found.from,
                options: found.options.map(({ label, detail, info, text }) => ({
                  label,
                  apply: text,
                  ...(detail !== "" && { detail }),
                  ...(info !== "" && { info }),
                })),
              };
            },
          ],
        }),
        hoverTooltip((view, pos) => {
          const known = options.known();
          const explained = known && explanationAt(view.state.doc.toString(), pos, known);
          if (explained === undefined) return null;
          const { from, to } = view.state.doc.lineAt(pos);
          return { pos: from, end: to, create: () => ({ dom: explanation(explained) }) };
        }),
        EditorView.contentAttributes.of({ "aria-label": options.label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange();
          if (update.selectionSet && update.view.hasFocus)
            options.onCursor(update.state.doc.lineAt(update.state.selection.main.head).number);
        }),
        keymap.of([
          {
            key: "Mod-s",
            preventDefault: true,
            run: () => {
              options.onSave();
              return true;
            },
          },
          indentWithTab,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    mark(problems) {
      const diagnostics = problems.map((problem) => ({
        ...problemRange(view.state.doc, problem),
        severity: problem.severity,
        message: problem.message,
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    show(problem) {
      const { from, to } = problemRange(view.state.doc, problem);
      view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
    reveal: (line) => {
      const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
      view.dispatch({ effects: EditorView.scrollIntoView(from, { y: "center" }) });
    },
    change: (changes, moved) =>
      view.dispatch({
        changes: [...changes],
        annotations: isolateHistory.of("full"),
        effects: moved === undefined ? [] : driverMoved.of(moved),
      }),
    get moved() {
      return view.state.field(movedDrivers);
    },
    get canUndo() {
      return undoDepth(view.state) > 0;
    },
    get canRedo() {
      return redoDepth(view.state) > 0;
    },
    undo: () => void undo(view),
    redo: () => void redo(view),
    dispose: () => view.destroy(),
  };
}

function explanation(text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "cm-explanation";
  element.textContent = text;
  return element;
}
