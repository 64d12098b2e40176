/**
 * What is looked for in a console, and what was found: the words between the bar and the terminal.
 * Above: find-bar.ts, console.ts. Below: terminal.ts.
 */

export interface Search {
  readonly text: string;
  readonly caseSensitive: boolean;
  readonly regex: boolean;
}

export interface SearchResult {
  /** Which one is selected, from 1; 0 for none. */
  readonly hit: number;
  /** The terminal stops counting somewhere. */
  readonly hits: number;
  readonly more: boolean;
}
