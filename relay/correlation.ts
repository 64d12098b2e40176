/**
 * Short names for what log lines belong together by: an exporter from its attach to its end, and each call under it.
 * Above: tunnel-endpoint.ts names exporters, gateway.ts calls. Below: the random numbers, which come in by constructor.
 */

import { randomInt } from "node:crypto";

const HALF = 4;
const HALF_COUNT = 36 ** HALF;

/**
 * Eight characters, `k3x9` of this start of the relay and `0001` of the exporter: no two are the same before 1.6 million
 * exporters have attached, and those of two starts of a relay hardly ever.
 */
export class ExporterIds {
  readonly #prefix: string;
  #count = 0;

  constructor(random: (below: number) => number = (below) => randomInt(below)) {
    this.#prefix = half(random(HALF_COUNT));
  }

  next(): string {
    this.#count = (this.#count + 1) % HALF_COUNT;
    return `${this.#prefix}${half(this.#count)}`;
  }
}

/** The name of a call, as its client sees it in `x-jumptab-call`: `k3x90001-17` is the 17th of that exporter. */
export function callId(exporter: string, number: number): string {
  return `${exporter}-${number}`;
}

function half(value: number): string {
  return value.toString(36).padStart(HALF, "0");
}
