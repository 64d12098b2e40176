/**
 * PICOBOOT: commands to the boot loader of an RP2040 or RP2350, over one interface of its USB device.
 * Above: flash-firmware.ts, driver.ts. Below: the platform's USBDevice.
 * Specification: RP2040 datasheet 2.8.5, RP2350 datasheet 5.6. A command is a packet of 32 bytes, then its data, then an empty packet in
 * the other direction; a stall means that GET_COMMAND_STATUS says why.
 */

import type { Clock } from "../base/clock.ts";
import { DriverError } from "../base/error.ts";
import { driverErrorFromUsb, driverErrorFromUsbOpen } from "../base/usb-error.ts";
import { type Chip, chipOf, hex } from "./chips.ts";

const MAGIC = 0x431f_d10b;
const COMMAND_BYTES = 32;
const ARGUMENTS_OFFSET = 16;

const EXCLUSIVE_ACCESS = 0x01;
const REBOOT = 0x02;
const FLASH_ERASE = 0x03;
const READ = 0x84;
const WRITE = 0x05;
const EXIT_XIP = 0x06;
const REBOOT2 = 0x0a;
const GET_INFO = 0x8b;
/** Of the id: data comes from the device. */
const FROM_DEVICE = 0x80;

/** Control requests to the interface. */
const INTERFACE_RESET = 0x41;
const GET_COMMAND_STATUS = 0x42;
const STATUS_BYTES = 16;

/** EXCLUSIVE_ACCESS: nobody writes to the drive meanwhile, and it does not disappear. */
const EXCLUSIVE = 1;
/** REBOOT: where the stack of the program begins; of no meaning when it starts from flash. */
const RP2040_STACK = 0x2004_2000;
/** GET_INFO: facts of the chip, and of them its number. */
const INFO_SYSTEM = 1;
const INFO_CHIP = 1;
/** How many words follow, what they answer, the package, and the number in two words. */
const CHIP_INFO_BYTES = 20;

/**
 * Milliseconds for one step of a command. The longest is the erasing of 16 sectors, of which data sheets allow each 400 ms.
 */
export const COMMAND_MS = 10_000;
/** Bytes: more than an empty packet, so that one that is not empty is seen. */
const ACKNOWLEDGE_BYTES = 64;
/** Milliseconds between the command and the restart: the answer gets out before. */
const REBOOT_DELAY_MS = 100;

/** What the ROM says in GET_COMMAND_STATUS, as what to do. */
const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([
  [1, "it does not know the command"],
  [2, "the command had the wrong length"],
  [3, "the data had the wrong length"],
  [4, "there is no flash at that address"],
  [5, "the address is not aligned"],
  [6, "something else wrote to its drive at the same time: close what copies files there"],
  [7, "it is about to restart: wait a second, and try again"],
  [8, "it does not say why"],
  [9, "it is in a state that does not allow it"],
  [10, "that part of the flash is protected: the board's partition table or secure boot forbids it"],
  [11, "an argument was wrong"],
  [13, "something has to be done before"],
]);

export interface PicobootOptions {
  /** For people: "Raspberry Pi RP2 Boot 2e8a:0003". */
  readonly label: string;
  readonly clock: Clock;
  /** Aborted: no further command begins, and the one that runs is waited for. */
  readonly signal: AbortSignal;
}

interface Endpoints {
  readonly interfaceNumber: number;
  readonly out: number;
  readonly in: number;
}

/** An open boot loader. Disposing it leaves the board as it is, ready for the next who opens it. */
export class Picoboot implements AsyncDisposable {
  readonly chip: Chip;
  readonly #device: USBDevice;
  readonly #endpoints: Endpoints;
  readonly #options: PicobootOptions;
  #token = 0;
  /** The device does not answer, or is gone: there is nothing to tidy. */
  #lost = false;

  /** Rejects with a DriverError: in use, not allowed, gone, or no boot loader that is known. */
  static async open(device: USBDevice, options: PicobootOptions): Promise<Picoboot> {
    const { label, signal } = options;
    signal.throwIfAborted();
    const chip = chipOf(device);
    if (chip === undefined) {
      throw new DriverError(
        "device-io",
        `${label} is no boot loader of an RP2040 or RP2350: choose another device`,
      );
    }
    try {
      await device.open();
      const endpoints = await claim(device, label);
      const opened = new Picoboot(device, chip, endpoints, options);
      // Whoever had it before may have left in the middle of a command.
      await opened.#bounded(opened.#controlOut(INTERFACE_RESET));
      return opened;
    } catch (cause) {
      await device.close().catch(() => undefined); // why it did not open is what counts
      throw driverErrorFromUsbOpen(cause, label);
    }
  }

  private constructor(device: USBDevice, chip: Chip, endpoints: Endpoints, options: PicobootOptions) {
    this.#device = device;
    this.chip = chip;
    this.#endpoints = endpoints;
    this.#options = options;
  }

