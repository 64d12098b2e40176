/**
 * A simulated debug probe with DAPLink firmware: CMSIS-DAP version 2 over bulk endpoints, and DAPLink's own commands to flash its target.
 * Above: FakeUsbDevice, or an emulated USB port. Below: debug-port.ts, cortex-m.ts.
 * Specification: CMSIS-DAP 2.1 (commands); DAPLink's vendor commands 0x80 to 0x9F.
 */

import type { SimulatedUsbDevice, UsbDescriptors, UsbTransferOptions } from "../simulated-usb-device.ts";
import { CortexM, FLASH_ADDRESS } from "./cortex-m.ts";
import { ACK, DebugPort } from "./debug-port.ts";
import { readIntelHex } from "./intel-hex.ts";

export const DAP_OUT = 1;
export const DAP_IN = 2;

const FULL_SPEED_PACKET_BYTES = 64;

const COMMAND = {
  info: 0x00,
  hostStatus: 0x01,
  connect: 0x02,
  disconnect: 0x03,
  transferConfigure: 0x04,
  transfer: 0x05,
  transferBlock: 0x06,
  writeAbort: 0x08,
  delay: 0x09,
  resetTarget: 0x0a,
  pins: 0x10,
  clock: 0x11,
  sequence: 0x12,
  configureSwd: 0x13,
  uniqueId: 0x80,
  flashReset: 0x89,
  flashOpen: 0x8a,
  flashClose: 0x8b,
  flashWrite: 0x8c,
} as const;

const INVALID_COMMAND = 0xff;
const OK = 0;
const FAILED = 0xff;
/** DAPLink's error for a file that is none. */
const BAD_FILE = 11;

/** JTAG-to-SWD, as it comes over the wire, low byte first. */
const SWITCH_TO_SWD = [0x9e, 0xe7];

const STREAM_TYPE = { binary: 0, hex: 1 } as const;

/** Bytes: larger than any target's file; a flood ends here. */
const MAX_FILE_BYTES = 16 * 2 ** 20;

export interface DapLinkOptions {
  readonly core?: CortexM;
  readonly serialNumber?: string;
  readonly productName?: string;
  readonly vendorId?: number;
  readonly productId?: number;
  /** A probe that has the debug port alone, without DAPLink's commands. */
  readonly plain?: boolean;
  /** Of its endpoints, in bytes: 64 at full speed, 512 at high speed. The former unless told. */
  readonly packetBytes?: number;
}

export class DapLink implements SimulatedUsbDevice {
  readonly descriptors: UsbDescriptors;
  readonly core: CortexM;
  readonly port: DebugPort;
  /** Faults to order: each answer is made of other bytes; flash that loses a bit; no answer after so many bytes came. */
  nonsense = false;
  wornOut = false;
  silentAfterBytes = Number.POSITIVE_INFINITY;
  /** Bytes that came to the OUT endpoint. */
  received = 0;
  readonly #options: DapLinkOptions;
  readonly #packetBytes: number;
  #answers: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #file: { readonly hex: boolean; readonly parts: Uint8Array[]; bytes: number } | undefined;

  constructor(options: DapLinkOptions = {}) {
    const {
      core = new CortexM(),
      serialNumber = "9904360258364e45003e3015000000410000000097969901",
      productName = "DAPLink CMSIS-DAP",
      vendorId = 0x0d28,
      productId = 0x0204,
      packetBytes = FULL_SPEED_PACKET_BYTES,
    } = options;
    this.#options = options;
    this.#packetBytes = packetBytes;
    this.core = core;
    this.port = new DebugPort(core);
    this.descriptors = {
      vendorId,
      productId,
      manufacturerName: "Arm",
      productName,
      serialNumber,
      configurations: [
        {
          value: 1,
          interfaces: [
            { number: 0, alternates: [{ class: [0x08, 6, 0x50], name: "USB_MSC", endpoints: [] }] },
            {
              number: 1,
              alternates: [
                {
                  class: [0xff, 0, 0],
                  name: "CMSIS-DAP v2",
                  endpoints: [
                    { number: DAP_OUT, direction: "out", type: "bulk", packetSize: packetBytes },
                    { number: DAP_IN, direction: "in", type: "bulk", packetSize: packetBytes },
                  ],
                },
              ],
            },
          ],
        },
      ],
    };
  }

  async control(): Promise<null> {
    return null;
  }

  async out(_endpoint: number, bytes: Uint8Array): Promise<"ok"> {
    this.received += bytes.length;
    if (this.received > this.silentAfterBytes) return "ok";
    const answer = this.#answer(bytes);
    this.#answers.push(this.nonsense ? answer.map((byte, index) => byte ^ (0x5a + index)) : answer);
    this.#wake?.();
    return "ok";
  }

