/**
 * Programs that a host loads into RAM. Their bytes are counted, not run: no processor is simulated. Pure.
 * Above: loader.ts, which fills it, and chip.ts, which asks whether a program is where the host wants to jump to.
 * Below: chips.ts.
 */

import type { Chip } from "./chips.ts";
import { RefusedError } from "./packet.ts";

/** Segments of a program; text and data are two. */
const MAX_SEGMENTS = 16;

interface Segment {
  readonly from: number;
  readonly to: number;
}

export class LoadedRam {
  readonly #chip: Chip;
  readonly #segments: Segment[] = [];
  #loading: { readonly from: number; readonly to: number; at: number } | undefined;

  constructor(chip: Chip) {
    this.#chip = chip;
  }

  begin(address: number, size: number): void {
    const fits = this.#chip.ram.some(([from, to]) => address >= from && address + size <= to);
    if (!fits || this.#segments.length === MAX_SEGMENTS) throw new RefusedError("invalid-message");
    this.#loading = { from: address, to: address + size, at: address };
    if (size === 0) this.#loading = undefined;
  }

  block(bytes: Uint8Array): void {
    if (this.#loading === undefined) throw new RefusedError("no-flash-operation");
    if (this.#loading.at + bytes.length > this.#loading.to) throw new RefusedError("too-much-data");
    this.#loading.at += bytes.length;
    if (this.#loading.at < this.#loading.to) return;
    this.#segments.push({ from: this.#loading.from, to: this.#loading.to });
    this.#loading = undefined;
  }

  end(): void {
    if (this.#loading !== undefined) throw new RefusedError("not-enough-data");
  }

  /** Whether a program was loaded, completely, to where the address is. */
  holds(address: number): boolean {
    return this.#segments.some(({ from, to }) => address >= from && address < to);
  }

  /** As after a reset. */
  clear(): void {
    this.#segments.length = 0;
    this.#loading = undefined;
  }
}
