/**
 * How DTR and RTS move to reset an ESP, into its firmware or into its boot loader.
 * Above: driver.ts, loader-transport.ts. Below: LineStep.
 * Specification: the usual circuit of two transistors (RTS alone holds EN low, DTR alone holds IO0 low), and esptool's reset strategies.
 *
 * Browsers set one line after the other whatever one asks for, so the order is written out. After each RTS comes the same DTR again: some
 * drivers of Windows (usbser.sys) send a change of RTS with the next DTR only.
 */

import type { LineStep } from "../base/serial-lender.ts";

/** Milliseconds in reset: longer than the capacitor at EN takes, also behind slow USB hubs. */
const IN_RESET_MS = 100;
/** Milliseconds that IO0 is held low after the reset: the ROM reads it within one. */
const HOLD_IO0_MS = 50;

/** Into the firmware. */
export const HARD_RESET: readonly LineStep[] = [
  { dtr: false },
  { rts: true },
  { dtr: false },
  { waitMs: IN_RESET_MS },
  { rts: false },
  { dtr: false },
];

/** Into the boot loader, by a USB-to-UART adapter. @param holdMs How long IO0 is held low: longer for boards with a large capacitor. */
export function intoBootLoader(holdMs = HOLD_IO0_MS): readonly LineStep[] {
  return [
    { dtr: false },
    { rts: true },
    { dtr: false },
    { waitMs: IN_RESET_MS },
    { dtr: true },
    { rts: false },
    { dtr: true },
    { waitMs: holdMs },
    { dtr: false },
  ];
}

/** Into the boot loader, by the chip's own USB: a state machine in it watches the lines. */
export const INTO_BOOT_LOADER_BY_USB: readonly LineStep[] = [
  { rts: false },
  { dtr: false },
  { waitMs: 100 },
  { dtr: true },
  { rts: false },
  { waitMs: 100 },
  { rts: true },
  { dtr: false },
  { rts: true },
  { waitMs: 100 },
  { rts: false },
  { dtr: false },
];
