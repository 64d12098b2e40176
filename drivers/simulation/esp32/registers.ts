/**
 * The chip's registers, as far as a boot loader's host reads and writes them; behind some of them, the controller
 * that talks to the flash chip. Pure.
 * Above: the boot loader's READ_REG and WRITE_REG. Below: the flash memory, chips.ts.
 * Specification: ESP32 technical reference manual, chapter "SPI controller", registers SPI_CMD to SPI_W15.
 */

import type { Chip, MacAddress } from "./chips.ts";
import type { FlashMemory } from "./flash-memory.ts";

const CMD_USER = 1 << 18;
const USR_MISO = 1 << 28;
/** Flash commands. */
const READ_ID = 0x9f;
const READ_STATUS = 0x05;
/** JEDEC's number of Winbond, and its type of a serial NOR flash for 3.3 V. */
const MANUFACTURER = 0xef;
const MEMORY_TYPE = 0x40;
/** Registers that a host may have written. The chips have fewer than that; a host that writes more of them is lost. */
const MAX_WRITTEN_REGISTERS = 65_536;

export class Registers {
  readonly #chip: Chip;
  readonly #flash: FlashMemory;
  readonly #fixed: ReadonlyMap<number, number>;
  readonly #written = new Map<number, number>();
  readonly #baudRate: () => number;

  constructor(chip: Chip, flash: FlashMemory, mac: MacAddress, baudRate: () => number) {
    this.#chip = chip;
    this.#flash = flash;
    this.#fixed = chip.registers(mac);
    this.#baudRate = baudRate;
  }

  read(address: number): number {
    const { uartClock } = this.#chip;
    if (address === uartClock?.register) return Math.floor(uartClock.hertz / this.#baudRate());
    return this.#fixed.get(address) ?? this.#written.get(address) ?? 0;
  }

  /** Fuses and identification stay as they are. */
  write(address: number, value: number, mask: number): void {
    if (this.#fixed.has(address)) return;
    if (this.#written.size >= MAX_WRITTEN_REGISTERS && !this.#written.has(address)) return;
    this.#written.set(address, ((this.read(address) & ~mask) | (value & mask)) >>> 0);
    const { base } = this.#chip.spi;
    if (address === base && (value & mask & CMD_USER) !== 0) this.#runFlashCommand();
  }

  /** As after a reset. */
  reset(): void {
    this.#written.clear();
  }

  #runFlashCommand(): void {
    const { base, usr, usr2, misoLength, data } = this.#chip.spi;
    const command = this.read(base + usr2) & 0xff;
    // A flash chip leaves the line alone when it does not know the command: ones.
    let reply = 0xffff_ffff;
    if (command === READ_ID) reply = MANUFACTURER | (MEMORY_TYPE << 8) | (this.#flash.capacityCode << 16);
    else if (command === READ_STATUS) reply = 0;
    if ((this.read(base + usr) & USR_MISO) !== 0) {
      const bits = Math.min(32, (this.read(base + misoLength) & 0x3ff) + 1);
      this.#written.set(base + data, bits === 32 ? reply >>> 0 : (reply & (2 ** bits - 1)) >>> 0);
    }
    // The bit that started it says that it is done.
    this.#written.set(base, this.read(base) & ~CMD_USER);
  }
}
