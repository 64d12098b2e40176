import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import { StoredHash, sha256OfBlob } from "./stored-hash.ts";

/** Store the chunks, and hash them on the way. */
async function hashOf(chunks: readonly Uint8Array[], maxWholeBytes: number) {
  const bytes = Buffer.concat(chunks);
  let size = 0;
  let turns = 0;
  const hash = new StoredHash(
    {
      read(buffer, { at }) {
        expect(at + buffer.length, "only what is stored").toBeLessThanOrEqual(size);
        return bytes.copy(buffer, 0, at, at + buffer.length);
      },
    },
    {
      maxWholeBytes,
      async nextTurn() {
        turns += 1;
      },
    },
  );
  for (const chunk of chunks) {
    size += chunk.length;
    await hash.follow(chunk, size);
  }
  return { sha256: await hash.digest(size), turns };
}

const expected = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("the hash of what is stored", () => {
  it("is that of all bytes, however they come, and wherever a file stops being small", async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(300), async (chunks, maxWholeBytes) => {
        const { sha256 } = await hashOf(chunks, maxWholeBytes);
        expect(sha256).toBe(expected(Buffer.concat(chunks)));
      }),
      fuzzSettings(),
    );
  });

  it("has caught up when twice as much has come as was hashed in one go", async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => new Uint8Array(1000).fill(index));
    expect(await hashOf(chunks, 20_000)).toEqual({ sha256: expected(Buffer.concat(chunks)), turns: 0 });
  });

  it("lets others have their turn while it reads what it has not caught up with", async () => {
    const chunks = [new Uint8Array(900_000).fill(1), new Uint8Array(1).fill(2)];
    const { sha256, turns } = await hashOf(chunks, 900_000);
    expect(sha256).toBe(expected(Buffer.concat(chunks)));
    expect(turns).toBeGreaterThan(2);
  });

  it("is an error where stored bytes are missing", async () => {
    const hash = new StoredHash({ read: () => 0 }, { nextTurn: async () => undefined });
    await expect(hash.digest(3)).rejects.toMatchObject({ name: "NotReadableError" });
  });

  it("is the same of a file that is there, in one go and in parts", async () => {
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 31) % 251));
    const blob = new Blob([bytes]);
    expect(await sha256OfBlob(blob)).toBe(expected(bytes));
    expect(await sha256OfBlob(blob, { maxWholeBytes: 1000 })).toBe(expected(bytes));
    expect(await sha256OfBlob(new Blob())).toBe(expected(Buffer.alloc(0)));
  });
});
