/**
 * What goes into a log: bytes as they are, or with a time before each line.
 * Above: log-writer.ts. Below: stamps.ts. Bytes are never changed; times stand between them.
 */

import { dayAndTime } from "./stamps.ts";
import type { Direction } from "./transcript.ts";

const LF = 0x0a;
const encoder = new TextEncoder();

export interface LogLines {
  data(direction: Direction, bytes: Uint8Array, at: number): readonly Uint8Array[];
  /** Bytes that the page did not get. */
  lost(bytes: number, at: number): readonly Uint8Array[];
}

/** As it is: what is missing cannot stand in it, and is said on the page. */
export const rawLines: LogLines = {
  data: (_, bytes) => [bytes],
  lost: () => [],
};

/** `[2026-11-21 14:03:59.120] text`; what was sent begins with `> ` behind the time. */
export function stampedLines(): LogLines {
  /** Whose line is open: it was not ended yet. */
  let open: Direction | undefined;
  const prefix = (direction: Direction, at: number): Uint8Array =>
    encoder.encode(`[${dayAndTime(at)}] ${direction === "out" ? "> " : ""}`);
  const endLine = (): readonly Uint8Array[] => (open === undefined ? [] : [Uint8Array.of(LF)]);
  return {
    data(direction, bytes, at) {
      const parts: Uint8Array[] = [];
      if (open !== direction) {
        parts.push(...endLine());
        open = undefined;
      }
      let rest = bytes;
      while (rest.length > 0) {
        if (open === undefined) parts.push(prefix(direction, at));
        const end = rest.indexOf(LF);
        const line = end === -1 ? rest : rest.subarray(0, end + 1);
        parts.push(line);
        open = end === -1 ? direction : undefined;
        rest = rest.subarray(line.length);
      }
      return parts;
    },
    lost(bytes, at) {
      const parts = [
        ...endLine(),
        encoder.encode(`[${dayAndTime(at)}] -- ${bytes} bytes are missing here --\n`),
      ];
      open = undefined;
      return parts;
    },
  };
}
