/**
 * What a page without anybody in front of it has to say: each trouble once, as lines for the log of the relay that runs it.
 * Above: main.ts, in `jumptab run`. Below: the page's snapshots and log.
 */

import type { ConfigProblem, ExporterSnapshot, LogRecord } from "../messages.ts";

/** How grave a line is: the relay logs it at this level. */
export type Gravity = "warning" | "error";

/** Of the log's lines; the others stay with the page. */
const GRAVITY: Readonly<Partial<Record<LogRecord["severity"], Gravity>>> = {
  WARNING: "warning",
  ERROR: "error",
  CRITICAL: "error",
};

export class UnattendedReport {
  readonly #tell: (gravity: Gravity, line: string) => void;
  readonly #file: string;
  #problems: readonly ConfigProblem[] = [];
  #start: string | undefined;
  #refusal: string | undefined;
  #lastLine = -1;

  /**
   * @param file The configuration's name, for people.
   * @param tell Takes one line, without line breaks.
   */
  constructor(file: string, tell: (gravity: Gravity, line: string) => void) {
    this.#file = file;
    this.#tell = tell;
  }

  /** Look at the page as it is now; says only what is new. */
  look({ problems, failure, tunnel }: ExporterSnapshot, log: readonly LogRecord[]): void {
    // The two come in any order, and the first error is also why it did not start: whichever comes first says it.
    const start = failure === undefined ? undefined : this.#startSentence(failure);
    const faults = this.#problems.map((problem) => this.#problemSentence(problem));
    if (start !== undefined && start !== this.#start && !faults.includes(start)) this.#say("error", start);
    if (problems !== this.#problems && !sameProblems(problems, this.#problems)) {
      for (const problem of problems) {
        const sentence = this.#problemSentence(problem);
        if (problem.severity !== "info" && sentence !== start) this.#say(problem.severity, sentence);
      }
    }
    this.#start = start;
    this.#problems = problems;
    const refusal = tunnel.kind === "refused" ? tunnel.reason : undefined;
    if (refusal !== undefined && refusal !== this.#refusal)
      this.#say("error", `the relay has refused this page: ${refusal}`);
    this.#refusal = refusal;
    for (const { sequence, severity, driver, message } of log) {
      if (sequence <= this.#lastLine) continue;
      this.#lastLine = sequence;
      const gravity = GRAVITY[severity];
      if (gravity !== undefined) this.#say(gravity, `${driver === undefined ? "" : `${driver}: `}${message}`);
    }
  }

  /** A failure that names a line is a problem of the file, and reads like one. */
  #startSentence(failure: string): string {
    const [, line, message] = /^line (\d+): (.*)$/s.exec(failure) ?? [];
    return line === undefined
      ? `the exporter could not start: ${failure}`
      : `${this.#file}:${line}: error: ${message}`;
  }

  #problemSentence({ severity, line, message }: ConfigProblem): string {
    return `${this.#file}:${line}: ${severity}: ${message}`;
  }

  /** The browser's log has one line for one message, or loses where it ends. */
  #say(gravity: Gravity, text: string): void {
    this.#tell(gravity, text.trim().replaceAll(/\s*[\r\n]+\s*/g, " "));
  }
}

function sameProblems(some: readonly ConfigProblem[], others: readonly ConfigProblem[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