  /** To be called before the flash is touched. */
  async begin(): Promise<void> {
    await this.#command(EXCLUSIVE_ACCESS, [], { bytes: [EXCLUSIVE] });
    // The flash of an RP2040 hears no commands while it is read as memory; the RP2350 takes it for nothing.
    await this.#command(EXIT_XIP, []);
  }

  /** Both in multiples of SECTOR_BYTES. */
  async erase(address: number, bytes: number): Promise<void> {
    await this.#command(FLASH_ERASE, [address, bytes]);
  }

  /** To flash that is erased; address and length are multiples of PAGE_BYTES. */
  async write(address: number, data: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#command(WRITE, [address, data.length], { send: data });
  }

  /** The address is a multiple of PAGE_BYTES. */
  async read(address: number, bytes: number): Promise<Uint8Array> {
    return await this.#command(READ, [address, bytes], { receive: bytes });
  }

  /** The chip's own number, where the boot loader tells it. */
  async chipId(): Promise<string | undefined> {
    if (this.chip.name !== "RP2350") return undefined;
    const answer = await this.#command(GET_INFO, [INFO_SYSTEM, INFO_CHIP, 0, 0], {
      receive: CHIP_INFO_BYTES,
    });
    const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
    const [count, answered] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (count < 4 || (answered & INFO_CHIP) === 0) return undefined;
    return [view.getUint32(16, true), view.getUint32(12, true)]
      .map((word) => word.toString(16).toUpperCase().padStart(8, "0"))
      .join("");
  }

  /** Start the program in the flash. The device leaves the bus soon. */
  async reboot(): Promise<void> {
    try {
      if (this.chip.name === "RP2040") await this.#command(REBOOT, [0, RP2040_STACK, REBOOT_DELAY_MS]);
      else await this.#command(REBOOT2, [0, REBOOT_DELAY_MS, 0, 0]);
    } catch (cause) {
      // It may be gone before its answer was fetched.
      if (!(cause instanceof DriverError) || cause.code !== "device-disconnected") throw cause;
    } finally {
      this.#lost = true;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#lost) {
      // Ends what is under way, and lets others write again.
      await this.#bounded(this.#controlOut(INTERFACE_RESET)).catch(() => undefined); // it has failed before, or is gone
    }
    await this.#device.close().catch(() => undefined); // it is gone
  }

  /** One command after the other: whoever calls awaits it before the next. */
  async #command(
    id: number,
    words: readonly number[],
    data: { send?: Uint8Array<ArrayBuffer>; receive?: number; bytes?: readonly number[] } = {},
  ): Promise<Uint8Array> {
    this.#options.signal.throwIfAborted();
    const { out } = this.#endpoints;
    const expected = data.send?.length ?? data.receive ?? 0;
    const what = describe(id, words);
    await this.#send(out, this.#packet(id, words, data.bytes, expected), what);
    if (data.send !== undefined) await this.#send(out, data.send, what);
    const received = await this.#receiveAll(data.receive ?? 0, what);
    if ((id & FROM_DEVICE) !== 0) await this.#send(out, new Uint8Array(), what);
    else await this.#acknowledged(what);
    return received;
  }

  #packet(
    id: number,
    words: readonly number[],
    bytes: readonly number[] = [],
    dataBytes: number,
  ): Uint8Array<ArrayBuffer> {
    this.#token = (this.#token + 1) >>> 0;
    const view = new DataView(new ArrayBuffer(COMMAND_BYTES));
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, this.#token, true);
    view.setUint8(8, id);
    view.setUint8(9, 4 * words.length + bytes.length);
    view.setUint32(12, dataBytes, true);
    for (const [index, word] of words.entries()) view.setUint32(ARGUMENTS_OFFSET + 4 * index, word, true);
    for (const [index, byte] of bytes.entries()) view.setUint8(ARGUMENTS_OFFSET + index, byte);
    return new Uint8Array(view.buffer);
  }

  async #send(endpoint: number, data: Uint8Array<ArrayBuffer>, what: string): Promise<void> {
    const { status, bytesWritten } = await this.#transfer(this.#device.transferOut(endpoint, data), what);
    if (status !== "ok") throw await this.#refused(what);
    if (bytesWritten !== data.length) {
      throw this.#nonsense(what, `it took ${bytesWritten} of ${data.length} bytes`);
    }
  }

  async #receiveAll(bytes: number, what: string): Promise<Uint8Array> {
    const received = new Uint8Array(bytes);
    for (let filled = 0; filled < bytes; ) {
      const chunk = await this.#receive(bytes - filled, what);
      if (chunk.length === 0) throw this.#nonsense(what, `it sent ${filled} of ${bytes} bytes`);
      received.set(chunk, filled);
      filled += chunk.length;
    }
    return received;
  }

  async #receive(bytes: number, what: string): Promise<Uint8Array> {
    const { status, data } = await this.#transfer(this.#device.transferIn(this.#endpoints.in, bytes), what);
    if (status === "stall") throw await this.#refused(what);
    if (status === "babble" || data === undefined)
      throw this.#nonsense(what, "it sent more than it was asked for");
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }

  async #acknowledged(what: string): Promise<void> {
    const answer = await this.#receive(ACKNOWLEDGE_BYTES, what);
    if (answer.length > 0) throw this.#nonsense(what, `it sent ${answer.length} bytes where none belong`);
  }

  async #transfer<T>(work: Promise<T>, what: string): Promise<T> {
    try {
      return await this.#bounded(work);
    } catch (cause) {
      if (cause instanceof TimeUp) {
        this.#lost = true;
        // Nothing else ends a transfer of a device that does not answer.
        await this.#device.close().catch(() => undefined); // it does not answer
        throw new DriverError(
          "timeout",
          `${this.#options.label} did not answer for ${COMMAND_MS / 1000} s, told ${what}: unplug it, and plug it in with BOOTSEL held`,
        );
      }
      const failure = driverErrorFromUsb(cause, this.#options.label);
      if (failure.code === "device-disconnected") this.#lost = true;
      throw failure;
    }
  }

  /** Why it stalled, and its endpoints free again. */
  async #refused(what: string): Promise<DriverError> {
    const { label } = this.#options;
    const code = await this.#statusCode();
    const { in: input, out } = this.#endpoints;
    try {
      await this.#bounded(this.#device.clearHalt("in", input));
      await this.#bounded(this.#device.clearHalt("out", out));
      await this.#bounded(this.#controlOut(INTERFACE_RESET));
    } catch (cause) {
      return driverErrorFromUsb(cause, label);
    }
    if (code === undefined) return this.#nonsense(what, "it refused, and does not say why");
    const why = STATUS_TEXTS.get(code) ?? `status ${code}`;
    return new DriverError("device-io", `${label} refused ${what}: ${why}`);
  }

  /** Undefined when it says that all is well, or nothing that makes sense. */
  async #statusCode(): Promise<number | undefined> {
    try {
      const { status, data } = await this.#bounded(
        this.#device.controlTransferIn(this.#request(GET_COMMAND_STATUS), STATUS_BYTES),
      );
      if (status !== "ok" || data?.byteLength !== STATUS_BYTES) return undefined;
      return data.getUint32(4, true) || undefined;
    } catch (cause) {
      throw driverErrorFromUsb(cause, this.#options.label);
    }
  }

  #nonsense(what: string, detail: string): DriverError {
    return new DriverError(
      "device-io",
      `${this.#options.label} answered nonsense, told ${what} (${detail}): unplug it, plug it in with BOOTSEL held, and try again`,
    );
  }

  async #controlOut(request: number): Promise<void> {
    const { status } = await this.#device.controlTransferOut(this.#request(request));
    if (status !== "ok") throw new Error(`the request ${hex(request)} was refused`);
  }

  #request(request: number): USBControlTransferParameters {
    return {
      requestType: "vendor",
      recipient: "interface",
      request,
      value: 0,
      index: this.#endpoints.interfaceNumber,
    };
  }

  async #bounded<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController();
    const late = this.#options.clock.sleep(COMMAND_MS, { signal: over.signal }).then((): never => {
      throw new TimeUp();
    });
    late.catch(() => undefined); // the work has come first
    work.catch(() => undefined); // the time was up first
    try {
      return await Promise.race([work, late]);
    } finally {
      over.abort();
    }
  }
}

