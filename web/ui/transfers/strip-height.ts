/**
 * How much of the page the strip of transfers takes: what is sticky below it leaves room, also before the strip itself is loaded.
 * Above: transfer-strip.ts, app.ts, web/guest. Below: nothing.
 */

/** Three: the strip must not cover what one looks at. The cards show all. */
export const MOST_SHOWN = 3;

/** Of one transfer in a wide page, in rem. */
const TRANSFER_HEIGHT_REM = 4.25;

/** As CSS. */
export function stripHeight(transfers: number): string {
  return `${Math.min(transfers, MOST_SHOWN) * TRANSFER_HEIGHT_REM}rem`;
}
