import { describe, expect, it } from "vitest";
import { HexRows, hexLine } from "./hex-rows.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

function lines(rows: HexRows): string[] {
  return Array.from({ length: rows.end - rows.first }, (_, index) => {
    const row = rows.row(rows.first + index);
    return row === undefined ? "nothing" : hexLine(row);
  });
}

describe("HexRows", () => {
  it("fills rows of sixteen, however the bytes come", () => {
    const rows = new HexRows();
    for (const byte of utf8("Hello, hex view!\r\n\x00")) rows.add("in", Uint8Array.of(byte), 1);
    rows.add("in", Uint8Array.of(0xff, 0x7f), 2);
    expect(lines(rows)).toEqual([
      "< 00000000  48 65 6c 6c 6f 2c 20 68  65 78 20 76 69 65 77 21  |Hello, hex view!|",
      "< 00000010  0d 0a 00 ff 7f                                    |.....|",
    ]);
  });

  it("begins a row when the direction changes, and counts each direction for itself", () => {
    const rows = new HexRows();
    rows.add("in", utf8("login: "), 1);
    rows.add("out", utf8("root\r"), 2);
    rows.add("in", utf8("root"), 3);
    rows.add("out", utf8("x"), 4);
    expect(lines(rows).map((line) => line.replaceAll(/ {3,}/g, " "))).toEqual([
      "< 00000000  6c 6f 67 69 6e 3a 20 |login: |",
      "> 00000000  72 6f 6f 74 0d |root.|",
      "< 00000007  72 6f 6f 74 |root|",
      "> 00000005  78 |x|",
    ]);
    expect([0, 1, 2, 3].map((row) => rows.row(row)?.at)).toEqual([1, 2, 3, 4]);
  });

  it("keeps the offsets right where bytes are missing", () => {
    const rows = new HexRows();
    rows.add("in", utf8("a"), 1);
    rows.skip(0x100);
    rows.add("in", utf8("b"), 2);
    expect(rows.row(1)).toMatchObject({ offset: 0x101 });
  });

  it("keeps the newest rows, and no others", () => {
    const rows = new HexRows(4);
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
    rows.add("in", bytes, 1);
    expect([rows.first, rows.end]).toEqual([3, 7]);
    expect(rows.row(2)).toBeUndefined();
    expect(rows.row(7)).toBeUndefined();
    expect(rows.row(3)).toMatchObject({ offset: 48, bytes: bytes.slice(48, 64) });
    expect(rows.row(6)).toMatchObject({ offset: 96, bytes: bytes.slice(96) });
  });
});
