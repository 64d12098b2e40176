import { describe, expect, it } from "vitest";
import {
  benchFromStore,
  benchToRun,
  newPassphrase,
  PASSPHRASE_LENGTH,
  type SavedBench,
  type StoredBench,
  unusedName,
} from "./saved-bench.ts";

const bench: SavedBench = {
  id: "2d8b9b0e-6c3e-4f6a-9a54-0f6a0e1c7a11",
  name: "demo",
  yaml: "export: {}",
  passphrase: "Abc123",
  bindings: { serial: { usbVendorId: 0x0403 } },
  access: "exclusive",
  createdAt: 1,
  updatedAt: 2,
  running: true,
};

describe("benchToRun()", () => {
  it("hands over what the worker needs and nothing else", () => {
    expect(benchToRun(bench, { noAuth: false })).toEqual({
      id: bench.id,
      yaml: bench.yaml,
      passphrase: "Abc123",
      bindings: bench.bindings,
      access: "exclusive",
      files: {},
      shares: [],
    });
  });

  it("has no passphrase where the relay asks for none", () => {
    expect(benchToRun(bench, { noAuth: true }).passphrase).toBeUndefined();
  });
});

describe("benchFromStore()", () => {
  it("shares a bench that was saved before there was a choice", () => {
    const { access: _, ...before } = bench;
    const stored: StoredBench = before;
    expect(benchFromStore(stored)).toEqual({ ...bench, access: "shared" });
  });

  it("leaves a bench as it was saved", () => {
    expect(benchFromStore(bench)).toEqual(bench);
  });
});

describe("newPassphrase()", () => {
  it("is 22 letters and digits", () => {
    expect(newPassphrase((into) => crypto.getRandomValues(into))).toMatch(/^[A-Za-z0-9]{22}$/);
  });

  it("skips the bytes that would make some characters likelier", () => {
    let round = 0;
    const passphrase = newPassphrase((into) => into.fill(round++ === 0 ? 255 : 1));
    expect(passphrase).toBe("B".repeat(PASSPHRASE_LENGTH));
    expect(round).toBe(2);
  });
});

describe("unusedName()", () => {
  it("keeps a name that is free", () => {
    expect(unusedName("demo", ["bench"])).toBe("demo");
  });

  it("counts up past the names that are taken", () => {
    expect(unusedName("demo", ["demo", "demo-2"])).toBe("demo-3");
  });
});
