/**
 * The debug port and memory access port in front of a simulated core, register by register.
 * Above: dap-link.ts. Below: cortex-m.ts.
 * Specification: Arm Debug Interface v5 (IHI 0031): DPIDR, ABORT, CTRL/STAT, SELECT, RDBUFF; MEM-AP's CSW, TAR, DRW, IDR.
 */

import type { CortexM } from "./cortex-m.ts";

/** What a transfer is answered with on the wire. */
export const ACK = { ok: 1, wait: 2, fault: 4, none: 7 } as const;

export type Ack = (typeof ACK)[keyof typeof ACK];

/** An SW-DP of Arm's, version 1, and an AHB-AP. */
export const DPIDR = 0x2ba0_1477;
const AP_IDR = 0x2477_0011;

const CTRL_STAT = {
  stickyError: 1 << 5,
  debugPowerRequest: 1 << 28,
  debugPowerAck: 1 << 29,
  systemPowerRequest: 1 << 30,
  systemPowerAck: 1 << 31,
};
/** ABORT: forget the sticky error. */
const CLEAR_STICKY_ERROR = 1 << 2;

/** TAR counts within a KiB, and no further (IHI 0031, "Auto-increment"). */
const INCREMENT_BYTES = 1024;

export interface PortTransfer {
  readonly port: "debug" | "access";
  readonly read: boolean;
  /** 0x0, 0x4, 0x8, 0xC: the bank is in SELECT. */
  readonly register: number;
  /** What is written. */
  readonly value: number;
}

export class DebugPort {
  readonly #core: CortexM;
  /** A fault to order: nothing is connected to the probe. */
  disconnected = false;
  /** Another: the target has no power, and its debug port has; it never says that it is ready. */
  powerless = false;
  /** Whether the protocol was selected since the line was reset: before, nothing answers. */
  #selected = false;
  #select = 0;
  #ctrlStat = 0;
  #csw = 0;
  #tar = 0;
  #readBuffer = 0;

  constructor(core: CortexM) {
    this.#core = core;
  }

  /** The switching sequence of SWD was seen on the wire. */
  selectProtocol(): void {
    this.#selected = true;
    this.#select = 0;
  }

  transfer({ port, read, register, value }: PortTransfer): { readonly ack: Ack; readonly value: number } {
    if (this.disconnected || !this.#selected) return { ack: ACK.none, value: 0 };
    if (port === "debug") return { ack: ACK.ok, value: this.#debug(read, register, value) };
    if ((this.#ctrlStat & CTRL_STAT.stickyError) !== 0 || !this.#isPowered)
      return { ack: ACK.fault, value: 0 };
    const answer = this.#access(read, register | (this.#select & 0xf0), value);
    if (answer === undefined) {
      this.#ctrlStat |= CTRL_STAT.stickyError;
      return { ack: ACK.fault, value: 0 };
    }
    this.#readBuffer = answer;
    return { ack: ACK.ok, value: answer };
  }

  abort(value: number): void {
    if ((value & CLEAR_STICKY_ERROR) !== 0) this.#ctrlStat &= ~CTRL_STAT.stickyError;
  }

  get #isPowered(): boolean {
    return (this.#ctrlStat & CTRL_STAT.debugPowerRequest) !== 0;
  }

  #debug(read: boolean, register: number, value: number): number {
    if (read) {
      if (register === 0x0) return DPIDR;
      if (register === 0x4) return this.#status;
      return register === 0xc ? this.#readBuffer : 0;
    }
    if (register === 0x0) this.abort(value);
    // What is sticky stays until it is aborted.
    else if (register === 0x4) this.#ctrlStat = (this.#ctrlStat & CTRL_STAT.stickyError) | value;
    else if (register === 0x8) this.#select = value;
    return 0;
  }

  get #status(): number {
    const { debugPowerRequest, debugPowerAck, systemPowerRequest, systemPowerAck } = CTRL_STAT;
    let status = this.#ctrlStat;
    if (this.powerless) return status >>> 0;
    if ((status & debugPowerRequest) !== 0) status |= debugPowerAck;
    if ((status & systemPowerRequest) !== 0) status |= systemPowerAck;
    return status >>> 0;
  }

  /** Undefined: a fault. */
  #access(read: boolean, register: number, value: number): number | undefined {
    if (this.#select >>> 24 !== 0) return read ? 0 : value;
    switch (register) {
      case 0x00:
        if (!read) this.#csw = value;
        return this.#csw;
      case 0x04:
        if (!read) this.#tar = value >>> 0;
        return this.#tar;
      case 0x0c:
        return this.#memory(read, value);
      case 0xfc:
        return AP_IDR;
      default:
        return 0;
    }
  }

  #memory(read: boolean, value: number): number | undefined {
    const size = 1 << (this.#csw & 0b111);
    const address = this.#tar;
    const word = (address & ~0b11) >>> 0;
    let answer: number | undefined = value;
    if (read) answer = this.#core.read(word);
    else {
      const lanes = size === 4 ? 0xffff_ffff : ((1 << (size * 8)) - 1) << ((address & 0b11) * 8);
      if (!this.#core.write(word, value >>> 0, lanes >>> 0)) answer = undefined;
    }
    if (answer !== undefined && (this.#csw & 0x30) !== 0) {
      const page = Math.floor(address / INCREMENT_BYTES) * INCREMENT_BYTES;
      this.#tar = page + ((address - page + size) % INCREMENT_BYTES);
    }
    return answer;
  }
}
