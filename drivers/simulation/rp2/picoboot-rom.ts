/**
 * The boot loader of an RP2040 or RP2350 on USB: PICOBOOT, with the rules and the oddities of the real ROMs. Its drive is there and empty:
 * no browser reaches it.
 * Above: SimulatedPico plugs it in; FakeUsbDevice, or an emulated USB port, is its host. Below: NorFlash.
 * Specification: RP2040 datasheet 2.8.5, RP2350 datasheet 5.6. What they leave open is as the published boot ROM sources do it.
 */

import type {
  SimulatedUsbDevice,
  UsbDescriptors,
  UsbSetup,
  UsbTransferOptions,
} from "../simulated-usb-device.ts";
import { CHIPS, FLASH_BASE, PAGE_BYTES, type Rp2Chip, SECTOR_BYTES, VENDOR_ID } from "./chips.ts";
import type { NorFlash } from "./nor-flash.ts";

const MAGIC = 0x431f_d10b;
const COMMAND_BYTES = 32;
const PICOBOOT_INTERFACE = 1;
export const PICOBOOT_OUT = 3;
export const PICOBOOT_IN = 4;
const PACKET_BYTES = 64;
const INTERFACE_RESET = 0x41;
const GET_COMMAND_STATUS = 0x42;
const STATUS_BYTES = 16;
/** Bytes of RAM that reads and writes may touch, and where it begins. */
const RAM_BASE = 0x2000_0000;
const RAM_BYTES = 256 * 1024;

const OK = 0;
const UNKNOWN_COMMAND = 1;
const INVALID_COMMAND_LENGTH = 2;
const INVALID_TRANSFER_LENGTH = 3;
const INVALID_ADDRESS = 4;
const BAD_ALIGNMENT = 5;
const REBOOTING = 7;
const INVALID_ARGUMENT = 11;

/** GET_INFO: what is asked for, and the flags of SYS. */
const INFO_SYSTEM = 1;
const INFO_CHIP = 1;

type CommandName =
  | "exclusive"
  | "reboot"
  | "erase"
  | "read"
  | "write"
  | "exit-xip"
  | "enter-xip"
  | "reboot2"
  | "get-info";

/** By the low bits of its id: length of the arguments, and how the length of the data is given. */
interface CommandRule {
  readonly name: CommandName;
  readonly argumentBytes: number;
  readonly data: "none" | "size" | "any";
}

const RULES: ReadonlyMap<number, CommandRule> = new Map([
  [0x01, { name: "exclusive", argumentBytes: 1, data: "none" }],
  [0x02, { name: "reboot", argumentBytes: 12, data: "none" }],
  [0x03, { name: "erase", argumentBytes: 8, data: "none" }],
  [0x04, { name: "read", argumentBytes: 8, data: "size" }],
  [0x05, { name: "write", argumentBytes: 8, data: "size" }],
  [0x06, { name: "exit-xip", argumentBytes: 0, data: "none" }],
  [0x07, { name: "enter-xip", argumentBytes: 0, data: "none" }],
  [0x0a, { name: "reboot2", argumentBytes: 16, data: "none" }],
  [0x0b, { name: "get-info", argumentBytes: 16, data: "any" }],
]);
const RP2350_ONLY: ReadonlySet<CommandName> = new Set(["reboot2", "get-info"]);

export interface PicobootRomOptions {
  readonly chip: Rp2Chip;
  readonly flash: NorFlash;
  /** How long the flash takes; resolves when it is done. Absent: no time. */
  busy?(work: "erase-sector" | "program-page" | "read-page", options: UsbTransferOptions): Promise<void>;
  /** It was told to restart: into the program, or into the boot loader again. */
  onReboot(reboot: { readonly bootsel: boolean; readonly delayMs: number }): void;
}

/** What the host has begun and has to go on with. */
type Phase =
  | { readonly kind: "command" }
  | { readonly kind: "write"; address: number; left: number; rest: Uint8Array }
  | { readonly kind: "read"; address: number; left: number; readonly get: PageReader | Uint8Array }
  /** The empty packet that ends a command: from the host, or from here. */
  | { readonly kind: "host-acknowledges" }
  | { readonly kind: "acknowledge" };

type PageReader = (address: number, length: number) => Uint8Array;

