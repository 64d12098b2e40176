import { describe, expect, it } from "vitest";
import { type SyncAccessHandle, writeSome } from "./file-system.ts";

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
