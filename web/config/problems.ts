/**
 * Problems of a configuration, collected with their places.
 * Above: every check in web/config/. Below: web/messages.ts (what the page shows of them).
 */

import type { ConfigProblem } from "../messages.ts";

/** A range of the text; lines and columns count from 1, the end is exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Problems shown of one file: nobody reads more, and the list crosses to the window with every snapshot. */
export const MAX_PROBLEMS = 100;

export class Problems {
  readonly #found = new Map<string, ConfigProblem>();

  /** It cannot start like this. @param message One sentence with the cure. */
  error(place: Place, message: string): void {
    this.#add("error", place, message);
  }

  /** A part is left out or reads differently than it looks; the rest runs. */
  warning(place: Place, message: string): void {
    this.#add("warning", place, message);
  }

  /** Worth knowing. */
  info(place: Place, message: string): void {
    this.#add("info", place, message);
  }

  get hasErrors(): boolean {
    return this.list().some((problem) => problem.severity === "error");
  }

  /** In the order of the file; when there are too many, the least severe are left out. */
  list(): readonly ConfigProblem[] {
    const all = [...this.#found.values()];
    const kept = (["error", "warning", "info"] as const)
      .flatMap((severity) => all.filter((problem) => problem.severity === severity))
      .slice(0, MAX_PROBLEMS);
    return kept.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(severity: ConfigProblem["severity"], place: Place, message: string): void {
    const { line, column, endLine, endColumn } = place;
    // What is anchored once and used twice is checked twice, and said once.
    this.#found.set(`${line}:${column}:${message}`, { severity, line, column, endLine, endColumn, message });
  }
}
