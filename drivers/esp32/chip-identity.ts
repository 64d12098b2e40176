/**
 * What a chip says of itself, in the words of Python's esptool: scripts compare them.
 * Above: esp-chip.ts. Below: ESPLoader's registers.
 * Specification: get_chip_description and get_chip_features of esptool 5, which esptool-js words differently.
 */

import type { ESPLoader } from "esptool-js";

export interface ChipIdentity {
  /** "ESP32-D0WD-V3 (revision v3.1)". */
  readonly chip: string;
  /** "Wi-Fi, BT, Dual Core + LP Core, 240MHz, Coding Scheme None". */
  readonly features: string;
  /** "5c:01:3b:68:ab:0c". */
  readonly mac: string;
}

export async function identifyChip(loader: ESPLoader): Promise<ChipIdentity> {
  const mac = await loader.chip.readMac(loader);
  if (loader.chip.CHIP_NAME === "ESP32") return { ...(await identifyEsp32(loader)), mac };
  const chip = await loader.chip.getChipDescription(loader);
  const features = (await loader.chip.getChipFeatures(loader)).map((feature) => feature.trim());
  return { chip, features: inPythonsWords(loader.chip.CHIP_NAME, features).join(", "), mac };
}

/** How many features esptool-js has for what the chips of a name have in common, and Python's words for it. */
const COMMON: Readonly<Record<string, { readonly instead: number; readonly features: readonly string[] }>> = {
  "ESP32-C2": { instead: 2, features: ["Wi-Fi", "BT 5 (LE)", "Single Core", "120MHz"] },
  "ESP32-C3": { instead: 2, features: ["Wi-Fi", "BT 5 (LE)", "Single Core", "160MHz"] },
  "ESP32-C6": {
    instead: 3,
    features: ["Wi-Fi 6", "BT 5 (LE)", "IEEE802.15.4", "Single Core + LP Core", "160MHz"],
  },
  "ESP32-P4": { instead: 1, features: ["Dual Core + LP Core", "400MHz"] },
  "ESP32-S2": { instead: 1, features: ["Wi-Fi", "Single Core", "240MHz"] },
  "ESP32-S3": { instead: 2, features: ["Wi-Fi", "BT 5 (LE)", "Dual Core + LP Core", "240MHz"] },
};

function inPythonsWords(name: string, features: readonly string[]): readonly string[] {
  const common = COMMON[name];
  return common === undefined ? features : [...common.features, ...features.slice(common.instead)];
}

/** Addresses of the fuses, and of the register whose top bit belongs to the revision. */
const EFUSES = 0x3ff5_a000;
const APB_DATE = 0x3ff6_607c;

async function identifyEsp32(loader: ESPLoader): Promise<Omit<ChipIdentity, "mac">> {
  const fuse = (word: number) => loader.readReg(EFUSES + 4 * word);
  const [word3, word4] = [await fuse(3), await fuse(4)];
  const [word5, word6] = [await fuse(5), await fuse(6)];
  const date = await loader.readReg(APB_DATE);
  const steps = ((word3 >>> 15) & 1) | (((word5 >>> 20) & 1) << 1) | ((date >>> 31) << 2);
  const major = { 1: 1, 3: 2, 7: 3 }[steps] ?? 0;
  const minor = (word5 >>> 24) & 3;
  const kind = ((word3 >>> 9) & 7) | (((word3 >>> 2) & 1) << 3);
  const single = (word3 & 1) !== 0;
  const features = [
    "Wi-Fi",
    ...((word3 & 2) === 0 ? ["BT"] : []),
    single ? "Single Core + LP Core" : "Dual Core + LP Core",
    ...((word3 & (1 << 13)) === 0 ? [] : [(word3 & (1 << 12)) === 0 ? "240MHz" : "160MHz"]),
    ...([2, 4, 5, 6].includes(kind) ? ["Embedded Flash"] : []),
    ...(kind === 6 ? ["Embedded PSRAM"] : []),
    ...(((word4 >>> 8) & 0x1f) === 0 ? [] : ["Vref calibration in eFuse"]),
    ...(((word3 >>> 14) & 1) === 0 ? [] : ["BLK3 partially reserved"]),
    `Coding Scheme ${["None", "3/4", "Repeat (UNSUPPORTED)", "None (may contain encoding data)"][word6 & 3]}`,
  ];
  return {
    chip: `${esp32Name(kind, { single, third: major === 3 })} (revision v${major}.${minor})`,
    features: features.join(", "),
  };
}

function esp32Name(kind: number, { single, third }: { single: boolean; third: boolean }): string {
  const cores = single ? "ESP32-S0WD" : "ESP32-D0WD";
  const suffix = third && !single ? "-V3" : "";
  switch (kind) {
    case 0:
      return `${cores}Q6${suffix}`;
    case 1:
      return `${cores}${suffix}`;
    case 2:
      return "ESP32-D2WD";
    case 4:
      return "ESP32-U4WDH";
    case 5:
      return third ? "ESP32-PICO-V3" : "ESP32-PICO-D4";
    case 6:
      return "ESP32-PICO-V3-02";
    case 7:
      return "ESP32-D0WDR2-V3";
    default:
      return "Unknown ESP32";
  }
}
