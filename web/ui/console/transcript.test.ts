import { describe, expect, it } from "vitest";
import { type Cursor, MERGE_BYTES, MERGE_MS, type Piece, Transcript } from "./transcript.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const shown = (piece: Piece) =>
  piece.kind === "remark"
    ? `(${piece.text})`
    : piece.kind === "lost"
      ? `(lost ${piece.bytes})`
      : `${piece.kind}@${piece.at}:${new TextDecoder().decode(piece.bytes)}`;

/** Reads on until there is nothing more. */
function reader(transcript: Transcript, from: Cursor = transcript.start) {
  let cursor = from;
  return (most = 1024) => {
    const part = transcript.read(cursor, most);
    cursor = part.next;
    return [...(part.missed > 0 ? [`missed ${part.missed}`] : []), ...part.pieces.map(shown)];
  };
}

describe("Transcript", () => {
  it("gives a reader everything once, in order, with remarks where they belong", () => {
    const transcript = new Transcript();
    const read = reader(transcript);
    transcript.add("in", utf8("login: "), 100);
    transcript.add("out", utf8("root\r"), 200);
    transcript.lost(12, 250);
    transcript.remark("closed", 300);
    expect(read()).toEqual(["in@100:login: ", "out@200:root\r", "(lost 12)", "(closed)"]);
    expect(read()).toEqual([]);
    transcript.add("in", utf8("more"), 400);
    expect(read()).toEqual(["in@400:more"]);
  });

  it("joins what comes close together, also under a reader that has read the beginning", () => {
    const transcript = new Transcript();
    const read = reader(transcript);
    transcript.add("in", utf8("a"), 100);
    expect(read()).toEqual(["in@100:a"]);
    transcript.add("in", utf8("b"), 100 + MERGE_MS - 1);
    expect(read()).toEqual(["in@100:b"]);
    transcript.add("in", utf8("c"), 100 + MERGE_MS);
    expect(read()).toEqual(["in@105:c"]);
    expect(reader(transcript)()).toEqual(["in@100:ab", "in@105:c"]);
  });

  it("lets no piece grow without end, and joins no two directions", () => {
    const transcript = new Transcript();
    transcript.add("in", new Uint8Array(MERGE_BYTES), 1);
    transcript.add("in", utf8("x"), 1);
    transcript.add("out", utf8("y"), 1);
    expect(reader(transcript)(10_000).slice(1)).toEqual(["in@1:x", "out@1:y"]);
  });

  it("hands out a large piece in parts", () => {
    const transcript = new Transcript();
    transcript.add("in", utf8("abcdefgh"), 1);
    const read = reader(transcript);
    expect([read(3), read(3), read(3), read(3)]).toEqual([["in@1:abc"], ["in@1:def"], ["in@1:gh"], []]);
  });

  it("keeps the newest bytes within its bound, and tells a reader what it has missed", () => {
    const transcript = new Transcript({ bytes: 10, pieces: 100 });
    const read = reader(transcript);
    for (let n = 0; n < 5; n += 1) transcript.add("in", utf8(`${n}${n}${n}${n}`), n * 1000);
    expect(transcript.bytes).toBe(8);
    expect(read()).toEqual(["missed 12", "in@3000:3333", "in@4000:4444"]);
    expect(read()).toEqual([]);
  });

  it("keeps no more pieces than its bound, however small they are", () => {
    const transcript = new Transcript({ bytes: 1000, pieces: 3 });
    for (let n = 0; n < 5000; n += 1) transcript.remark(String(n), n);
    expect(reader(transcript)()).toEqual(["(4997)", "(4998)", "(4999)"]);
  });

  it("keeps a piece that is larger than its bound, for it is the newest", () => {
    const transcript = new Transcript({ bytes: 4, pieces: 3 });
    transcript.add("in", utf8("abcdefgh"), 1);
    expect(reader(transcript)()).toEqual(["in@1:abcdefgh"]);
  });

  it("forgets on request, and goes on for who reads", () => {
    const transcript = new Transcript();
    const read = reader(transcript);
    transcript.add("in", utf8("before"), 1);
    read();
    transcript.clear();
    expect(transcript.empty).toBe(true);
    expect(read()).toEqual([]);
    transcript.add("in", utf8("after"), 2);
    expect(read()).toEqual(["in@2:after"]);
    expect(reader(transcript)()).toEqual(["in@2:after"]);
  });

  it("has all of one direction for a file", () => {
    const transcript = new Transcript();
    transcript.add("in", utf8("a"), 1);
    transcript.add("out", utf8("x"), 2);
    transcript.add("in", utf8("b"), 3);
    expect(transcript.all("in").map((bytes) => new TextDecoder().decode(bytes))).toEqual(["a", "b"]);
  });

  it("tells its readers, until they have gone", () => {
    const transcript = new Transcript();
    const gone = new AbortController();
    let told = 0;
    transcript.subscribe(() => (told += 1), { signal: gone.signal });
    transcript.add("in", utf8("a"), 1);
    gone.abort();
    transcript.add("in", utf8("b"), 2);
    expect(told).toBe(1);
  });
});
