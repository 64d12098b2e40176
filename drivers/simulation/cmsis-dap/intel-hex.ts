/**
 * Intel HEX as a probe's firmware reads it: data, extended addresses, an end. For simulated probes.
 * Above: dap-link.ts. Below: nothing. Specification: Intel Hexadecimal Object File Format, revision A.
 */

export interface HexSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Undefined: it is none, or it is damaged. */
export function readIntelHex(text: string): HexSegment[] | undefined {
  const segments: HexSegment[] = [];
  let base = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    if (!/^:(?:[0-9a-fA-F]{2}){5,}$/.test(line)) return undefined;
    const record = Uint8Array.from(line.slice(1).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const [count = 0, high = 0, low = 0, type = 0] = record;
    const data = record.subarray(4, -1);
    if (data.length !== count || record.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) return undefined;
    const word = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    if (type === 0) segments.push({ address: base + ((high << 8) | low), bytes: data });
    else if (type === 1) return segments;
    else if (type === 2) base = word * 16;
    else if (type === 4) base = word * 2 ** 16;
    else if (type !== 3 && type !== 5) return undefined;
  }
  return undefined;
}