export class PicobootRom implements SimulatedUsbDevice {
  readonly descriptors: UsbDescriptors;
  readonly #chip: Rp2Chip;
  readonly #flash: NorFlash;
  readonly #busy: NonNullable<PicobootRomOptions["busy"]>;
  readonly #onReboot: PicobootRomOptions["onReboot"];
  readonly #ram = new Uint8Array(RAM_BYTES);
  readonly #halted = new Set<"in" | "out">();
  #phase: Phase = { kind: "command" };
  #wake: (() => void) | undefined;
  #status = { token: 0, code: OK, id: 0, inProgress: false };
  /** On the RP2040, flash that a program has read from does not hear commands until EXIT_XIP. */
  #xip: boolean;
  #rebooting = false;
  /** What EXCLUSIVE_ACCESS said last. */
  exclusive = 0;

  constructor({ chip, flash, busy = async () => {}, onReboot }: PicobootRomOptions) {
    const facts = CHIPS[chip];
    this.#chip = chip;
    this.#flash = flash;
    this.#busy = busy;
    this.#onReboot = onReboot;
    this.#xip = chip === "rp2040";
    this.descriptors = {
      vendorId: VENDOR_ID,
      productId: facts.bootProductId,
      usbVersion: facts.usbVersion,
      manufacturerName: "Raspberry Pi",
      productName: chip === "rp2040" ? "RP2 Boot" : "RP2350 Boot",
      serialNumber: facts.bootSerialNumber,
      configurations: [
        {
          value: 1,
          interfaces: [
            {
              number: 0,
              alternates: [
                {
                  class: [0x08, 0x06, 0x50],
                  endpoints: [
                    { number: 1, direction: "in", type: "bulk", packetSize: PACKET_BYTES },
                    { number: 2, direction: "out", type: "bulk", packetSize: PACKET_BYTES },
                  ],
                },
              ],
            },
            {
              number: PICOBOOT_INTERFACE,
              alternates: [
                {
                  class: [0xff, 0, 0],
                  endpoints: [
                    { number: PICOBOOT_OUT, direction: "out", type: "bulk", packetSize: PACKET_BYTES },
                    { number: PICOBOOT_IN, direction: "in", type: "bulk", packetSize: PACKET_BYTES },
                  ],
                },
              ],
            },
          ],
        },
      ],
    };
  }

  async control({ direction, type, request, length }: UsbSetup): Promise<Uint8Array | null> {
    if (type !== "vendor") return null;
    if (direction === "out" && request === INTERFACE_RESET) {
      this.#reset();
      return new Uint8Array();
    }
    if (direction === "in" && request === GET_COMMAND_STATUS && length === STATUS_BYTES) {
      return this.#statusBlock();
    }
    return null;
  }

