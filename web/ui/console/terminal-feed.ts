/**
 * Draws a transcript in the terminal as fast as the terminal can, however fast it grows; what it never gets to, it says.
 * So neither a flood nor a hidden tab holds back who listens to the device, or a log.
 * Above: console.ts. Below: transcript.ts, terminal.ts.
 */

import type { ConsoleTerminal } from "./terminal.ts";
import type { Cursor, Piece, Transcript } from "./transcript.ts";
import { echoOf } from "./typed.ts";
import { visibleControls } from "./visible-controls.ts";

/** 64 KiB: parsed within a frame or two, so that the page stays awake in between. */
const FEED_BYTES = 64 * 1024;

export interface FeedLook {
  readonly echo: boolean;
  readonly controls: boolean;
}

export type FeedTerminal = Pick<ConsoleTerminal, "write" | "remark" | "reset" | "muted">;

export class TerminalFeed implements Disposable {
  readonly #transcript: Transcript;
  readonly #terminal: FeedTerminal;
  readonly #over = new AbortController();
  readonly #look: () => FeedLook;
  #cursor: Cursor;
  /** What is drawn before was drawn, and answered, already. */
  #againUntil: number;
  #restart = false;
  #wake: (() => void) | undefined;

  /** @param look Asked at each piece. */
  constructor(transcript: Transcript, terminal: FeedTerminal, look: () => FeedLook) {
    this.#transcript = transcript;
    this.#terminal = terminal;
    this.#look = look;
    this.#cursor = transcript.start;
    this.#againUntil = transcript.end.offset;
    transcript.subscribe(() => this.#wake?.(), { signal: this.#over.signal });
    void this.#run();
  }

  /** Draw everything that is kept once more: it is to look otherwise. */
  redraw(): void {
    this.#restart = true;
    this.#wake?.();
  }

  /** The transcript was cleared. */
  skip(): void {
    this.#cursor = this.#transcript.end;
    this.#againUntil = this.#cursor.offset;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      if (this.#restart) {
        this.#restart = false;
        this.#terminal.reset();
        this.#cursor = this.#transcript.start;
        this.#againUntil = this.#transcript.end.offset;
      }
      const before = this.#againUntil - this.#cursor.offset;
      const most = before > 0 ? Math.min(FEED_BYTES, before) : FEED_BYTES;
      const { pieces, missed, next } = this.#transcript.read(this.#cursor, most);
      this.#cursor = next;
      if (pieces.length === 0 && missed === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
        continue;
      }
      this.#terminal.muted = before > 0;
      if (missed > 0) await this.#terminal.remark(notDrawn(missed), pieces[0]?.at ?? 0);
      await this.#drawAll(pieces);
      this.#terminal.muted = false;
    }
  }

  async #drawAll(pieces: readonly Piece[]): Promise<void> {
    let drawing: Promise<void>[] = [];
    for (const piece of pieces) {
      if (piece.kind === "remark" || piece.kind === "lost") {
        // It looks where the cursor is.
        await Promise.all(drawing);
        drawing = [];
      }
      drawing.push(this.#draw(piece));
    }
    await Promise.all(drawing);
  }

  async #draw(piece: Piece): Promise<void> {
    const { echo, controls } = this.#look();
    switch (piece.kind) {
      case "in":
        return this.#terminal.write(controls ? visibleControls(piece.bytes) : piece.bytes, piece.at);
      case "out":
        if (!echo) return;
        return this.#terminal.write(controls ? visibleControls(piece.bytes) : echoOf(piece.bytes), piece.at);
      case "remark":
        return this.#terminal.remark(piece.text, piece.at);
      case "lost":
        return this.#terminal.remark(
          `${piece.bytes.toLocaleString("en")} bytes are missing here: the page was too slow for them`,
          piece.at,
        );
    }
  }
}

function notDrawn(bytes: number): string {
  return `${bytes.toLocaleString("en")} bytes more than could be drawn; a log has them`;
}
