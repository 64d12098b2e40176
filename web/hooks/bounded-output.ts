/**
 * A script's output on its way out of the interpreter: at once while there is little, in larger messages when there is much, and no more
 * than its bound.
 * Above: serve-interpreter.ts. Below: nothing.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import {
  MAX_POSTS_PER_INTERVAL,
  MAX_SCRIPT_OUTPUT_CHARACTERS,
  MAX_WAITING_CHARACTERS,
  OUTPUT_INTERVAL_MS,
} from "./limits.ts";
import type { FromInterpreter, OutputPiece, OutputStream } from "./protocol.ts";

type Post = (message: Extract<FromInterpreter, { kind: "output" | "output-bound" }>) => void;

export class BoundedOutput {
  readonly #post: Post;
  readonly #clock: Clock;
  readonly #decoders: Record<OutputStream, TextDecoder> = {
    stdout: new TextDecoder(),
    stderr: new TextDecoder(),
  };
  #left = MAX_SCRIPT_OUTPUT_CHARACTERS;
  #waiting: OutputPiece[] = [];
  #waitingCharacters = 0;
  #intervalEnds = 0;
  #posts = 0;
  #flushDue = false;

  constructor(post: Post, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  /** Text, or bytes of UTF-8 that may end within a character. */
  write(stream: OutputStream, content: string | Uint8Array): void {
    if (this.#left < 0) return;
    const text =
      typeof content === "string" ? content : this.#decoders[stream].decode(content, { stream: true });
    if (text === "") return;
    const kept = text.slice(0, this.#left);
    this.#left -= kept.length;
    for (const part of inParts(kept)) {
      this.#waiting.push({ stream, text: part });
      this.#waitingCharacters += part.length;
      this.#postOrWait();
    }
    if (kept.length === text.length) return;
    this.#left = -1;
    this.flush();
    this.#post({ kind: "output-bound" });
  }

  /** Post what waits. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const pieces = joined(this.#waiting);
    this.#waiting = [];
    this.#waitingCharacters = 0;
    this.#posts += 1;
    this.#post({ kind: "output", pieces });
  }

  /** The script is over: a character that was begun and not ended shows as such. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) this.write(stream, this.#decoders[stream].decode());
    this.flush();
  }

  #postOrWait(): void {
    const now = this.#clock.now();
    // A clock that was set back would make it wait: the interval is over then, too.
    if (now >= this.#intervalEnds || now < this.#intervalEnds - OUTPUT_INTERVAL_MS) {
      this.#intervalEnds = now + OUTPUT_INTERVAL_MS;
      this.#posts = 0;
    }
    if (this.#posts < MAX_POSTS_PER_INTERVAL || this.#waitingCharacters >= MAX_WAITING_CHARACTERS) {
      this.flush();
    } else if (!this.#flushDue) {
      this.#flushDue = true;
      void this.#clock.sleep(OUTPUT_INTERVAL_MS).then(() => {
        this.#flushDue = false;
        this.flush();
      });
    }
  }
}

/** A file that is printed whole: whoever reads the log has its turn between two messages, and misses none of its lines. */
function* inParts(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = start + MAX_WAITING_CHARACTERS;
    // A character of two halves is not cut between them.
    if (/[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
}

/** Pieces of one stream that follow each other are one. */
function joined(pieces: readonly OutputPiece[]): OutputPiece[] {
  const result: OutputPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.stream === piece.stream) {
      result[result.length - 1] = { stream: piece.stream, text: last.text + piece.text };
    } else {
      result.push(piece);
    }
  }
  return result;
}
