/**
 * Commands and answers of Espressif's boot loader, as they are inside a SLIP packet. Pure.
 * Above: loader-link.ts. Below: nothing.
 * Specification: https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/serial-protocol.html
 */

const HEADER_BYTES = 8;
const FROM_HOST = 0;
const FROM_CHIP = 1;

/** What every checksum of data starts from. */
const CHECKSUM_SEED = 0xef;

export const OP = {
  FLASH_BEGIN: 0x02,
  FLASH_DATA: 0x03,
  FLASH_END: 0x04,
  MEM_BEGIN: 0x05,
  MEM_END: 0x06,
  MEM_DATA: 0x07,
  SYNC: 0x08,
  WRITE_REG: 0x09,
  READ_REG: 0x0a,
  SPI_SET_PARAMS: 0x0b,
  SPI_ATTACH: 0x0d,
  READ_FLASH_SLOW: 0x0e,
  CHANGE_BAUDRATE: 0x0f,
  FLASH_DEFL_BEGIN: 0x10,
  FLASH_DEFL_DATA: 0x11,
  FLASH_DEFL_END: 0x12,
  SPI_FLASH_MD5: 0x13,
  GET_SECURITY_INFO: 0x14,
  ERASE_FLASH: 0xd0,
  ERASE_REGION: 0xd1,
  READ_FLASH: 0xd2,
  RUN_USER_CODE: 0xd3,
} as const;

/** Why a command was not done; each boot loader has its own number for it. */
export type Refusal =
  | "invalid-message"
  | "unknown-command"
  | "bad-checksum"
  | "bad-block"
  | "no-flash-operation"
  | "flash-failed"
  | "inflate-failed"
  | "not-enough-data"
  | "too-much-data";

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`the boot loader refuses: ${refusal}`);
    this.refusal = refusal;
  }
}

export interface Command {
  readonly op: number;
  readonly checksum: number;
  readonly data: Uint8Array;
  /** The data is as long as its header says. */
  readonly whole: boolean;
}

/** Undefined for what is no command: the chip does not answer that. */
export function parseCommand(packet: Uint8Array): Command | undefined {
  if (packet.length < HEADER_BYTES || packet[0] !== FROM_HOST) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const data = packet.subarray(HEADER_BYTES);
  return {
    op: view.getUint8(1),
    checksum: view.getUint32(4, true),
    data,
    whole: data.length === view.getUint16(2, true),
  };
}

/** `body` is what was asked for and then the status. */
export function answer(op: number, value: number, body: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES + body.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, FROM_CHIP);
  view.setUint8(1, op);
  view.setUint16(2, body.length, true);
  view.setUint32(4, value, true);
  packet.set(body, HEADER_BYTES);
  return packet;
}

export function checksum(data: Uint8Array): number {
  let sum = CHECKSUM_SEED;
  for (const byte of data) sum ^= byte;
  return sum;
}

/** `count` little-endian words at the start of a command's data; too few of them are an invalid message. */
export function words(data: Uint8Array, count: number): number[] {
  if (data.length < 4 * count) throw new RefusedError("invalid-message");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint32(4 * index, true));
}
