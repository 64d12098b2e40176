/**
 * A chip in its boot loader, with esptool's stub running on it: from the first reset until the port is closed.
 * Above: driver.ts, which loads this when it is first needed. Below: esptool-js, loader-transport.ts.
 * Specification: https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/serial-protocol.html
 *
 * ESPLoader connects, identifies the chip and starts the stub. What moves megabytes (write, read) is here: see README.md for why.
 */

import { ESPError, ESPLoader, ESPRESSIF_VID } from "esptool-js";
import { createMD5 } from "hash-wasm";
import { Inflate } from "pako";
import type { Clock } from "../base/clock.ts";
import { DriverError } from "../base/error.ts";
import type { WorkReport } from "../base/methods.ts";
import type { BorrowedPort } from "../base/serial-lender.ts";
import { type ChipIdentity, identifyChip } from "./chip-identity.ts";
import { failureOf, notConnected } from "./failures.ts";
import { INTO_BOOT_LOADER_BY_USB, intoBootLoader } from "./line-sequences.ts";
import { LoaderTransport } from "./loader-transport.ts";
import type { Fingerprint } from "./packed-image.ts";
import { hex, type Region } from "./region.ts";

/** Baud at which the ROM listens. */
const ROM_BAUD = 115_200;
/** Resets into the boot loader, each with five attempts at a word: as esptool. */
const CONNECT_ATTEMPTS = 7;
/** Ports that a device may be in one after the other until its boot loader answers: it changes them with each reset. */
const MAX_RETURNS = 3;
/** Milliseconds for a device with USB of its own to come back after a reset. */
const RETURN_MS = 5000;
/** Bytes of a packet when flash is read, and packets that may be unanswered: as esptool. */
const READ_PACKET_BYTES = 0x1000;
const READ_WINDOW = 64;
/** Milliseconds between two packets of a read. */
const READ_TIMEOUT_MS = 10_000;
/** Milliseconds for a chip to erase itself: data sheets allow 16 MiB up to 200 s. */
const ERASE_TIMEOUT_MS = 240_000;
/** Milliseconds a megabyte for a chip to write what it was sent, with the erasing: as esptool. */
const WRITE_TIMEOUT_PER_MB_MS = 40_000;
/** Commands and answers of the stub. */
const ERASE_FLASH = 0xd0;
const READ_FLASH = 0xd2;
/** Bytes of an MD5 digest. */
const MD5_BYTES = 16;

export interface EspChipOptions {
  readonly borrowed: BorrowedPort;
  /** For the transfer; the ROM is spoken to at its own rate. */
  readonly baudrate: number;
  readonly clock: Clock;
  /** Takes esptool-js's lines. */
  say(line: string): void;
  readonly report: WorkReport | undefined;
  readonly signal: AbortSignal;
}

export class EspChip implements AsyncDisposable {
  readonly #options: EspChipOptions;
  readonly #transport: LoaderTransport;
  readonly #loader: ESPLoader;
  /** Bytes. */
  readonly flashBytes: number;
  readonly identity: ChipIdentity;

  /**
   * Reset the device into its boot loader, find out what it is, and start the stub. Rejects with a DriverError that names the cure, and the
   * port is closed then.
   */
  static async open(options: EspChipOptions): Promise<EspChip> {
    options.report?.step({ phase: "connecting", done: 0, total: undefined });
    const connected = await connect(options);
    const { transport, loader } = connected;
    try {
      return await guarded(
        connected,
        options,
        async () => {
          await loader.chip.postConnect?.(loader);
          const identity = await identifyChip(loader);
          await loader.runStub();
          if (!loader.IS_STUB) {
            throw new DriverError(
              "not-implemented",
              `${identity.chip} does not let a flasher run (secure download mode), or is too new for this page: use esptool on a host`,
            );
          }
          // A chip with USB of its own has no rate to change.
          if (options.baudrate !== ROM_BAUD && transport.getVid() !== ESPRESSIF_VID)
            await loader.changeBaud();
          return new EspChip(options, connected, identity, await flashBytesOf(loader));
        },
        "starting its flasher",
      );
    } catch (cause) {
      await transport.disconnect();
      throw cause;
    }
  }

  private constructor(
    options: EspChipOptions,
    { transport, loader }: Connected,
    identity: ChipIdentity,
    flashBytes: number,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.#loader = loader;
    this.identity = identity;
    this.flashBytes = flashBytes;
  }

