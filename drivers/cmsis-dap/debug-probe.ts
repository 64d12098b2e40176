/**
 * A CMSIS-DAP probe and the target behind it: what it is, its memory, resets, and DAPLink's way to flash. One opening.
 * Above: probe-session.ts, which loads it when a probe is first used. Below: dapjs, dap-transport.ts.
 * Specification: CMSIS-DAP 2.1; DAPLink's vendor commands 0x89 to 0x8C; Arm Debug Interface v5.
 */

import { CmsisDAP, CortexM } from "dapjs";
import { DriverError } from "../base/error.ts";
import { type DapTransport, FLASH_ANSWER_MS, outOfStep } from "./dap-transport.ts";

/** DAP_Info's requests, and DAPLink's commands: dapjs has them as enums that are gone when it is compiled. */
const INFO = { vendor: 1, product: 2, serial: 3, firmware: 4 } as const;
const DAPLINK = { uniqueId: 0x80, reset: 0x89, open: 0x8a, close: 0x8b, write: 0x8c } as const;
const STREAM_TYPE = { binary: 0, hex: 1 } as const;
const SWD = 1;
const OK = 0;

const CPUID = 0xe000_ed00;
const DPIDR = 0;
/** The target's reset line, among the probe's pins. */
const NRESET = 1 << 7;

/** Bytes of a file in one of DAPLink's commands: it says how many in one byte, however long packets are. */
const MAX_PAGE_BYTES = 255;

/** 2 s: a target that has power is ready in microseconds, one with deep sleep in milliseconds. */
const POWER_UP_MS = 2000;

/** TAR counts no further than the KiB it is in, which dapjs does not heed. */
const BLOCK_BYTES = 1024;

/** Parts of Cortex-M, by the part number in CPUID. */
const CORES: Readonly<Record<number, string>> = {
  3104: "Cortex-M0",
  3105: "Cortex-M1",
  3107: "Cortex-M3",
  3108: "Cortex-M4",
  3111: "Cortex-M7",
  3168: "Cortex-M0+",
  3360: "Cortex-M23",
  3361: "Cortex-M33",
  3362: "Cortex-M55",
};

export interface ProbeInfo {
  readonly vendor: string;
  readonly product: string;
  readonly serial: string;
  readonly firmware: string;
}

export interface TargetInfo {
  readonly debugPort: number;
  readonly cpuid: number;
  /** "Cortex-M4 r0p1". */
  readonly core: string;
}

export interface ConnectOptions {
  /** Hertz; undefined: what dapjs takes. */
  readonly clockFrequency: number | undefined;
}

/** dapjs's sender, for commands that it has not. */
class Link extends CmsisDAP {
  command(command: number, data: Uint8Array<ArrayBuffer>): Promise<DataView> {
    return this.send(command, data);
  }
}

export class DebugProbe implements AsyncDisposable {
  readonly #transport: DapTransport;
  readonly #label: string;
  readonly #link: Link;
  readonly #core: CortexM;

  private constructor(transport: DapTransport, label: string, { clockFrequency }: ConnectOptions) {
    this.#transport = transport;
    this.#label = label;
    this.#link = new Link(transport, SWD, clockFrequency);
    this.#core = new CortexM(this.#link);
  }

  /** Open the probe; its target is not asked anything yet. */
  static async open(transport: DapTransport, label: string, options: ConnectOptions): Promise<DebugProbe> {
    const probe = new DebugProbe(transport, label, options);
    try {
      await probe.#do(() => probe.#link.connect());
    } catch (error) {
      await transport.close();
      throw error;
    }
    return probe;
  }

