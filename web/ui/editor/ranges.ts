/**
 * Lines and columns of a problem as offsets into the text.
 * Above: code-editor.ts. Below: ConfigProblem of web/messages.ts.
 */

import type { ConfigProblem } from "../../messages.ts";

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** The text as the editor knows it. Lines count from 1. */
export interface Lines {
  readonly lines: number;
  line(number: number): TextRange;
}

/** Where to underline. A place outside the text, from a check of an older text, is moved inside it. */
export function problemRange(text: Lines, problem: ConfigProblem): TextRange {
  const from = offset(text, problem.line, problem.column);
  const to = offset(text, problem.endLine, problem.endColumn);
  if (to > from) return { from, to };
  // Nothing to underline: take the rest of the line, so that it can be seen.
  const { to: end } = text.line(clamp(problem.line, 1, text.lines));
  return { from: Math.min(from, end), to: end };
}

function offset(text: Lines, line: number, column: number): number {
  const { from, to } = text.line(clamp(line, 1, text.lines));
  return clamp(from + column - 1, from, to);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