  /** What headers of its programs call it; undefined for chips whose programs do not say (ESP8266). */
  get programId(): number | undefined {
    const { IMAGE_CHIP_ID } = this.#loader.chip;
    return IMAGE_CHIP_ID;
  }

  /** Whether flash holds this image at the address already. */
  async holds(address: number, image: Fingerprint): Promise<boolean> {
    const head = await this.#md5({ address, size: image.head.size });
    return head === image.head.md5 && (await this.#md5({ address, size: image.size })) === image.md5;
  }

  /** Write a compressed image. Rejects with a DriverError when the chip refuses a part of it. */
  async write(address: number, size: number, compressed: Uint8Array): Promise<void> {
    const { report, signal } = this.#options;
    const loader = this.#loader;
    let inflated = 0;
    const inflate = new Inflate();
    inflate.onData = (chunk) => {
      inflated += chunk.length;
    };
    const step = () => report?.step({ phase: "writing", done: Math.min(inflated, size), total: size });
    await this.#run(`writing at ${hex(address)}`, async () => {
      step();
      await loader.flashDeflBegin(size, compressed.length, address);
      const blockBytes = loader.FLASH_WRITE_SIZE;
      // The stub answers when it has a block, and writes it while it takes the next: so each waits for the one before.
      let behind = 0;
      for (let sequence = 0; sequence * blockBytes < compressed.length; sequence++) {
        signal.throwIfAborted();
        const block = compressed.subarray(sequence * blockBytes, (sequence + 1) * blockBytes);
        await loader.flashDeflBlock(block, sequence, writeTimeout(behind));
        const before = inflated;
        inflate.push(block, false);
        behind = inflated - before;
        step();
      }
      // Staying in the stub: the last block is in flash when this is answered.
      await loader.flashDeflFinish(false, writeTimeout(behind));
    });
  }

  /** Rejects with `device-io` when flash does not hold the image. */
  async verify(address: number, image: Fingerprint): Promise<void> {
    const { borrowed } = this.#options;
    const found = await this.#md5Reported({ address, size: image.size });
    if (found === image.md5) return;
    throw new DriverError(
      "device-io",
      `${borrowed.label} did not keep what was written: MD5 ${found} instead of ${image.md5} for ${image.size} bytes at ${hex(address)}; flash again, and if it stays so, the flash is worn or protected`,
    );
  }

  /** The MD5 of a region, told as verifying. */
  matches(address: number, image: Fingerprint): Promise<boolean> {
    return this.#md5Reported({ address, size: image.size }).then((found) => found === image.md5);
  }

  /** Read a region, as fast as `take` takes it. */
  async read(
    region: Pick<Region, "address" | "size">,
    take: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const { report, signal, borrowed } = this.#options;
    const { address, size } = region;
    const md5 = await createMD5();
    await this.#run(`reading at ${hex(address)}`, async () => {
      const request = words(address, size, READ_PACKET_BYTES, READ_WINDOW);
      await this.#loader.checkCommand("read flash", READ_FLASH, request);
      let done = 0;
      report?.step({ phase: "reading", done, total: size });
      while (done < size) {
        signal.throwIfAborted();
        const packet = await this.#transport.read(READ_TIMEOUT_MS);
        if (packet.length !== Math.min(READ_PACKET_BYTES, size - done))
          throw new ESPError("a packet is damaged");
        md5.update(packet);
        done += packet.length;
        await take(packet);
        await this.#transport.write(words(done));
        report?.step({ phase: "reading", done, total: size });
      }
      const digest = await this.#transport.read(READ_TIMEOUT_MS);
      if (digest.length !== MD5_BYTES || toHex(digest) !== md5.digest("hex")) {
        throw new DriverError(
          "device-io",
          `what ${borrowed.label} sent was damaged on its way: try again, with a lower baudrate or a better cable`,
        );
      }
    });
  }

  async erase(): Promise<void> {
    this.#options.report?.step({ phase: "erasing", done: 0, total: undefined });
    await this.#run("erasing", () =>
      this.#loader.checkCommand(
        "erase flash",
        ERASE_FLASH,
        undefined,
        undefined,
        undefined,
        ERASE_TIMEOUT_MS,
      ),
    );
  }

  /** Close the port. The chip stays where it is until it is reset. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport.disconnect();
  }

  async #md5Reported(region: Pick<Region, "address" | "size">): Promise<string> {
    const { report } = this.#options;
    report?.step({ phase: "verifying", done: 0, total: region.size });
    const found = await this.#md5(region);
    report?.step({ phase: "verifying", done: region.size, total: region.size });
    return found;
  }

  #md5({ address, size }: Pick<Region, "address" | "size">): Promise<string> {
    return this.#run(`verifying at ${hex(address)}`, () => this.#loader.flashMd5sum(address, size));
  }

  #run<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return guarded({ transport: this.#transport }, this.#options, work, doing);
  }
}

interface Connected {
  readonly transport: LoaderTransport;
  readonly loader: ESPLoader;
}

/** A device that changes its port while it is reset is followed, and not reset again before its new port has been spoken to. */
async function connect(options: EspChipOptions): Promise<Connected> {
  const { borrowed, signal } = options;
  for (let returns = 0; ; returns++) {
    const { port } = borrowed;
    const connected = createLoader(options, port);
    const { transport, loader } = connected;
    try {
      await guarded(connected, options, () =>
        returns === 0
          ? loader.connect("default_reset", CONNECT_ATTEMPTS)
          : loader.connect("no_reset", CONNECT_ATTEMPTS),
      );
      return connected;
    } catch (cause) {
      await transport.disconnect();
      if (transport.failure?.code !== "device-disconnected" || returns === MAX_RETURNS) throw cause;
      await borrowed.returned(port, { ms: RETURN_MS, signal }).catch((late: unknown) => {
        signal.throwIfAborted();
        throw late;
      });
    }
  }
}

