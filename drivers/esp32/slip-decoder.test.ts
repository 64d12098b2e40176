import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings, fuzzTimeoutMs } from "../../proto/tunnel/testing/fuzz.ts";
import {
  MAX_PACKET_BYTES,
  MAX_TEXT_BYTES,
  MAX_WAITING_PACKETS,
  SlipDecoder,
  slipEncode,
} from "./slip-decoder.ts";

function all(decoder: SlipDecoder): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let next = decoder.shift(); next !== undefined; next = decoder.shift()) packets.push(next);
  return packets;
}

const text = (decoder: SlipDecoder) => new TextDecoder().decode(decoder.text);

describe("SlipDecoder", () => {
  it("gives back every packet that was encoded, however the stream is cut", {
    timeout: fuzzTimeoutMs(),
  }, () => {
    const packet = fc.uint8Array({ minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (packets, cut) => {
        const decoder = new SlipDecoder();
        const stream = packets.flatMap((bytes) => [...slipEncode(bytes)]);
        for (let at = 0; at < stream.length; at += cut) {
          decoder.push(Uint8Array.from(stream.slice(at, at + cut)));
        }
        expect(all(decoder)).toEqual(packets);
        expect(decoder.text).toHaveLength(0);
      }),
      fuzzSettings(),
    );
  });

  it("keeps what a chip prints between packets apart", () => {
    const decoder = new SlipDecoder();
    const boot = new TextEncoder().encode("rst:0x1,boot:0x3\r\nwaiting for download\r\n");
    decoder.push(boot);
    decoder.push(slipEncode(Uint8Array.of(1, 2, 3)));
    decoder.push(boot);
    expect(all(decoder)).toEqual([Uint8Array.of(1, 2, 3)]);
    expect(text(decoder)).toMatch(/^rst:0x1[\s\S]*waiting for download\r\nrst:0x1/);
  });

  it("takes an end that begins nothing for noise", () => {
    const decoder = new SlipDecoder();
    decoder.push(Uint8Array.of(0xc0));
    decoder.push(slipEncode(Uint8Array.of(7)));
    expect(all(decoder)).toEqual([Uint8Array.of(7)]);
  });

  it("drops a packet with an escape of nothing, and one that never ends", () => {
    const decoder = new SlipDecoder();
    decoder.push(Uint8Array.of(0xc0, 1, 0xdb, 9));
    decoder.push(slipEncode(Uint8Array.of(2)));
    expect(all(decoder)).toEqual([Uint8Array.of(2)]);
    decoder.push(Uint8Array.of(0xc0));
    decoder.push(new Uint8Array(MAX_PACKET_BYTES + 1));
    decoder.push(slipEncode(Uint8Array.of(3)));
    expect(all(decoder)).toEqual([Uint8Array.of(3)]);
  });

  it("keeps only the newest of what nobody takes", () => {
    const decoder = new SlipDecoder();
    for (let n = 0; n < MAX_WAITING_PACKETS + 2; n++)
      decoder.push(slipEncode(Uint8Array.of(n & 0xff, n >> 8)));
    const packets = all(decoder);
    expect(packets).toHaveLength(MAX_WAITING_PACKETS);
    expect(packets[0]).toEqual(Uint8Array.of(2, 0));
    decoder.push(new Uint8Array(3 * MAX_TEXT_BYTES).fill(0x61));
    decoder.push(Uint8Array.of(0x62));
    expect(text(decoder)).toBe(`${"a".repeat(MAX_TEXT_BYTES - 1)}b`);
  });

  it("forgets everything when it is cleared, also half a packet", () => {
    const decoder = new SlipDecoder();
    decoder.push(Uint8Array.of(0x61, 0xc0, 1, 0xdb));
    decoder.clear();
    decoder.push(slipEncode(Uint8Array.of(5)));
    expect(all(decoder)).toEqual([Uint8Array.of(5)]);
    expect(decoder.text).toHaveLength(0);
  });
});
