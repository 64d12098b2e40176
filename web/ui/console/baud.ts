/**
 * Baud rates: those that people use, and the check of one that is written.
 * Above: port-lines.ts. Below: nothing. Specification: the bounds are those of drivers/pyserial's `baudrate`.
 */

/** From modems to USB bridges; 74880 is what ESP8266 chips boot with, 250000 is DMX and 3D printers, 31250 MIDI, 1500000 Rockchip. */
export const BAUD_RATES = [
  300, 1_200, 2_400, 4_800, 9_600, 19_200, 31_250, 38_400, 57_600, 74_880, 115_200, 230_400, 250_000, 460_800,
  500_000, 921_600, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 4_000_000,
] as const;

export const MAX_BAUD_RATE = 50_000_000;

export type BaudCheck = { readonly rate: number } | { readonly problem: string };

/** `115200`, `115 200`, `115.2k`, `1.5M`. */
export function parseBaud(text: string): BaudCheck {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)([kKM]?)$/.exec(text.replaceAll(/[\s_,']/g, "")) ?? [];
  if (digits === "") return { problem: "Write a baud rate as a number, such as 115200 or 1.5M." };
  const rate =
    Math.round(Number(digits) * (unit === "" ? 1 : unit === "M" ? 1_000_000 : 1_000) * 1000) / 1000;
  if (!Number.isInteger(rate)) return { problem: "Write a whole number of bauds, such as 115200." };
  if (rate < 1) return { problem: "Write a baud rate of at least 1." };
  if (rate > MAX_BAUD_RATE) return { problem: `Write a baud rate of at most ${MAX_BAUD_RATE}.` };
  return { rate };
}
