import { describe, expect, it } from "vitest";
import { readFirmware } from "./firmware-file.ts";
import { readIntelHex } from "./intel-hex.ts";
import { elfFile } from "./testing/elf-file.ts";

describe("readFirmware()", () => {
  it("takes what is neither ELF nor Intel HEX for a binary", () => {
    const bytes = Uint8Array.of(0, 0x20, 0, 0x20, 0xc1, 0, 0, 0);
    expect(readFirmware(bytes)).toEqual({
      kind: "binary",
      segments: [{ address: 0, bytes }],
      relative: true,
      stream: { hex: false, bytes },
    });
  });

  it("gives the probe an Intel HEX file as it is", () => {
    const bytes = new TextEncoder().encode(":0400000001020304F2\n:00000001FF\n");
    const { kind, segments, stream } = readFirmware(bytes);
    expect(kind).toBe("Intel HEX");
    expect(segments).toEqual([{ address: 0, bytes: Uint8Array.of(1, 2, 3, 4) }]);
    expect(stream).toEqual({ hex: true, bytes });
  });

  it("gives the probe the segments of an ELF file as Intel HEX, at their physical addresses", () => {
    const segments = [
      { address: 0x100, bytes: Uint8Array.of(1, 2, 3) },
      { address: 0x0800_0000, bytes: Uint8Array.of(4) },
    ];
    const file = readFirmware(elfFile(segments));
    expect(file.kind).toBe("ELF");
    expect(file.segments).toEqual(segments);
    expect(readIntelHex(new TextDecoder().decode(file.stream.bytes))).toEqual(segments);
  });

  const elf = elfFile([{ address: 0, bytes: Uint8Array.of(1, 2, 3) }]);
  it.each([
    ["an empty file", new Uint8Array(), /empty/],
    ["an ELF file of 64 bits", elf.with(4, 2), /32-bit/],
    ["an ELF file with nothing to load", elfFile([]), /nothing to load/],
    ["an Intel HEX file without data", new TextEncoder().encode(":00000001FF\n"), /no data/],
  ])("refuses %s", (_, bytes, words) => {
    expect(() => readFirmware(bytes)).toThrow(words);
  });

  it("refuses an ELF file that is cut anywhere", () => {
    for (let length = 4; length < elf.length; length += 1) {
      expect(() => readFirmware(elf.subarray(0, length)), `${length} bytes`).toThrow(
        /shorter|nothing to load/,
      );
    }
  });
});
