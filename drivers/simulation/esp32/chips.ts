/**
 * What tells one chip of Espressif's from another: identification, fuses, registers, and what its ROM prints.
 * Above: registers.ts, the boot loader and the ROM. Below: nothing.
 * Specification: the chips' technical reference manuals, and esptool's targets.
 */

export type ChipName = "ESP32" | "ESP32-C3" | "ESP32-S3";

export interface Chip {
  readonly name: ChipName;
  /** The number that an image's header has to carry. */
  readonly imageChipId: number;
  /** Answer of GET_SECURITY_INFO; the first ESP32 does not know the command. */
  readonly securityInfoChipId: number | undefined;
  /** Where the ROM expects the second stage boot loader. */
  readonly bootLoaderOffset: number;
  /** Contents of registers that never change, by address; fuses among them. */
  readonly registers: (mac: MacAddress) => ReadonlyMap<number, number>;
  /** Where the divider of the UART's clock is, and that clock in hertz; undefined: the ROM's host does not ask. */
  readonly uartClock: { readonly register: number; readonly hertz: number } | undefined;
  readonly spi: SpiRegisters;
  /** RAM that a host may load, from and to without the end. */
  readonly ram: readonly (readonly [number, number])[];
  readonly boot: BootWords;
}

/** Six bytes. */
export type MacAddress = readonly [number, number, number, number, number, number];

/** Offsets in the SPI controller of the flash. */
export interface SpiRegisters {
  readonly base: number;
  readonly usr: number;
  readonly usr1: number;
  readonly usr2: number;
  readonly mosiLength: number;
  readonly misoLength: number;
  readonly data: number;
}

/** What the ROM says on its way. */
export interface BootWords {
  readonly banner: string;
  readonly resets: Readonly<Record<"power-on" | "watchdog" | "software", string>>;
  readonly fromFlash: string;
  readonly download: string;
}

/** The register by which hosts told chips apart before there was a command for it. */
export const MAGIC_REGISTER = 0x4000_1000;

const LATER_SPI: SpiRegisters = {
  base: 0x6000_2000,
  usr: 0x18,
  usr1: 0x1c,
  usr2: 0x20,
  mosiLength: 0x24,
  misoLength: 0x28,
  data: 0x58,
};

export const CHIPS: Readonly<Record<ChipName, Chip>> = {
  ESP32: {
    name: "ESP32",
    imageChipId: 0,
    securityInfoChipId: undefined,
    bootLoaderOffset: 0x1000,
    registers: (mac) =>
      new Map([
        [MAGIC_REGISTER, 0x00f0_1d83],
        [0x3ff5_a004, macLow(mac)],
        [0x3ff5_a008, macHigh(mac)],
        // Revision bit 0, rated for 240 MHz, package 1: ESP32-D0WD.
        [0x3ff5_a00c, (1 << 15) | (1 << 13) | (1 << 9)],
        [0x3ff5_a010, 0],
        // Revision bit 1.
        [0x3ff5_a014, 1 << 20],
        [0x3ff5_a018, 0],
        // Revision bit 2, in the date of the APB controller.
        [0x3ff6_607c, 0x9604_2000],
      ]),
    uartClock: { register: 0x3ff4_0014, hertz: 40_000_000 },
    spi: {
      base: 0x3ff4_2000,
      usr: 0x1c,
      usr1: 0x20,
      usr2: 0x24,
      mosiLength: 0x28,
      misoLength: 0x2c,
      data: 0x80,
    },
    ram: [
      [0x3ffa_e000, 0x4000_0000],
      [0x4008_0000, 0x400c_2000],
    ],
    boot: {
      banner: "ets Jul 29 2019 12:21:46",
      resets: {
        "power-on": "0x1 (POWERON_RESET)",
        watchdog: "0x10 (RTCWDT_RTC_RESET)",
        software: "0xc (SW_CPU_RESET)",
      },
      fromFlash: "0x13 (SPI_FAST_FLASH_BOOT)",
      download: "0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))",
    },
  },
  "ESP32-C3": {
    name: "ESP32-C3",
    imageChipId: 5,
    securityInfoChipId: 5,
    bootLoaderOffset: 0,
    registers: (mac) =>
      new Map([
        [MAGIC_REGISTER, 0x1b31_506f],
        [0x6000_8844, macLow(mac)],
        [0x6000_8848, macHigh(mac)],
        // Package QFN32, minor revision 4, flash outside.
        [0x6000_8850, 4 << 18],
        [0x6000_8854, 0],
        [0x6000_8858, 0],
      ]),
    uartClock: undefined,
    spi: LATER_SPI,
    ram: [
      [0x3fc8_0000, 0x3fce_0000],
      [0x4037_c000, 0x403e_0000],
    ],
    boot: {
      banner: "ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021",
      resets: {
        "power-on": "0x1 (POWERON)",
        watchdog: "0x10 (RTCWDT_RTC_RST)",
        software: "0xc (RTC_SW_CPU_RST)",
      },
      fromFlash: "0xc (SPI_FAST_FLASH_BOOT)",
      download: "0x4 (DOWNLOAD(USB/UART0/1))",
    },
  },
  "ESP32-S3": {
    name: "ESP32-S3",
    imageChipId: 9,
    securityInfoChipId: 9,
    bootLoaderOffset: 0,
    registers: (mac) =>
      new Map([
        [MAGIC_REGISTER, 0x0000_0009],
        [0x6000_7044, macLow(mac)],
        [0x6000_7048, macHigh(mac)],
        // Package QFN56, minor revision 2, flash outside.
        [0x6000_7050, 2 << 18],
        [0x6000_7054, 0],
        [0x6000_7058, 0],
        [0x6000_706c, 0],
      ]),
    uartClock: undefined,
    spi: LATER_SPI,
    ram: [
      [0x3fc8_8000, 0x3fd0_0000],
      [0x4037_0000, 0x403e_2000],
    ],
    boot: {
      banner: "ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021",
      resets: {
        "power-on": "0x1 (POWERON)",
        watchdog: "0x10 (RTCWDT_RTC_RST)",
        software: "0xc (RTC_SW_CPU_RST)",
      },
      fromFlash: "0x8 (SPI_FAST_FLASH_BOOT)",
      download: "0x0 (DOWNLOAD(USB/UART0))",
    },
  },
};

function macLow([, , a, b, c, d]: MacAddress): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function macHigh([a, b]: MacAddress): number {
  return (a << 8) | b;
}