  async info(): Promise<ProbeInfo> {
    const ask = async (request: number): Promise<string> =>
      String(await this.#do(() => this.#link.dapInfo(request))).replace(/\0+$/, "");
    return {
      vendor: await ask(INFO.vendor),
      product: await ask(INFO.product),
      serial: await ask(INFO.serial),
      firmware: await ask(INFO.firmware),
    };
  }

  /** Power up the target's debug port. `underReset`: while its reset line is held, for firmware that switches debugging off. */
  async connectTarget({ underReset = false } = {}): Promise<TargetInfo> {
    return await this.#do(async () => {
      if (underReset) await this.#link.swjPins(0, NRESET, 0);
      try {
        await this.#powerUp();
      } finally {
        if (underReset) await this.#link.swjPins(NRESET, NRESET, 0);
      }
      const debugPort = await this.#core.readDP(DPIDR);
      const cpuid = await this.#core.readMem32(CPUID);
      return { debugPort: debugPort >>> 0, cpuid: cpuid >>> 0, core: coreName(cpuid) };
    });
  }

  /** Whole words from an aligned address. */
  async readWords(address: number, words: number): Promise<Uint32Array> {
    const all = new Uint32Array(words);
    for (let at = 0; at < words; ) {
      const here = address + at * 4;
      const count = Math.min(words - at, (BLOCK_BYTES - (here % BLOCK_BYTES)) / 4);
      all.set(await this.#do(() => this.#core.readBlock(here, count), here), at);
      at += count;
    }
    return all;
  }

  async reset(): Promise<void> {
    await this.#do(async () => {
      // Probes that know their board reset it by its line; else the core resets itself.
      if (!(await this.#link.reset())) {
        await this.#powerUp();
        await this.#core.softReset();
      }
    });
  }

  /** Whether the probe has the flash algorithm of its board. */
  async isDapLink(): Promise<boolean> {
    try {
      await this.#link.command(DAPLINK.uniqueId, new Uint8Array(0));
      return true;
    } catch (cause) {
      if (this.#transport.failure !== undefined) throw this.#transport.failure;
      // dapjs has read the answer: the command is unknown there.
      return !/^Bad response/.test(String((cause as Error).message)) ? Promise.reject(cause) : false;
    }
  }

  /** Give the probe a file that it writes into its target's flash. `onWritten`: bytes that it has taken. */
  async flash(
    { hex, bytes }: { readonly hex: boolean; readonly bytes: Uint8Array },
    { signal, onWritten }: { readonly signal: AbortSignal; onWritten(bytes: number): void },
  ): Promise<void> {
    this.#transport.answerMs = FLASH_ANSWER_MS;
    const type = hex ? STREAM_TYPE.hex : STREAM_TYPE.binary;
    await this.#expectOk(DAPLINK.open, Uint8Array.of(type, 0, 0, 0), "begin");
    // The command, and how many bytes follow.
    const pageBytes = Math.min(this.#transport.packetSize - 2, MAX_PAGE_BYTES);
    for (let at = 0; at < bytes.length; at += pageBytes) {
      signal.throwIfAborted();
      const page = bytes.subarray(at, at + pageBytes);
      await this.#expectOk(DAPLINK.write, Uint8Array.of(page.length, ...page), "go on");
      onWritten(at + page.length);
    }
    await this.#expectOk(DAPLINK.close, new Uint8Array(0), "end");
  }

  /** Let the target run what was flashed. */
  async start(): Promise<void> {
    await this.#do(() => this.#link.command(DAPLINK.reset, new Uint8Array(0)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It may be gone; what is being told is why.
    await this.#link.disconnect().catch(() => undefined);
    await this.#transport.close();
  }

  /** dapjs asks until the target is ready, for ever. */
  async #powerUp(): Promise<void> {
    const error = new DriverError(
      "timeout",
      `the target behind ${this.#label} does not power up its debug port: check that the board has power`,
    );
    await this.#transport.bounded(POWER_UP_MS, error, () => this.#core.connect());
  }

  async #expectOk(command: number, data: Uint8Array<ArrayBuffer>, what: string): Promise<void> {
    const answer = await this.#do(() => this.#link.command(command, data));
    const status = answer.byteLength > 1 ? answer.getUint8(1) : OK;
    if (status === OK) return;
    throw new DriverError(
      "device-io",
      `${this.#label} would not ${what} flashing (its error ${status}): check that the file is for this board, and that the board has power`,
    );
  }

  /** What dapjs fails with, as a sentence. */
  async #do<T>(work: () => Promise<T>, address?: number): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (this.#transport.failure !== undefined) throw this.#transport.failure;
      if (cause instanceof DriverError) throw cause;
      throw this.#sentence(cause, address);
    }
  }

  #sentence(cause: unknown, address: number | undefined): DriverError {
    const text = cause instanceof Error ? cause.message : String(cause);
    const said = (code: "device-io" | "timeout", message: string) =>
      new DriverError(code, message, { cause });
    if (/Mode not enabled/.test(text)) return said("device-io", `${this.#label} cannot speak SWD`);
    if (/NO_ACK|PROTOCOL_ERROR|count mismatch/.test(text) && address === undefined) {
      return said(
        "device-io",
        `no target answers behind ${this.#label}: check that the board has power, and that SWDIO and SWCLK are connected`,
      );
    }
    if (/FAULT|count mismatch/.test(text)) {
      const where = address === undefined ? "" : ` at 0x${address.toString(16).padStart(8, "0")}`;
      return said(
        "device-io",
        `the target gives no access to its memory${where}: there is none, or it is protected`,
      );
    }
    if (/WAIT/.test(text))
      return said("timeout", `the target behind ${this.#label} is busy: reset it, and try again`);
    return said("device-io", outOfStep(this.#label).message);
  }
}

function coreName(cpuid: number): string {
  const part = (cpuid >>> 4) & 0xfff;
  return `${CORES[part] ?? `core 0x${part.toString(16)}`} r${(cpuid >>> 20) & 0xf}p${cpuid & 0xf}`;
}
