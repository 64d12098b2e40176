/**
 * A simulated Cortex-M microcontroller as its debug port sees it: memory, the core's debug registers, and flash that a debug probe's own
 * algorithm writes.
 * Above: debug-port.ts, dap-link.ts. Below: nothing.
 * Specification: Armv7-M Architecture Reference Manual, C1 (debug); NOR flash: erased bytes are 0xFF.
 */

/** A Cortex-M4 r0p1, as its CPUID says. */
const CPUID = 0x410f_c241;

const REGISTERS = {
  cpuid: 0xe000_ed00,
  aircr: 0xe000_ed0c,
  dfsr: 0xe000_ed30,
  dhcsr: 0xe000_edf0,
  dcrsr: 0xe000_edf4,
  dcrdr: 0xe000_edf8,
  demcr: 0xe000_edfc,
} as const;

/** What has to be in the upper half of a word that is written to DHCSR, and to AIRCR. */
const DEBUG_KEY = 0xa05f;
const RESET_KEY = 0x05fa;

const DHCSR = {
  debugEnabled: 1 << 0,
  halt: 1 << 1,
  registerReady: 1 << 16,
  halted: 1 << 17,
  wasReset: 1 << 25,
};
/** DEMCR: halt after a reset. */
const CATCH_RESET = 1 << 0;
/** AIRCR: reset the system. */
const SYSTEM_RESET = 1 << 2;
/** R0 to R15 and xPSR, and some more that debuggers ask for. */
const CORE_REGISTERS = 21;

export interface CortexMOptions {
  /** Bytes of flash at address 0. */
  readonly flashBytes?: number;
  /** Bytes of RAM at 0x20000000. */
  readonly ramBytes?: number;
}

export const RAM_ADDRESS = 0x2000_0000;
export const FLASH_ADDRESS = 0;

const DEFAULT_FLASH_BYTES = 256 * 1024;
const DEFAULT_RAM_BYTES = 32 * 1024;

export class CortexM {
  readonly flash: Uint8Array;
  readonly ram: Uint8Array;
  /** How often it was reset. */
  resets = 0;
  /** A fault to order: addresses above it are answered with a bus fault, as with readout protection. */
  protectedFrom = Number.POSITIVE_INFINITY;
  #halted = false;
  #debugEnabled = false;
  #wasReset = false;
  #demcr = 0;
  #dcrdr = 0;
  readonly #core = new Uint32Array(CORE_REGISTERS);

  constructor({ flashBytes = DEFAULT_FLASH_BYTES, ramBytes = DEFAULT_RAM_BYTES }: CortexMOptions = {}) {
    this.flash = new Uint8Array(flashBytes).fill(0xff);
    this.ram = new Uint8Array(ramBytes);
  }

  get halted(): boolean {
    return this.#halted;
  }

  reset(): void {
    this.resets += 1;
    this.#wasReset = true;
    this.#halted = (this.#demcr & CATCH_RESET) !== 0 && this.#debugEnabled;
    const view = new DataView(this.flash.buffer, this.flash.byteOffset);
    this.#core[13] = view.getUint32(0, true);
    this.#core[15] = view.getUint32(4, true) & ~1;
  }

  /** An aligned word. Undefined: a bus fault. */
  read(address: number): number | undefined {
    const memory = this.#memoryAt(address);
    if (memory !== undefined) return memory.view.getUint32(memory.offset, true);
    switch (address) {
      case REGISTERS.cpuid:
        return CPUID;
      case REGISTERS.dhcsr: {
        const { debugEnabled, halt, halted, registerReady, wasReset } = DHCSR;
        const value =
          registerReady |
          (this.#debugEnabled ? debugEnabled : 0) |
          (this.#halted ? halted | halt : 0) |
          (this.#wasReset ? wasReset : 0);
        this.#wasReset = false;
        return value >>> 0;
      }
      case REGISTERS.dcrdr:
        return this.#dcrdr;
      case REGISTERS.demcr:
        return this.#demcr;
      default:
        return address >= 0xe000_0000 && address < 0xe010_0000 ? 0 : undefined;
    }
  }

  /** Bytes of an aligned word: those that `mask` (0xff for each byte) has. False: a bus fault. */
  write(address: number, value: number, mask = 0xffff_ffff): boolean {
    const memory = this.#memoryAt(address);
    if (memory !== undefined) {
      // Flash takes no plain writes: the bus ignores them, as on most parts.
      if (memory.writable) {
        const old = memory.view.getUint32(memory.offset, true);
        memory.view.setUint32(memory.offset, ((old & ~mask) | (value & mask)) >>> 0, true);
      }
      return true;
    }
    switch (address) {
      case REGISTERS.dhcsr:
        if (value >>> 16 !== DEBUG_KEY) return true;
        this.#debugEnabled = (value & DHCSR.debugEnabled) !== 0;
        this.#halted = this.#debugEnabled && (value & DHCSR.halt) !== 0;
        return true;
      case REGISTERS.dcrsr:
        this.#moveRegister(value);
        return true;
      case REGISTERS.dcrdr:
        this.#dcrdr = value >>> 0;
        return true;
      case REGISTERS.demcr:
        this.#demcr = value;
        return true;
      case REGISTERS.aircr:
        if (value >>> 16 === RESET_KEY && (value & SYSTEM_RESET) !== 0) this.reset();
        return true;
      default:
        return address >= 0xe000_0000 && address < 0xe010_0000;
    }
  }

  #moveRegister(request: number): void {
    const register = request & 0x1f;
    if (register >= CORE_REGISTERS) return;
    if ((request & (1 << 16)) !== 0) this.#core[register] = this.#dcrdr;
    else this.#dcrdr = this.#core[register] ?? 0;
  }

  #memoryAt(
    address: number,
  ): { readonly view: DataView; readonly offset: number; readonly writable: boolean } | undefined {
    if (address >= this.protectedFrom && address < RAM_ADDRESS) return undefined;
    for (const [base, bytes, writable] of [
      [FLASH_ADDRESS, this.flash, false],
      [RAM_ADDRESS, this.ram, true],
    ] as const) {
      const offset = address - base;
      if (offset < 0 || offset + 4 > bytes.length) continue;
      return { view: new DataView(bytes.buffer, bytes.byteOffset), offset, writable };
    }
    return undefined;
  }
}
