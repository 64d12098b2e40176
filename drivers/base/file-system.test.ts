import { describe, expect, it } from "vitest";
import { type SyncAccessHandle, writeAll, writeSome } from "./file-system.ts";

/** A file whose `write` answers, or fails, like this. */
const file = (write: SyncAccessHandle["write"]): Pick<SyncAccessHandle, "write"> => ({ write });

const CHUNK = new Uint8Array(1000);

describe("writeSome()", () => {
  it("says how many bytes are in the file", () => {
    expect(
      writeSome(
        file((chunk) => chunk.length),
        CHUNK,
        { at: 0 },
      ),
    ).toBe(1000);
    expect(
      writeSome(
        file(() => 7),
        CHUNK,
        { at: 0 },
      ),
    ).toBe(7);
  });

  it("says none when there is no room, in each way that browsers say it", () => {
    const full = (): never => {
      throw new DOMException("no room", "QuotaExceededError");
    };
    expect(writeSome(file(full), CHUNK, { at: 0 })).toBe(0);
    expect(
      writeSome(
        file(() => 2 ** 32 - 8),
        CHUNK,
        { at: 0 },
      ),
    ).toBe(0);
    expect(
      writeSome(
        file(() => -8),
        CHUNK,
        { at: 0 },
      ),
    ).toBe(0);
  });

  it("fails with everything else", () => {
    const closed = (): never => {
      throw new DOMException("closed", "InvalidStateError");
    };
    expect(() => writeSome(file(closed), CHUNK, { at: 0 })).toThrow("closed");
  });
});

describe("writeAll()", () => {
  it("goes on until all of it is in the file, each part at its place", () => {
    const parts: [number, number | undefined][] = [];
    const write: SyncAccessHandle["write"] = (chunk, options) => {
      parts.push([chunk.length, options?.at]);
      return Math.min(chunk.length, 400);
    };
    writeAll(file(write), CHUNK, { at: 50 });
    expect(parts).toEqual([
      [1000, 50],
      [600, 450],
      [200, 850],
    ]);
  });

  it("fails as the platform does when there is no more room", () => {
    expect(() =>
      writeAll(
        file(() => 0),
        CHUNK,
        { at: 0 },
      ),
    ).toThrow(expect.objectContaining({ name: "QuotaExceededError" }));
  });
});
