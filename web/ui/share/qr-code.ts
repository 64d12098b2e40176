/**
 * A QR code as one SVG path, so that it is as sharp as the screen.
 * Above: qr-dialog.ts. Below: uqr, which comes only when somebody wants to see a code.
 * Specification: ISO/IEC 18004 wants four modules of quiet zone around it, and dark on light.
 */

export interface QrCode {
  /** Modules on a side, quiet zone included. */
  readonly size: number;
  /** Of the dark modules, in units of one module. */
  readonly path: string;
}

const QUIET_ZONE = 4;

/** A code that a phone reads off a screen. 15 % of it may be covered by a reflection. */
export async function qrCode(text: string): Promise<QrCode> {
  const { encode } = await import("uqr");
  const { size, data } = encode(text, { ecc: "M", border: QUIET_ZONE });
  return { size, path: darkRuns(data) };
}

/** Each run of dark modules in a row as one rectangle: no hairlines between them. */
export function darkRuns(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue;
      const start = x;
      while (row[x + 1] === true) x++;
      path += `M${start} ${y}h${x - start + 1}v1H${start}z`;
    }
  }
  return path;
}
