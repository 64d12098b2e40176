/**
 * The WebAssembly module of xz-decompress, driven by hand.
 * Its stream lets one file at a time through the page: a second one waits for as long as a client stalls the first, and what is
 * behind a bad file's end is unknown. So each file has an instance of its own here, which goes with its memory.
 * Above: decode-xz.ts. Below: xz-decompress 0.2.3, exactly: `_getModuleInstance` and the layout of a context are its own affair.
 */

import * as library from "xz-decompress";

export interface XzDecoder extends Disposable {
  /** Whether everything supplied has been used. */
  readonly wantsInput: boolean;
  /** At most so many are supplied at a time. */
  readonly inputBytes: number;
  supply(bytes: Uint8Array): void;
  step(): { readonly code: number; readonly chunk: Uint8Array };
}

interface XzExports {
  readonly memory: WebAssembly.Memory;
  create_context(): number;
  destroy_context(context: number): void;
  supply_input(context: number, bytes: number): void;
  get_next_output(context: number): number;
}

interface XzLibrary {
  /** Makes an instance, and puts it below. */
  _getModuleInstance(): Promise<void>;
  _moduleInstance?: { readonly exports: unknown };
}

/** Words of a context, by their place in it. */
const BUFFER_BYTES = 0;
const INPUT_START = 1;
const INPUT_POSITION = 2;
const INPUT_SIZE = 3;
const OUTPUT_START = 4;
const OUTPUT_POSITION = 5;
const CONTEXT_WORDS = 6;

let turn: Promise<unknown> = Promise.resolve();

export function createXzDecoder(): Promise<XzDecoder> {
  // The instance is fetched from where the next one would overwrite it.
  const mine = turn.then(async () => {
    const xz = xzLibrary();
    await xz._getModuleInstance();
    const exports = xz._moduleInstance?.exports;
    if (exports === undefined) throw new Error("xz-decompress made no instance: its version is not 0.2.3");
    return new WasmDecoder(exports as XzExports);
  });
  turn = mine.catch(() => undefined);
  return mine;
}

/** It is CommonJS, whose names are not there for every loader. */
function xzLibrary(): XzLibrary {
  const loaded: { readonly XzReadableStream?: unknown; readonly default?: typeof library } = library;
  const found = loaded.XzReadableStream ?? loaded.default?.XzReadableStream;
  return found as unknown as XzLibrary;
}

class WasmDecoder implements XzDecoder {
  readonly #exports: XzExports;
  readonly #context: number;

  constructor(exports: XzExports) {
    this.#exports = exports;
    this.#context = exports.create_context();
  }

  get wantsInput(): boolean {
    return this.#word(INPUT_POSITION) === this.#word(INPUT_SIZE);
  }

  get inputBytes(): number {
    return this.#word(BUFFER_BYTES);
  }

  supply(bytes: Uint8Array): void {
    new Uint8Array(this.#exports.memory.buffer, this.#word(INPUT_START), bytes.length).set(bytes);
    this.#exports.supply_input(this.#context, bytes.length);
  }

  step(): { readonly code: number; readonly chunk: Uint8Array } {
    const code = this.#exports.get_next_output(this.#context);
    const start = this.#word(OUTPUT_START);
    const chunk = new Uint8Array(this.#exports.memory.buffer).slice(
      start,
      start + this.#word(OUTPUT_POSITION),
    );
    this.#words()[OUTPUT_POSITION] = 0;
    return { code, chunk };
  }

  [Symbol.dispose](): void {
    this.#exports.destroy_context(this.#context);
  }

  #word(index: number): number {
    return this.#words()[index] ?? 0;
  }

  /** Asked for each time: memory that has grown is another buffer. */
  #words(): Uint32Array {
    return new Uint32Array(this.#exports.memory.buffer, this.#context, CONTEXT_WORDS);
  }
}
