/**
 * What a page without anybody in front of it has to say: each trouble once, as lines for the log of the relay that runs it.
 * Above: main.ts, in `jumptab run`. Below: the page's snapshots and log.
 */

import type { ConfigProblem, ExporterSnapshot, LogRecord } from "../messages.ts";

/**
 * What kind of line it is: the level at which the relay logs it, or the last one. With `failed` the exporter has stopped by itself for
 * good, and a new start would end the same way; with `stopped` it was asked to.
 */
export type Gravity = "info" | "warning" | "error" | "stopped" | "failed";

/** Of the log's lines; the others stay with the page. */
const GRAVITY: Readonly<Partial<Record<LogRecord["severity"], Gravity>>> = {
  WARNING: "warning",
  ERROR: "error",
  CRITICAL: "error",
};

/** Of the lines of hooks: what a script says is for whoever started the exporter. */
const HOOK_GRAVITY: typeof GRAVITY = { INFO: "info", ...GRAVITY };

/** As the exporter says it when a hook with `onFailure: exit` has ended it. */
const ENDED_BY_HOOK = /\bhook failed \(on_failure=exit\)/;

export class UnattendedReport {
  readonly #tell: (gravity: Gravity, line: string) => void;
  readonly #file: string;
  #problems: readonly ConfigProblem[] = [];
  #start: string | undefined;
  #refusal: string | undefined;
  #lastLine = -1;
  #ended = false;

  /**
   * @param file The configuration's name, for people.
   * @param tell Takes one line, without line breaks.
   */
  constructor(file: string, tell: (gravity: Gravity, line: string) => void) {
    this.#file = file;
    this.#tell = tell;
  }

  /** Look at the page as it is now; says only what is new. */
  look({ phase, problems, failure, tunnel }: ExporterSnapshot, log: readonly LogRecord[]): void {
    const endedByHook = phase === "failed" && failure !== undefined && ENDED_BY_HOOK.test(failure);
    // The two come in any order, and the first error is also why it did not start: whichever comes first says it.
    const start = failure === undefined || endedByHook ? undefined : this.#startSentence(failure);
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
    for (const { sequence, severity, source, driver, message } of log) {
      if (sequence <= this.#lastLine) continue;
      this.#lastLine = sequence;
      const ofHook = source === "beforeLease" || source === "afterLease";
      const gravity = (ofHook ? HOOK_GRAVITY : GRAVITY)[severity];
      // Hooks are named as clients name them.
      const from = ofHook ? `exporter:${source}` : driver;
      if (gravity !== undefined) this.#say(gravity, from === undefined ? message : `${from}: ${message}`);
    }
    if (endedByHook && !this.#ended) {
      this.#ended = true;
      this.#say("failed", this.#startSentence(failure));
    }
  }

  /** The exporter was stopped, and everything about it has been said. */
  stopped(): void {
    this.#say("stopped", "the exporter was stopped");
  }

  /** Something else went wrong that only the relay's log can tell. */
  trouble(text: string): void {
    this.#say("error", text);
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

  /** The browser's log has one line for one message, or loses where it ends. Node, which reads it, knows two more ends of lines. */
  #say(gravity: Gravity, text: string): void {
    this.#tell(gravity, text.trim().replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, " "));
  }
}

function sameProblems(some: readonly ConfigProblem[], others: readonly ConfigProblem[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
