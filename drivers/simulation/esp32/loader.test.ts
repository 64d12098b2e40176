import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { fuzzSettings } from "../../../proto/tunnel/testing/fuzz.ts";
import { ManualClock, settle } from "../../testing/manual-clock.ts";
import { Esp32, type Esp32Options } from "./chip.ts";
import { fillCode } from "./factory.ts";
import { checksum, OP } from "./packet.ts";
import { SlipDecoder, slipEncode } from "./slip.ts";

const STUB_ENTRY = 0x400a_8000;

/** A host that speaks packets to a chip, without a port between. */
class Host implements Disposable {
  readonly chip: Esp32;
  readonly #decoder = new SlipDecoder();
  readonly #packets: Uint8Array[] = [];
  readonly #waiting: ((packet: Uint8Array) => void)[] = [];
  /** What was no packet. */
  text = "";
  readonly #listening = new Set<() => void>();

  constructor(options: Partial<Esp32Options> = {}) {
    this.chip = new Esp32({ clock: new ManualClock(), ...options });
    this.chip.uart.transmit = async (bytes) => {
      if (bytes[0] !== 0xc0) this.text += new TextDecoder("latin1").decode(bytes);
      for (const listen of this.#listening) listen();
      for (const packet of this.#decoder.push(bytes)) {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#packets.push(packet);
        else waiting(packet);
      }
    };
    this.chip.start(true);
  }

  [Symbol.dispose](): void {
    this.chip[Symbol.dispose]();
  }

  packet(): Promise<Uint8Array> {
    const packet = this.#packets.shift();
    if (packet !== undefined) return Promise.resolve(packet);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when the chip has said this. */
  said(what: string): Promise<void> {
    return new Promise((resolve) => {
      const listen = () => {
        if (!this.text.includes(what)) return;
        this.#listening.delete(listen);
        resolve();
      };
      this.#listening.add(listen);
      listen();
    });
  }

  /** What the chip said so far is not of interest. */
  forget(): void {
    this.#packets.length = 0;
  }

  /** Packets that nobody asked for. */
  get unexpected(): number {
    return this.#packets.length;
  }

  async send(op: number, data: Uint8Array, sum = 0, length = data.length): Promise<void> {
    const packet = new Uint8Array(8 + data.length);
    const view = new DataView(packet.buffer);
    view.setUint8(1, op);
    view.setUint16(2, length, true);
    view.setUint32(4, sum, true);
    packet.set(data, 8);
    await this.chip.receive(slipEncode(packet));
  }

  async command(op: number, data: Uint8Array = new Uint8Array(0), sum = 0) {
    await this.send(op, data, sum);
    return answerIn(await this.packet());
  }

  block(op: number, block: Uint8Array, sequence = 0) {
    const data = new Uint8Array(16 + block.length);
    data.set(words(block.length, sequence, 0, 0));
    data.set(block, 16);
    return this.command(op, data, checksum(block));
  }

  async sync(): Promise<void> {
    const data = new Uint8Array(36).fill(0x55);
    data.set([0x07, 0x07, 0x12, 0x20]);
    await this.send(OP.SYNC, data);
    for (let i = 0; i < 8; i++) await this.packet();
  }

  /** Any program where the stub goes. */
  async startStub(): Promise<void> {
    await this.sync();
    const program = fillCode(5000, 1);
    await this.command(OP.MEM_BEGIN, words(program.length, 1, 0x1800, STUB_ENTRY));
    await this.block(OP.MEM_DATA, program);
    expect((await this.command(OP.MEM_END, words(0, STUB_ENTRY))).status).toEqual([0, 0, 0, 0]);
    expect(new TextDecoder().decode(await this.packet())).toBe("OHAI");
  }
}

function answerIn(packet: Uint8Array) {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  expect(view.getUint8(0)).toBe(1);
  expect(view.getUint16(2, true)).toBe(packet.length - 8);
  return { op: view.getUint8(1), value: view.getUint32(4, true), status: [...packet.subarray(8)] };
}

function words(...values: number[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    data.setUint32(4 * i, value, true);
  });
  return new Uint8Array(data.buffer);
}

const md5Of = (bytes: Uint8Array) => createHash("md5").update(bytes).digest();
const ok = [0, 0, 0, 0];
const okStub = [0, 0];

let host: Host;
const connect = (options?: Partial<Esp32Options>) => {
  host = new Host(options);
  return host;
};
afterEach(() => host[Symbol.dispose]());

describe("the boot loader in ROM", () => {
  it("says that it waits, and answers a SYNC eight times", async () => {
    connect();
    const data = new Uint8Array(36).fill(0x55);
    await host.send(OP.SYNC, data);
    for (let i = 0; i < 8; i++)
      expect(answerIn(await host.packet())).toEqual({ op: OP.SYNC, value: 0x2012_0707, status: ok });
    expect(host.unexpected).toBe(0);
    expect(host.text).toContain(
      "boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download",
    );
  });

  it("does not answer what is no command", async () => {
    connect();
    await host.chip.receive(slipEncode(Uint8Array.of(0, 8, 0)));
    await host.chip.receive(slipEncode(Uint8Array.of(1, 8, 0, 0, 0, 0, 0, 0)));
    await host.sync();
    expect(host.unexpected).toBe(0);
  });

  it("refuses a command whose data is not as long as it says", async () => {
    connect();
    await host.send(OP.READ_REG, words(0x4000_1000), 0, 8);
    expect(answerIn(await host.packet())).toEqual({ op: OP.READ_REG, value: 0, status: [1, 5, 0, 0] });
    expect((await host.command(OP.READ_REG, Uint8Array.of(1))).status).toEqual([1, 5, 0, 0]);
  });

  it("answers a command that it does not know eight times, without its number", async () => {
    connect();
    await host.send(OP.ERASE_FLASH, new Uint8Array(0));
    for (let i = 0; i < 8; i++)
      expect(answerIn(await host.packet())).toEqual({ op: 0, value: 0, status: [1, 5, 0, 0] });
  });

  it("reads and writes registers, but no fuses", async () => {
    connect();
    expect((await host.command(OP.READ_REG, words(0x4000_1000))).value).toBe(0x00f0_1d83);
    expect((await host.command(OP.WRITE_REG, words(0x3ff4_2020, 0xffff, 0x00f0, 0))).status).toEqual(ok);
    expect((await host.command(OP.READ_REG, words(0x3ff4_2020))).value).toBe(0x00f0);
    await host.command(OP.WRITE_REG, words(0x4000_1000, 0, 0xffff_ffff, 0));
    expect((await host.command(OP.READ_REG, words(0x4000_1000))).value).toBe(0x00f0_1d83);
  });

  it("knows its number by command, unless it is the first ESP32", async () => {
    connect({ chip: "ESP32-C3" });
    const info = await host.command(OP.GET_SECURITY_INFO);
    expect(info.status.length).toBe(24);
    expect(info.status[12]).toBe(5);
  });

  it("writes flash block by block, and answers MD5 in hexadecimal", async () => {
    connect();
    const image = fillCode(5000, 2);
    await host.command(OP.FLASH_BEGIN, words(0x2000, 2, 0x1000, 0x1_0000, 0));
    for (const at of [0, 4096]) {
      const block = new Uint8Array(4096).fill(0xff);
      block.set(image.subarray(at, at + 4096));
      expect((await host.block(OP.FLASH_DATA, block, at / 4096)).status).toEqual(ok);
    }
    const digest = await host.command(OP.SPI_FLASH_MD5, words(0x1_0000, 5000, 0, 0));
    expect(String.fromCharCode(...digest.status.slice(0, 32))).toBe(md5Of(image).toString("hex"));
    expect(digest.status.slice(32)).toEqual(ok);
  });

  it("has all of a compressed image in flash when it answers the last block", async () => {
    connect();
    const image = fillCode(100_000, 3);
    const packed = deflateSync(image);
    const blocks = Math.ceil(packed.length / 0x400);
    await host.command(OP.FLASH_DEFL_BEGIN, words(100_352, blocks, 0x400, 0x1_0000));
    for (let at = 0; at < packed.length; at += 0x400)
      expect((await host.block(OP.FLASH_DEFL_DATA, packed.subarray(at, at + 0x400))).status).toEqual(ok);
    expect(md5Of(host.chip.flash.read(0x1_0000, 100_000))).toEqual(md5Of(image));
  });

  it("reads 64 bytes of flash at a time", async () => {
    connect();
    host.chip.flash.load(0x2000, Uint8Array.of(1, 2, 3));
    const read = await host.command(OP.READ_FLASH_SLOW, words(0x2000, 3));
    expect(read.status.slice(0, 4)).toEqual([1, 2, 3, 0]);
    expect((await host.command(OP.READ_FLASH_SLOW, words(0x2000, 65))).status).toEqual([1, 5, 0, 0]);
  });

  it("starts what is in flash after FLASH_END, when it is told to", async () => {
    connect();
    await host.command(OP.FLASH_BEGIN, words(0, 0, 0x400, 0, 0));
    expect((await host.command(OP.FLASH_END, words(1))).status).toEqual(ok);
    expect(host.chip.program).toBe("rom-loader");
    await host.command(OP.FLASH_BEGIN, words(0, 0, 0x400, 0, 0));
    host.chip.setIo0(false);
    await host.command(OP.FLASH_END, words(0));
    await host.said("invalid header: 0xffffffff");
    expect(host.chip.program).toBe("from-flash");
  });

  it("does not start a program that was not loaded, or not completely", async () => {
    connect();
    await host.sync();
    expect((await host.command(OP.MEM_BEGIN, words(16, 1, 16, 0))).status).toEqual([1, 5, 0, 0]);
    await host.command(OP.MEM_BEGIN, words(5000, 1, 0x1800, STUB_ENTRY));
    expect((await host.command(OP.MEM_END, words(0, STUB_ENTRY))).status).toEqual([1, 6, 0, 0]);
    await host.block(OP.MEM_DATA, fillCode(5000, 1));
    host.chip.setIo0(false);
    await host.command(OP.MEM_END, words(0, STUB_ENTRY + 5000));
    await host.said("rst:0x10 (RTCWDT_RTC_RESET),boot:0x13");
    expect(host.chip.program).toBe("from-flash");
  });
});

describe("the stub", () => {
  it("says OHAI, and answers a SYNC with the value 0", async () => {
    connect();
    await host.startStub();
    await host.send(OP.SYNC, new Uint8Array(36));
    for (let i = 0; i < 8; i++)
      expect(answerIn(await host.packet())).toEqual({ op: OP.SYNC, value: 0, status: okStub });
  });

  it("changes its rate after the answer", async () => {
    connect();
    await host.startStub();
    const rates: number[] = [];
    const transmit = host.chip.uart.transmit;
    host.chip.uart.transmit = (bytes) => {
      rates.push(host.chip.uart.baudRate);
      return transmit(bytes);
    };
    await host.command(OP.CHANGE_BAUDRATE, words(921_600, 115_200));
    await host.command(OP.READ_REG, words(0x4000_1000));
    expect(rates).toEqual([115_200, 921_600]);
  });

  it("writes what it inflates, of several blocks, and leaves the rest of the flash alone", async () => {
    connect();
    const { flash } = host.chip;
    flash.load(0x1_0000 - 1, Uint8Array.of(0x42));
    await host.startStub();
    const image = fillCode(100_000, 4);
    const packed = deflateSync(image);
    await host.command(
      OP.FLASH_DEFL_BEGIN,
      words(image.length, Math.ceil(packed.length / 0x4000), 0x4000, 0x1_0000),
    );
    for (let at = 0; at < packed.length; at += 0x4000)
      await host.block(OP.FLASH_DEFL_DATA, packed.subarray(at, at + 0x4000));
    expect((await host.command(OP.FLASH_DEFL_END, words(1))).status).toEqual(okStub);
    const digest = await host.command(OP.SPI_FLASH_MD5, words(0x1_0000, image.length, 0, 0));
    expect(digest.status).toEqual([...md5Of(image), 0, 0]);
    expect(flash.read(0x1_0000 - 1, 1)).toEqual(Uint8Array.of(0x42));
    expect(flash.read(0x1_0000 + image.length, 1)).toEqual(Uint8Array.of(0xff));
  });

  it("cuts the padding of the last block", async () => {
    connect();
    await host.startStub();
    await host.command(OP.FLASH_BEGIN, words(3, 1, 0x4000, 0));
    await host.block(OP.FLASH_DATA, Uint8Array.of(1, 2, 3, 0, 0));
    expect((await host.command(OP.FLASH_END, words(1))).status).toEqual(okStub);
    expect(host.chip.flash.read(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 0xff));
  });

  it("erases sectors, or everything", async () => {
    connect();
    host.chip.flash.load(0, new Uint8Array(0x4000));
    await host.startStub();
    expect((await host.command(OP.ERASE_REGION, words(0x1000, 0x1000))).status).toEqual(okStub);
    expect(host.chip.flash.read(0xfff, 3)).toEqual(Uint8Array.of(0, 0xff, 0xff));
    expect((await host.command(OP.ERASE_REGION, words(0x1001, 0x1000))).status).toEqual([0xc0, 0]);
    expect((await host.command(OP.ERASE_REGION, words(0x40_0000, 0x1000))).status).toEqual([0xc4, 0]);
    await host.command(OP.ERASE_FLASH);
    expect(host.chip.flash.read(0, 1)).toEqual(Uint8Array.of(0xff));
  });

  it("reads flash in packets, the next one when the last is acknowledged, and says their digest", async () => {
    connect();
    const content = fillCode(5000, 5);
    host.chip.flash.load(0x1000, content);
    await host.startStub();
    expect((await host.command(OP.READ_FLASH, words(0x1000, 5000, 0x1000, 1024))).status).toEqual(okStub);
    const first = await host.packet();
    expect(host.unexpected).toBe(0);
    await host.chip.receive(slipEncode(words(first.length)));
    const second = await host.packet();
    await host.chip.receive(slipEncode(words(5000)));
    expect(await host.packet()).toEqual(Uint8Array.from(md5Of(content)));
    expect(Uint8Array.from([...first, ...second])).toEqual(content);
    // And it hears commands again.
    expect((await host.command(OP.READ_REG, words(0x4000_1000))).value).toBe(0x00f0_1d83);
  });

  it("stops reading flash when the host says something else", async () => {
    connect();
    await host.startStub();
    await host.command(OP.READ_FLASH, words(0, 0x10_0000, 0x1000, 1024));
    await host.packet();
    await host.chip.receive(slipEncode(Uint8Array.of(1)));
    expect((await host.packet()).length).toBe(16);
    await host.sync();
  });

  it("says what is wrong", async () => {
    connect();
    await host.startStub();
    const block = words(4, 0, 0, 0, 0x1234_5678);
    expect((await host.command(OP.FLASH_DATA, block, 0)).status).toEqual([0xc6, 0]);
    expect((await host.command(OP.FLASH_END, words(1))).status).toEqual([0xc6, 0]);
    expect((await host.command(OP.FLASH_BEGIN, words(0x1000, 1, 0x4000, 0x40_0000))).status).toEqual([
      0xc4, 0,
    ]);
    await host.command(OP.FLASH_BEGIN, words(4, 1, 0x4000, 0));
    expect((await host.command(OP.FLASH_DEFL_DATA, block, 0)).status).toEqual([0xc6, 0]);
    expect((await host.command(OP.FLASH_DATA, block, 0)).status).toEqual([0xc1, 0]);
    expect((await host.command(OP.FLASH_DATA, words(5, 0, 0, 0, 0), 0xef)).status).toEqual([0xc2, 0]);
    expect((await host.command(OP.FLASH_END, words(1))).status).toEqual([0xc8, 0]);
    expect((await host.command(OP.SPI_FLASH_MD5, words(0x3f_ffff, 2, 0, 0))).status).toEqual([0xc4, 0]);
    expect((await host.command(OP.WRITE_REG, words(1, 2, 3))).status).toEqual([0xc8, 0]);
    expect(await host.command(0x77)).toEqual({ op: 0x77, value: 0, status: [0xc3, 0] });
  });

  it("says with the answer of the next command what went wrong after its last", async () => {
    connect();
    await host.startStub();
    await host.command(OP.FLASH_DEFL_BEGIN, words(1000, 1, 0x4000, 0));
    expect((await host.block(OP.FLASH_DEFL_DATA, Uint8Array.of(1, 2, 3, 4))).status).toEqual(okStub);
    expect((await host.command(OP.READ_REG, words(0))).status).toEqual([0xc7, 0]);
    expect((await host.command(OP.READ_REG, words(0))).status).toEqual(okStub);
  });

  it("refuses compressed data that is more, or less, than was announced", async () => {
    connect();
    await host.startStub();
    const packed = deflateSync(fillCode(2000, 6));
    await host.command(OP.FLASH_DEFL_BEGIN, words(1000, 1, 0x4000, 0));
    await host.block(OP.FLASH_DEFL_DATA, packed);
    expect((await host.command(OP.FLASH_DEFL_END, words(1))).status).toEqual([0xc9, 0]);
    await host.command(OP.FLASH_DEFL_BEGIN, words(3000, 1, 0x4000, 0));
    await host.block(OP.FLASH_DEFL_DATA, packed);
    expect((await host.command(OP.FLASH_DEFL_END, words(1))).status).toEqual([0xc8, 0]);
    await host.command(OP.FLASH_DEFL_BEGIN, words(2000, 2, 0x4000, 0));
    await host.block(OP.FLASH_DEFL_DATA, packed.subarray(0, 500));
    expect((await host.command(OP.FLASH_DEFL_END, words(1))).status).toEqual([0xc8, 0]);
    await host.command(OP.FLASH_DEFL_BEGIN, words(0, 0, 0x4000, 0));
    expect((await host.command(OP.FLASH_DEFL_END, words(1))).status).toEqual(okStub);
  });
});

describe("a chip with a fault", () => {
  it("that is silent does not answer, and works when it is not any more", async () => {
    connect();
    await host.sync();
    host.chip.faults.silent = true;
    await host.send(OP.READ_REG, words(0));
    await host.send(OP.CHANGE_BAUDRATE, words(921_600, 0));
    host.chip.faults.silent = false;
    await host.sync();
    expect(host.unexpected).toBe(0);
    expect(host.chip.uart.baudRate).toBe(921_600);
  });

  it("that talks nonsense sends no packet", async () => {
    connect();
    host.chip.faults.nonsense = true;
    const heard: number[] = [];
    host.chip.uart.transmit = async (bytes) => void heard.push(...bytes);
    await host.send(OP.READ_REG, words(0x4000_1000));
    await host.chip.receive(slipEncode(Uint8Array.of(0)));
    host.chip.faults.nonsense = false;
    expect(heard.length).toBeGreaterThan(0);
    expect(heard[0]).not.toBe(0xc0);
  });
});

describe("any host", () => {
  it("leaves a chip that starts again and answers, whatever it sent", async () => {
    connect();
    const ops = [...Object.values(OP), 0x00, 0x77, 0xff];
    const command = fc.record({
      op: fc.constantFrom(...ops),
      data: fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc
          .array(fc.constantFrom(0, 1, 3, 16, 0x1000, 0x4000, 0x40_0000, STUB_ENTRY, 0xffff_ffff), {
            maxLength: 8,
          })
          .map((values) => words(...values)),
      ),
      sum: fc.constantFrom(0, 0xef),
      noise: fc.uint8Array({ maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(command, { maxLength: 12 }), async (stub, commands) => {
        host.chip.start(true);
        host.forget();
        if (stub) await host.startStub();
        for (const { op, data, sum, noise } of commands) {
          await host.chip.receive(noise);
          await host.send(op, data, sum);
        }
        await settle();
        host.chip.start(true);
        host.forget();
        await host.sync();
      }),
      fuzzSettings(50),
    );
  });
});
