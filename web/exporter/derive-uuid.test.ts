import { describe, expect, it } from "vitest";
import { deriveUuid } from "./derive-uuid.ts";

describe("deriveUuid()", () => {
  it("gives the version 5 UUID of RFC 9562, appendix A.4", async () => {
    expect(await deriveUuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });

  it("gives each path one of its own", async () => {
    const exporter = "6f1c2a54-9d0c-4c44-8f0e-0d6b9f6b1a11";
    const uuids = await Promise.all(
      ["", "power", "board.power", "böard"].map((path) => deriveUuid(exporter, path)),
    );
    expect(new Set(uuids).size).toBe(4);
  });
});
