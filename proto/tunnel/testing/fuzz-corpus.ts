/**
 * Bytes that were once taken wrongly, or that only a hand finds. The fuzz test begins with them, each time.
 * Above: fuzz.test.ts. Below: nothing.
 */

/** Payloads, or whole messages for `message`, by the parser that they are for. */
export const CORPUS: readonly (readonly [why: string, parser: string, bytes: string | Uint8Array])[] = [
  ["a version that cannot become text", "HELLO", '{"v":{"toString":1,"valueOf":1}}'],
  ["a version of 60 KiB", "HELLO", `{"v":"${"9".repeat(60_000)}"}`],
  ["a prototype instead of fields", "HELLO", '{"__proto__":{"v":1,"role":"page"}}'],
  ["numbers beyond all integers", "HELLO", '{"v":1,"role":"page","instance":"a","windows":{"stream":1e999}}'],
  ["brackets to the depth of the frame", "OPEN", "[".repeat(65_536)],
  ["objects to the depth of the frame", "OPEN", '{"h":'.repeat(13_000)],
  ["half a character", "OPEN", '{"method":"\\ud800","path":"/","h":[]}'],
  ["a byte order mark", "OPEN", '\ufeff{"method":"POST","path":"/","h":[]}'],
  ["a list that only looks like one", "OPEN", '{"method":"POST","path":"/","h":{"length":1}}'],
  ["a status that is no integer", "HEADERS", '{"status":200.5,"h":[]}'],
  ["minus nothing", "GOAWAY", '{"last":-0,"code":-0,"text":""}'],
  // JavaScript reads infinity there, and writes null.
  ["a stream id beyond all numbers", "GOAWAY", '{"last":1E00309,"code":0,"text":""}'],
  ["a close code beyond all numbers", "GOAWAY", '{"last":0,"code":1e400,"text":""}'],
  ["a stream id between two numbers", "GOAWAY", '{"last":9007199254740993,"code":0,"text":""}'],
  [
    "a relay that counts beyond all numbers",
    "HELLO",
    '{"v":1,"role":"relay","instance":"a","windows":{"stream":65536,"connection":65536},"received":0,"dial":1e999}',
  ],
  [
    "a relay that counts in words",
    "HELLO",
    '{"v":1,"role":"relay","instance":"a","windows":{"stream":65536,"connection":65536},"received":0,"dial":"x"}',
  ],
  [
    "a position between two numbers",
    "HELLO",
    '{"v":1,"role":"page","instance":"a","windows":{"stream":65536,"connection":65536},"received":1e16,"dial":1}',
  ],
  ["a status beyond all numbers", "HEADERS", '{"status":1e999,"h":[]}'],
  ["a text cut in the middle of a character", "RST", Uint8Array.of(0, 0, 0, 1, 0xe2, 0x82)],
  ["a header and no payload", "message", Uint8Array.of(0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1)],
  ["a payload one byte too long", "message", Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 1)],
  ["the highest stream and every flag", "message", Uint8Array.of(0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 0xff)],
];
