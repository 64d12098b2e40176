/**
 * Transcripts that outlive their consoles' elements: who looks at another face of the page and comes back finds what was said.
 * Above: console.ts. Below: transcript.ts. Nothing of it is stored.
 */

import { Transcript } from "./transcript.ts";

/** Each takes up to TRANSCRIPT_BYTES and the cost of its pieces: 16 are 200 MiB at the very most. */
export const KEPT_TRANSCRIPTS = 16;

export interface KeptTranscript {
  readonly transcript: Transcript;
  /** When its console was opened for the first time, milliseconds since 1970. */
  openedAt: number | undefined;
}

export class Transcripts {
  readonly #kept = new Map<string, KeptTranscript>();

  /** This console's; the one that was not asked for the longest makes room for a new one. */
  of(console: string): KeptTranscript {
    const kept = this.#kept.get(console) ?? { transcript: new Transcript(), openedAt: undefined };
    this.#kept.delete(console);
    this.#kept.set(console, kept);
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_TRANSCRIPTS) break;
      this.#kept.delete(name);
    }
    return kept;
  }
}
