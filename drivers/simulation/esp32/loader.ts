/**
 * The boot loader that a host talks to: the one in ROM, and the stub that the host puts into RAM, which knows more.
 * Above: chip.ts, which runs it. Below: loader-link.ts; flash, RAM and registers.
 * Specification: https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/serial-protocol.html;
 * where that is silent, the behaviour of the stub at https://github.com/espressif/esp-flasher-stub.
 */

import type { Chip } from "./chips.ts";
import { type FlashMemory, SECTOR_BYTES } from "./flash-memory.ts";
import { beginCompressed, beginPlain, type FlashBegin, type FlashSession } from "./flash-session.ts";
import type { LoaderLink } from "./loader-link.ts";
import { hex, md5 } from "./md5.ts";
import { answer, type Command, checksum, OP, type Refusal, RefusedError, words } from "./packet.ts";
import type { LoadedRam } from "./ram.ts";
import type { Registers } from "./registers.ts";
import type { Uart } from "./uart.ts";

export type LoaderKind = "rom" | "stub";

/** What the chip does when its boot loader is done. */
export type AfterLoader =
  /** Jump into RAM. */
  | { readonly kind: "run-ram"; readonly entry: number }
  /** Start again, as after a reset. */
  | { readonly kind: "restart" };

export interface LoaderParts {
  readonly chip: Chip;
  readonly link: LoaderLink;
  readonly uart: Uart;
  readonly flash: FlashMemory;
  readonly ram: LoadedRam;
  readonly registers: Registers;
  /** Aborted by the chip's reset. */
  readonly signal: AbortSignal;
}

/** The value that goes with a SYNC: hosts tell the ROM from the stub by it. */
const SYNC_VALUE: Readonly<Record<LoaderKind, number>> = { rom: 0x2012_0707, stub: 0 };
/** A SYNC is answered so many times; so does the ROM with what it does not know. */
const REPEATS = 8;
/** Bytes after what was asked for: the first says whether it failed, the second why. */
const STATUS_BYTES: Readonly<Record<LoaderKind, number>> = { rom: 4, stub: 2 };
/** Bytes in a READ_FLASH_SLOW at most. */
const SLOW_READ_BYTES = 64;
/** Bytes in a packet of READ_FLASH at most: the stub's buffer. */
const READ_PACKET_BYTES = 4096;
const BLOCK_HEADER_BYTES = 16;
const REGISTER_WRITE_BYTES = 16;
/** Bytes of GET_SECURITY_INFO, and where in them the chip's number is. */
const SECURITY_INFO_BYTES = 20;
const SECURITY_INFO_CHIP_OFFSET = 12;

/** The first byte of a refusal's status, and the second. */
const REFUSALS: Readonly<Record<LoaderKind, Readonly<Record<Refusal, readonly [number, number]>>>> = {
  rom: {
    "invalid-message": [1, 0x05],
    "unknown-command": [1, 0x05],
    "bad-checksum": [1, 0x07],
    "bad-block": [1, 0x05],
    "no-flash-operation": [1, 0x06],
    "flash-failed": [1, 0x08],
    "inflate-failed": [1, 0x0b],
    "not-enough-data": [1, 0x06],
    "too-much-data": [1, 0x06],
  },
  stub: {
    "invalid-message": [0xc0, 0],
    "unknown-command": [0xc3, 0],
    "bad-checksum": [0xc1, 0],
    "bad-block": [0xc2, 0],
    "no-flash-operation": [0xc6, 0],
    "flash-failed": [0xc4, 0],
    "inflate-failed": [0xc7, 0],
    "not-enough-data": [0xc8, 0],
    "too-much-data": [0xc9, 0],
  },
};

/** What a command leads to, besides its answer. */
interface Outcome {
  readonly value?: number;
  readonly data?: Uint8Array;
  readonly times?: number;
  /** Done after the answer, while the host sends what comes next; what goes wrong is the answer of that. */
  readonly afterwards?: () => Promise<void>;
  readonly leave?: AfterLoader;
}

/** Serve commands until one of them, or a reset, ends it. */
export async function runLoader(kind: LoaderKind, parts: LoaderParts): Promise<AfterLoader> {
  const loader = new Loader(kind, parts);
  if (kind === "stub") await parts.link.send(new TextEncoder().encode("OHAI"));
  for (;;) {
    const after = await loader.serve(await parts.link.command());
    if (after !== undefined) return after;
  }
}

