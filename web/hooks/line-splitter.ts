/**
 * Pieces of output to lines, as a log shows them: without line breaks and trailing spaces, none empty, none too long.
 * Above: worker-script-runner.ts. Below: nothing.
 */

import { MAX_SCRIPT_LINE_CHARACTERS } from "../exporter/script-runner.ts";

/** What waits for the end of its line is cut to the bound, however long the line grows. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #begun = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    // "\r\n" and a lone "\r" end a line as "\n" does; the empty line between "\r" and "\n" is dropped as all are.
    const [first = "", ...others] = text.split(/[\r\n]/);
    this.#append(first);
    for (const part of others) {
      this.#finish();
      this.#append(part);
    }
  }

  /** The last line may have no line break. */
  end(): void {
    this.#finish();
  }

  #append(text: string): void {
    this.#begun += text.slice(0, MAX_SCRIPT_LINE_CHARACTERS - this.#begun.length);
  }

  #finish(): void {
    // A character of two halves is not cut between them.
    const line = this.#begun.replace(/[\uD800-\uDBFF]$/, "").trimEnd();
    this.#begun = "";
    if (line !== "") this.#onLine(line);
  }
}