function createLoader(
  { borrowed, baudrate, clock, say, signal }: EspChipOptions,
  port: SerialPort,
): Connected {
  const transport = new LoaderTransport({ port, label: borrowed.label, clock, signal });
  let line = "";
  const reset = (steps: Parameters<LoaderTransport["moveLines"]>[0]) => ({
    transport,
    reset: () => transport.moveLines(steps),
  });
  const loader = new ESPLoader({
    transport,
    baudrate,
    romBaudrate: ROM_BAUD,
    terminal: {
      clean: () => {},
      write: (text) => {
        line += text;
      },
      writeLine: (text) => {
        const whole = `${line}${text}`.replaceAll(/\s+/g, " ").trim();
        line = "";
        if (whole !== "") say(whole);
      },
    },
    resetConstructors: {
      classicReset: (_, holdMs) => ({ ...reset(intoBootLoader(holdMs)), resetDelay: holdMs }),
      usbJTAGSerialReset: () => reset(INTO_BOOT_LOADER_BY_USB),
    },
  });
  return { transport, loader };
}

/** Run a part of the work; what goes wrong in it becomes a sentence. @param doing "writing at 0x1000"; nothing: still connecting. */
async function guarded<T>(
  { transport }: Pick<Connected, "transport">,
  { borrowed, signal }: EspChipOptions,
  work: () => Promise<T>,
  doing?: string,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    if (transport.failure !== undefined) throw transport.failure;
    if (cause instanceof DriverError) throw cause;
    throw doing === undefined
      ? notConnected(cause, borrowed.label, transport.printed)
      : failureOf(cause, borrowed.label, doing);
  }
}

async function flashBytesOf(loader: ESPLoader): Promise<number> {
  const id = await loader.readFlashId();
  // The third byte is the size as a power of two, with an offset for some makers' larger chips: as esptool's table.
  const code = (id >>> 16) & 0xff;
  if (code >= 0x12 && code <= 0x1c) return 2 ** code;
  if (code >= 0x20 && code <= 0x22) return 2 ** (code - 6);
  if (code >= 0x32 && code <= 0x3a) return 2 ** (code - 0x20);
  throw new DriverError(
    "device-io",
    `the chip's flash does not say its size (id ${hex(id >>> 0)}): disconnect what else is wired to its flash pins, and check its power`,
  );
}

function writeTimeout(bytes: number): number {
  return Math.max(3000, (bytes / 1_000_000) * WRITE_TIMEOUT_PER_MB_MS);
}

/** 32 bits each, low byte first. */
function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value, true);
  return new Uint8Array(view.buffer);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