class Loader {
  readonly #kind: LoaderKind;
  readonly #parts: LoaderParts;
  #session: FlashSession | undefined;
  /** What went wrong after the last answer. */
  #late: RefusedError | undefined;

  constructor(kind: LoaderKind, parts: LoaderParts) {
    this.#kind = kind;
    this.#parts = parts;
  }

  async serve(command: Command): Promise<AfterLoader | undefined> {
    const { link } = this.#parts;
    let outcome: Outcome | undefined;
    try {
      if (!command.whole) throw new RefusedError("invalid-message");
      const late = this.#late;
      this.#late = undefined;
      if (late !== undefined) throw late;
      outcome = await this.#do(command);
    } catch (cause) {
      if (!(cause instanceof RefusedError)) throw cause;
      await this.#refuse(command, cause.refusal);
      return undefined;
    }
    // RUN_USER_CODE has no answer.
    if (outcome === undefined) return undefined;
    const { value = 0, data = new Uint8Array(0), times = 1 } = outcome;
    const body = new Uint8Array(data.length + STATUS_BYTES[this.#kind]);
    body.set(data);
    for (let i = 0; i < times; i++) await link.send(answer(command.op, value, body));
    try {
      await outcome.afterwards?.();
    } catch (cause) {
      if (!(cause instanceof RefusedError)) throw cause;
      this.#late = cause;
    }
    return outcome.leave;
  }

  async #refuse({ op }: Command, refusal: Refusal): Promise<void> {
    const body = new Uint8Array(STATUS_BYTES[this.#kind]);
    body.set(REFUSALS[this.#kind][refusal]);
    // The ROM does not even say what it did not know, and says it as often as it answers a SYNC.
    const unknownToRom = refusal === "unknown-command" && this.#kind === "rom";
    for (let i = 0; i < (unknownToRom ? REPEATS : 1); i++)
      await this.#parts.link.send(answer(unknownToRom ? 0 : op, 0, body));
  }

  async #do({ op, data, checksum: sum }: Command): Promise<Outcome | undefined> {
    const { registers, uart } = this.#parts;
    switch (op) {
      case OP.SYNC:
        uart.measuresBaudRate = false;
        return { value: SYNC_VALUE[this.#kind], times: REPEATS };
      case OP.READ_REG: {
        const [address = 0] = words(data, 1);
        return { value: registers.read(address) };
      }
      case OP.WRITE_REG:
        return this.#writeRegisters(data);
      case OP.SPI_ATTACH:
        words(data, 1);
        return {};
      case OP.SPI_SET_PARAMS:
        words(data, 6);
        return {};
      case OP.CHANGE_BAUDRATE: {
        const [baudRate = 0] = words(data, 2);
        if (baudRate === 0) throw new RefusedError("invalid-message");
        return {
          afterwards: async () => {
            uart.baudRate = baudRate;
          },
        };
      }
      case OP.MEM_BEGIN: {
        const [size = 0, , , address = 0] = words(data, 4);
        this.#parts.ram.begin(address, size);
        return {};
      }
      case OP.MEM_DATA:
        this.#parts.ram.block(blockOf(data, sum));
        return {};
      case OP.MEM_END: {
        const [stay = 0, entry = 0] = words(data, 2);
        this.#parts.ram.end();
        return stay === 0 ? { leave: { kind: "run-ram", entry } } : {};
      }
      case OP.FLASH_BEGIN:
      case OP.FLASH_DEFL_BEGIN:
        return this.#beginFlash(data, op === OP.FLASH_DEFL_BEGIN);
      case OP.FLASH_DATA:
      case OP.FLASH_DEFL_DATA:
        return this.#writeFlash(data, sum, op === OP.FLASH_DEFL_DATA);
      case OP.FLASH_END:
      case OP.FLASH_DEFL_END:
        return this.#endFlash(data);
      case OP.SPI_FLASH_MD5: {
        const [address = 0, length = 0] = words(data, 4);
        const digest = md5(this.#readFlash(address, length));
        return { data: this.#kind === "stub" ? digest : new TextEncoder().encode(hex(digest)) };
      }
      case OP.GET_SECURITY_INFO:
        return this.#securityInfo();
      default:
        return this.#kind === "rom" ? this.#doInRom(op, data) : this.#doInStub(op, data);
    }
  }

  #doInRom(op: number, data: Uint8Array): Outcome {
    if (op !== OP.READ_FLASH_SLOW) throw new RefusedError("unknown-command");
    const [address = 0, length = 0] = words(data, 2);
    if (length > SLOW_READ_BYTES) throw new RefusedError("invalid-message");
    const padded = new Uint8Array(SLOW_READ_BYTES);
    padded.set(this.#readFlash(address, length));
    return { data: padded };
  }

  #doInStub(op: number, data: Uint8Array): Outcome | undefined {
    const { flash } = this.#parts;
    switch (op) {
      case OP.ERASE_FLASH:
        flash.eraseAll();
        return {};
      case OP.ERASE_REGION: {
        const [address = 0, length = 0] = words(data, 2);
        if (address % SECTOR_BYTES !== 0 || length % SECTOR_BYTES !== 0)
          throw new RefusedError("invalid-message");
        if (address + length > flash.bytes) throw new RefusedError("flash-failed");
        flash.erase(address, length);
        return {};
      }
      case OP.READ_FLASH: {
        const [address = 0, length = 0, packetBytes = 0] = words(data, 4);
        return { afterwards: () => this.#streamFlash(address, length, packetBytes) };
      }
      case OP.RUN_USER_CODE:
        return undefined;
      default:
        throw new RefusedError("unknown-command");
    }
  }

  #writeRegisters(data: Uint8Array): Outcome {
    if (data.length === 0 || data.length % REGISTER_WRITE_BYTES !== 0)
      throw new RefusedError("not-enough-data");
    for (let at = 0; at < data.length; at += REGISTER_WRITE_BYTES) {
      const [address = 0, value = 0, mask = 0] = words(data.subarray(at), 4);
      this.#parts.registers.write(address, value, mask);
    }
    return {};
  }

  async #beginFlash(data: Uint8Array, compressed: boolean): Promise<Outcome> {
    const [size = 0, blocks = 0, , address = 0] = words(data, 4);
    const begin: FlashBegin = { size, blocks, address };
    const { flash, signal } = this.#parts;
    await this.#session?.abandon();
    this.#session = undefined;
    this.#session = (compressed ? beginCompressed : beginPlain)(flash, begin, signal);
    return {};
  }

  async #writeFlash(data: Uint8Array, sum: number, compressed: boolean): Promise<Outcome> {
    const session = this.#session;
    if (session === undefined || session.compressed !== compressed)
      throw new RefusedError("no-flash-operation");
    const block = blockOf(data, sum);
    // The stub takes the next block while it writes this one; the ROM answers when it has written.
    if (this.#kind === "stub") return { afterwards: () => session.block(block) };
    await session.block(block);
    return {};
  }

  async #endFlash(data: Uint8Array): Promise<Outcome> {
    const [stay = 0] = words(data, 1);
    const session = this.#session;
    if (session === undefined) throw new RefusedError("no-flash-operation");
    await session.finish();
    this.#session = undefined;
    return stay === 0 && this.#kind === "rom" ? { leave: { kind: "restart" } } : {};
  }

  #securityInfo(): Outcome {
    const id = this.#parts.chip.securityInfoChipId;
    if (id === undefined) throw new RefusedError("unknown-command");
    const info = new Uint8Array(SECURITY_INFO_BYTES);
    new DataView(info.buffer).setUint32(SECURITY_INFO_CHIP_OFFSET, id, true);
    return { data: info };
  }

  #readFlash(address: number, length: number): Uint8Array {
    const { flash } = this.#parts;
    if (address + length > flash.bytes) throw new RefusedError("flash-failed");
    return flash.read(address, length);
  }

  /** One packet at a time, each acknowledged with how much has come in; then the digest of it all. */
  async #streamFlash(address: number, length: number, packetBytes: number): Promise<void> {
    const { link } = this.#parts;
    if (packetBytes === 0 || packetBytes > READ_PACKET_BYTES) throw new RefusedError("invalid-message");
    const content = this.#readFlash(address, length);
    for (let at = 0; at < length; ) {
      const packet = content.subarray(at, at + packetBytes);
      await link.send(packet);
      at += packet.length;
      const acknowledged = await link.packet();
      // Whatever else the host says, it has had enough.
      if (acknowledged.length !== 4) break;
    }
    await link.send(md5(content));
  }
}

function blockOf(data: Uint8Array, sum: number): Uint8Array {
  const [length = 0] = words(data, 4);
  const block = data.subarray(BLOCK_HEADER_BYTES);
  if (block.length !== length) throw new RefusedError("bad-block");
  if (checksum(block) !== sum) throw new RefusedError("bad-checksum");
  return block;
}