class TimeUp extends Error {
  override readonly message = "it does not answer";
}

async function claim(device: USBDevice, label: string): Promise<Endpoints> {
  if (device.configuration === null) await device.selectConfiguration(1);
  for (const { interfaceNumber, alternate } of device.configuration?.interfaces ?? []) {
    const { interfaceClass, interfaceSubclass, interfaceProtocol, endpoints } = alternate;
    if (interfaceClass !== 0xff || interfaceSubclass !== 0 || interfaceProtocol !== 0) continue;
    const input = endpoints.find(({ direction, type }) => direction === "in" && type === "bulk");
    const output = endpoints.find(({ direction, type }) => direction === "out" && type === "bulk");
    if (input === undefined || output === undefined) continue;
    await device.claimInterface(interfaceNumber);
    return { interfaceNumber, out: output.endpointNumber, in: input.endpointNumber };
  }
  throw new DriverError(
    "device-io",
    `${label} has its PICOBOOT interface switched off: hold BOOTSEL while plugging it in`,
  );
}

/** What it was told, for messages. */
function describe(id: number, [address = 0, bytes = 0]: readonly number[]): string {
  const range = `${bytes} bytes at ${hex(address)}`;
  switch (id) {
    case FLASH_ERASE:
      return `to erase ${range}`;
    case READ:
      return `to read ${range}`;
    case WRITE:
      return `to write ${range}`;
    case REBOOT:
    case REBOOT2:
      return "to restart";
    default:
      return `command ${hex(id)}`;
  }
}