  async in(_endpoint: number, length: number, { signal }: UsbTransferOptions): Promise<Uint8Array> {
    for (;;) {
      const first = this.#answers.shift();
      if (first !== undefined) return first.subarray(0, length);
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
  }

  busReset(): void {
    this.#answers = [];
    this.#file = undefined;
  }

  #answer(sent: Uint8Array): Uint8Array {
    const [command = INVALID_COMMAND] = sent;
    // Firmware reads from its buffer, however little was sent.
    const request = new Uint8Array(this.#packetBytes);
    request.set(sent.subarray(0, this.#packetBytes));
    const view = new DataView(request.buffer);
    const data = request.subarray(1);
    switch (command) {
      case COMMAND.info:
        return this.#info(data[0] ?? 0);
      case COMMAND.connect:
        return Uint8Array.of(command, data[0] === 2 ? 0 : 1);
      case COMMAND.transfer:
        return this.#transfer(view);
      case COMMAND.transferBlock:
        return this.#transferBlock(view);
      case COMMAND.writeAbort:
        this.port.abort(view.getUint32(2, true));
        return Uint8Array.of(command, OK);
      case COMMAND.resetTarget:
        this.core.reset();
        return Uint8Array.of(command, OK, 1);
      case COMMAND.pins:
        return Uint8Array.of(command, data[0] ?? 0);
      case COMMAND.sequence:
        if (data[1] === SWITCH_TO_SWD[0] && data[2] === SWITCH_TO_SWD[1]) this.port.selectProtocol();
        return Uint8Array.of(command, OK);
      case COMMAND.hostStatus:
      case COMMAND.disconnect:
      case COMMAND.transferConfigure:
      case COMMAND.delay:
      case COMMAND.clock:
      case COMMAND.configureSwd:
        return Uint8Array.of(command, OK);
      default:
        return this.#options.plain === true ? Uint8Array.of(INVALID_COMMAND) : this.#own(command, data, view);
    }
  }

  #info(id: number): Uint8Array {
    const text = {
      1: "Arm",
      2: this.descriptors.productName,
      3: this.descriptors.serialNumber,
      4: "2.1.0",
      9: "0257",
    }[id];
    if (text !== undefined) {
      const bytes = new TextEncoder().encode(`${text}\0`);
      return Uint8Array.of(COMMAND.info, bytes.length, ...bytes);
    }
    if (id === 0xf0) return Uint8Array.of(COMMAND.info, 1, 0b01);
    if (id === 0xfe) return Uint8Array.of(COMMAND.info, 1, 1);
    if (id === 0xff) return Uint8Array.of(COMMAND.info, 2, this.#packetBytes & 0xff, this.#packetBytes >> 8);
    return Uint8Array.of(COMMAND.info, 0);
  }

  #transfer(view: DataView): Uint8Array {
    const count = view.getUint8(2);
    const read: number[] = [];
    let at = 3;
    let executed = 0;
    let ack: number = ACK.ok;
    for (; executed < count && ack === ACK.ok; executed += 1) {
      const request = view.getUint8(at);
      at += 1;
      const isRead = (request & 0b10) !== 0;
      const value = isRead ? 0 : view.getUint32(at, true);
      if (!isRead) at += 4;
      const answer = this.port.transfer({
        port: (request & 0b1) === 0 ? "debug" : "access",
        read: isRead,
        register: request & 0b1100,
        value,
      });
      ack = answer.ack;
      if (ack === ACK.ok && isRead) read.push(answer.value);
      if (ack !== ACK.ok) break;
    }
    return withWords(Uint8Array.of(COMMAND.transfer, executed, ack), read);
  }

  #transferBlock(view: DataView): Uint8Array {
    const count = view.getUint16(2, true);
    const request = view.getUint8(4);
    const isRead = (request & 0b10) !== 0;
    const read: number[] = [];
    let executed = 0;
    let ack: number = ACK.ok;
    for (; executed < count; executed += 1) {
      const answer = this.port.transfer({
        port: (request & 0b1) === 0 ? "debug" : "access",
        read: isRead,
        register: request & 0b1100,
        value: isRead ? 0 : view.getUint32(5 + executed * 4, true),
      });
      ack = answer.ack;
      if (ack !== ACK.ok) break;
      if (isRead) read.push(answer.value);
    }
    return withWords(Uint8Array.of(COMMAND.transferBlock, executed & 0xff, executed >> 8, ack), read);
  }

  /** DAPLink's own. */
  #own(command: number, data: Uint8Array, view: DataView): Uint8Array {
    switch (command) {
      case COMMAND.uniqueId: {
        const id = new TextEncoder().encode(this.descriptors.serialNumber ?? "");
        return Uint8Array.of(command, id.length, ...id);
      }
      case COMMAND.flashOpen:
        this.#file = { hex: view.getUint32(1, true) === STREAM_TYPE.hex, parts: [], bytes: 0 };
        return Uint8Array.of(command, OK);
      case COMMAND.flashWrite:
        return Uint8Array.of(command, this.#writeFile(data.slice(1, 1 + (data[0] ?? 0))));
      case COMMAND.flashClose:
        return Uint8Array.of(command, this.#closeFile());
      case COMMAND.flashReset:
        this.core.reset();
        return Uint8Array.of(command, OK);
      default:
        return Uint8Array.of(INVALID_COMMAND);
    }
  }

  #writeFile(bytes: Uint8Array): number {
    if (this.#file === undefined) return FAILED;
    this.#file.bytes += bytes.length;
    if (this.#file.bytes > MAX_FILE_BYTES) return BAD_FILE;
    this.#file.parts.push(bytes);
    return OK;
  }

  #closeFile(): number {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return FAILED;
    const content = new Uint8Array(file.bytes);
    let at = 0;
    for (const part of file.parts) {
      content.set(part, at);
      at += part.length;
    }
    const segments = file.hex
      ? readIntelHex(new TextDecoder().decode(content))
      : [{ address: FLASH_ADDRESS, bytes: content }];
    if (segments === undefined) return BAD_FILE;
    const { flash } = this.core;
    if (segments.some(({ address, bytes }) => address + bytes.length > flash.length)) return BAD_FILE;
    flash.fill(0xff);
    for (const { address, bytes } of segments) flash.set(bytes, address);
    const [first] = segments;
    if (this.wornOut && first !== undefined) flash[first.address] = (flash[first.address] ?? 0) ^ 1;
    return OK;
  }
}

function withWords(head: Uint8Array, words: readonly number[]): Uint8Array {
  const answer = new Uint8Array(head.length + words.length * 4);
  answer.set(head);
  const view = new DataView(answer.buffer);
  for (const [index, word] of words.entries()) view.setUint32(head.length + index * 4, word >>> 0, true);
  return answer;
}
