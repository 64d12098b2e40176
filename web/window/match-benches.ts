/**
 * Which saved bench a plugged device belongs to: as the person chose it, or as the configuration names it.
 * Above: board-desk.ts. Below: nothing; a pure rule.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { Board } from "../boards/board.ts";
import type { SavedBench } from "../store/saved-bench.ts";

export interface BoardOfBench {
  readonly board: Board;
  /** Undefined: no bench has it. */
  readonly bench: SavedBench | undefined;
}

/**
 * Each wish of a bench takes one device, so that of two identical adapters the second is new.
 *
 * @param benches The one that counts first, first.
 */
export function matchBenches(
  boards: readonly Board[],
  benches: readonly SavedBench[],
): readonly BoardOfBench[] {
  const wishes = benches.flatMap((bench) => wishesOf(bench).map((fits) => ({ bench, fits })));
  return boards.map((board) => {
    const index = wishes.findIndex(({ fits }) => fits(board));
    const [wish] = index < 0 ? [] : wishes.splice(index, 1);
    return { board, bench: wish?.bench };
  });
}

type Wish = (board: Board) => boolean;

/** `hwgrep://10c4:ea60`, and the `probe: 0d28:0204` of a probe. */
const IDS_IN_TEXT = /(?:hwgrep:\/\/|probe:\s*["']?)([0-9a-f]{4}:[0-9a-f]{4})/gi;

function wishesOf({ bindings, yaml }: SavedBench): readonly Wish[] {
  const chosen = Object.values(bindings);
  const named = [...yaml.matchAll(IDS_IN_TEXT)]
    .map(([, ids = ""]) => ids.toLowerCase())
    // A choice made by hand says the same once more.
    .filter((ids) => !chosen.some((device) => idsOf(device) === ids));
  return [
    ...chosen.map(
      (device): Wish =>
        (board) =>
          isChosen(device, board),
    ),
    ...named.map(
      (ids): Wish =>
        (board) =>
          board.usbId === ids,
    ),
  ];
}

function isChosen(device: RememberedPort, board: Board): boolean {
  if (idsOf(device) !== board.usbId) return false;
  const { usbSerialNumber } = device;
  return usbSerialNumber === undefined || usbSerialNumber === board.device.usbSerialNumber;
}

function idsOf({ usbVendorId, usbProductId }: RememberedPort): string | undefined {
  if (usbVendorId === undefined || usbProductId === undefined) return undefined;
  return `${hex4(usbVendorId)}:${hex4(usbProductId)}`;
}

function hex4(id: number): string {
  return id.toString(16).padStart(4, "0");
}