  async out(endpoint: number, bytes: Uint8Array, options: UsbTransferOptions): Promise<"ok" | "stall"> {
    if (endpoint !== PICOBOOT_OUT || this.#halted.has("out")) return "stall";
    switch (this.#phase.kind) {
      case "command":
        // Work that takes time goes on after the packet was taken; the answer waits for it.
        this.#command(bytes);
        return "ok";
      case "write":
        await this.#takeData(this.#phase, bytes, options);
        return this.#halted.has("out") ? "stall" : "ok";
      case "host-acknowledges":
        if (bytes.length > 0) return this.#halt("out", "in");
        this.#phase = { kind: "command" };
        return "ok";
      case "read":
      case "acknowledge":
        // The ROM takes no packet now; a host that sends one waits, and gives up.
        await aborted(options.signal);
        return "stall";
    }
  }

  async in(endpoint: number, length: number, options: UsbTransferOptions): Promise<Uint8Array | null> {
    for (;;) {
      if (endpoint !== PICOBOOT_IN || this.#halted.has("in")) return null;
      if (this.#phase.kind === "acknowledge") {
        const work = this.#work;
        if (work !== undefined) {
          await work(options);
          this.#work = undefined;
          continue;
        }
        this.#status.inProgress = false;
        this.#phase = { kind: "command" };
        return new Uint8Array();
      }
      if (this.#phase.kind === "read") return await this.#giveData(this.#phase, length, options);
      await this.#changed(options.signal);
    }
  }

  clearHalt(direction: "in" | "out"): void {
    this.#halted.delete(direction);
  }

  busReset(): void {
    this.#reset();
  }

  /** Of a command without data: done before its acknowledgement. */
  #work: ((options: UsbTransferOptions) => Promise<void>) | undefined;

  #command(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length !== COMMAND_BYTES || view.getUint32(0, true) !== MAGIC) {
      this.#halt("in", "out");
      return;
    }
    const id = view.getUint8(8);
    this.#status = { token: view.getUint32(4, true), code: UNKNOWN_COMMAND, id, inProgress: false };
    const rule = RULES.get(id & 0x7f);
    if (rule === undefined || (RP2350_ONLY.has(rule.name) && this.#chip === "rp2040")) {
      this.#halt("in", "out");
      return;
    }
    const size = view.getUint32(20, true);
    const transfer = view.getUint32(12, true);
    const wanted = rule.data === "none" ? 0 : rule.data === "size" ? size : transfer;
    if (view.getUint8(9) !== rule.argumentBytes) this.#fail(INVALID_COMMAND_LENGTH);
    else if (transfer !== wanted) this.#fail(INVALID_TRANSFER_LENGTH);
    else if (this.#rebooting) this.#fail(REBOOTING);
    else {
      this.#status.code = OK;
      this.#status.inProgress = true;
      this.#run(rule.name, view, transfer);
      this.#wake?.();
    }
  }

  #run(name: CommandName, view: DataView, transfer: number): void {
    const word = (index: number): number => view.getUint32(16 + 4 * index, true);
    this.#phase = { kind: "acknowledge" };
    switch (name) {
      case "exclusive":
        this.exclusive = view.getUint8(16);
        return;
      case "reboot":
        if (this.#chip === "rp2350") this.#fail(UNKNOWN_COMMAND);
        else this.#reboot(false, word(2));
        return;
      case "reboot2":
        this.#reboot((word(0) & 0x0f) === 2, word(1));
        return;
      case "exit-xip":
        this.#xip = false;
        return;
      case "enter-xip":
        this.#xip = this.#chip === "rp2040";
        return;
      case "erase": {
        const [address, size] = [word(0), word(1)];
        this.#work = (options) => this.#erase(address, size, options);
        return;
      }
      case "write":
        if (transfer > 0)
          this.#phase = { kind: "write", address: word(0), left: transfer, rest: new Uint8Array() };
        return;
      case "read":
        this.#phase =
          transfer > 0
            ? {
                kind: "read",
                address: word(0),
                left: transfer,
                get: (at, length) => this.#readPage(at, length),
              }
            : { kind: "host-acknowledges" };
        return;
      case "get-info":
        this.#getInfo(view.getUint8(16), word(1), transfer);
    }
  }

  #reboot(bootsel: boolean, delayMs: number): void {
    this.#rebooting = true;
    this.#onReboot({ bootsel, delayMs });
  }

  #getInfo(type: number, flags: number, transfer: number): void {
    if (type !== INFO_SYSTEM || transfer % 4 !== 0 || transfer > PAGE_BYTES) {
      this.#fail(INVALID_ARGUMENT);
      return;
    }
    const answer = new DataView(new ArrayBuffer(transfer));
    const serial = BigInt(`0x${CHIPS[this.#chip].bootSerialNumber}`);
    // How many words follow, which of the flags they answer, then the package and the chip's own number, high word first.
    const words =
      flags & INFO_CHIP ? [4, INFO_CHIP, 1, Number(serial & 0xffff_ffffn), Number(serial >> 32n)] : [1, 0];
    for (const [index, value] of words.entries()) {
      if (4 * index + 4 <= transfer) answer.setUint32(4 * index, value, true);
    }
    this.#phase = { kind: "read", address: 0, left: transfer, get: new Uint8Array(answer.buffer) };
  }

  async #erase(address: number, size: number, options: UsbTransferOptions): Promise<void> {
    const code =
      address % SECTOR_BYTES !== 0 || size % SECTOR_BYTES !== 0
        ? BAD_ALIGNMENT
        : this.#inFlash(address, size)
          ? OK
          : INVALID_ADDRESS;
    if (code !== OK) {
      // The older ROM acknowledges what it has not done, and does not keep why.
      if (this.#chip === "rp2350") this.#fail(code);
      return;
    }
    for (let at = 0; at < size; at += SECTOR_BYTES) {
      await this.#busy("erase-sector", options);
      if (!this.#xip) this.#flash.eraseSector(address - FLASH_BASE + at);
    }
  }

  async #takeData(
    phase: Extract<Phase, { kind: "write" }>,
    bytes: Uint8Array,
    options: UsbTransferOptions,
  ): Promise<void> {
    const taken = bytes.subarray(0, phase.left);
    phase.left -= taken.length;
    let rest = joined(phase.rest, taken);
    while (rest.length >= PAGE_BYTES || (phase.left === 0 && rest.length > 0)) {
      const page = rest.subarray(0, PAGE_BYTES);
      const code = this.#check(phase.address, page.length);
      if (code !== OK) {
        this.#fail(code);
        return;
      }
      if (phase.address >= RAM_BASE) this.#ram.set(page, phase.address - RAM_BASE);
      else {
        await this.#busy("program-page", options);
        // The host has begun anew meanwhile.
        if (this.#phase !== phase) return;
        if (!this.#xip) this.#flash.programPage(phase.address - FLASH_BASE, page);
      }
      phase.address += page.length;
      rest = rest.subarray(page.length);
    }
    phase.rest = rest;
    if (phase.left > 0) return;
    this.#phase = { kind: "acknowledge" };
    this.#wake?.();
  }

  async #giveData(
    phase: Extract<Phase, { kind: "read" }>,
    length: number,
    options: UsbTransferOptions,
  ): Promise<Uint8Array | null> {
    const answer = new Uint8Array(Math.min(length, phase.left));
    for (let filled = 0; filled < answer.length; ) {
      const wanted = Math.min(PAGE_BYTES, answer.length - filled);
      if (phase.get instanceof Uint8Array) {
        answer.set(phase.get.subarray(phase.address, phase.address + wanted), filled);
      } else {
        const code = this.#check(phase.address, wanted);
        if (code !== OK) {
          this.#fail(code);
          return null;
        }
        await this.#busy("read-page", options);
        answer.set(phase.get(phase.address, wanted), filled);
      }
      phase.address += wanted;
      phase.left -= wanted;
      filled += wanted;
    }
    if (phase.left === 0) {
      this.#status.inProgress = false;
      this.#phase = { kind: "host-acknowledges" };
    }
    return answer;
  }

  /** Flash that is in its reading mode answers the boot loader's commands with nonsense. */
  #readPage(address: number, length: number): Uint8Array {
    if (address >= RAM_BASE) return this.#ram.slice(address - RAM_BASE, address - RAM_BASE + length);
    return this.#xip ? new Uint8Array(length).fill(0xa5) : this.#flash.read(address - FLASH_BASE, length);
  }

  #check(address: number, length: number): number {
    if (address >= RAM_BASE && address + length <= RAM_BASE + RAM_BYTES) return OK;
    if (!this.#inFlash(address, length)) return INVALID_ADDRESS;
    return address % PAGE_BYTES === 0 ? OK : BAD_ALIGNMENT;
  }

  #inFlash(address: number, length: number): boolean {
    return address >= FLASH_BASE && address + length <= FLASH_BASE + CHIPS[this.#chip].flashWindow;
  }

  #fail(code: number): void {
    this.#status.code = code;
    this.#status.inProgress = false;
    this.#halt("in", "out");
  }

  #halt(...directions: readonly ("in" | "out")[]): "stall" {
    for (const direction of directions) this.#halted.add(direction);
    this.#phase = { kind: "command" };
    this.#wake?.();
    return "stall";
  }

  #reset(): void {
    this.#halted.clear();
    this.#phase = { kind: "command" };
    this.#work = undefined;
    this.#status = { token: 0, code: OK, id: 0, inProgress: false };
    this.exclusive = 0;
    this.#wake?.();
  }

  #statusBlock(): Uint8Array {
    const { token, code, id, inProgress } = this.#status;
    const block = new DataView(new ArrayBuffer(STATUS_BYTES));
    block.setUint32(0, token, true);
    block.setUint32(4, code, true);
    block.setUint8(8, id);
    block.setUint8(9, inProgress ? 1 : 0);
    return new Uint8Array(block.buffer);
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
