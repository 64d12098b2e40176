import { describe, expect, it } from "vitest";
import type { RelayBoot } from "../../proto/boot.ts";
import { KnownRelay } from "./known-relay.ts";

const BOOT: RelayBoot = {
  version: "0.1.0",
  endpoint: "127.0.0.1:19090",
  insecure: true,
  attachTokenRequired: false,
  noAuth: false,
};

const BENCH = { id: "1", yaml: "secret: yes", passphrase: "secret", unattended: false, file: "bench.yaml" };

function memory() {
  const kept = new Map<string, string>();
  const storage: Pick<Storage, "getItem" | "setItem"> = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
  return { kept, relay: new KnownRelay(() => storage as Storage) };
}

describe("KnownRelay", () => {
  it("remembers what the relay has answered, without the bench and its secrets", () => {
    const { kept, relay } = memory();
    relay.keep({ ...BOOT, bench: BENCH });
    expect(relay.get()).toEqual(BOOT);
    expect([...kept.values()].join()).not.toContain("secret");
  });

  it("does not remember one that runs its page by itself", () => {
    const { relay } = memory();
    relay.keep({ ...BOOT, bench: { ...BENCH, unattended: true } });
    expect(relay.get()).toBeUndefined();
  });

  it("knows nothing where storage is forbidden or holds something else", () => {
    const { kept, relay } = memory();
    expect(relay.get()).toBeUndefined();
    for (const text of ["{", "null", '{"version":1}']) {
      kept.set("jumptab-relay", text);
      expect(relay.get()).toBeUndefined();
    }
    const forbidden = new KnownRelay(() => {
      throw new DOMException("no", "SecurityError");
    });
    forbidden.keep(BOOT);
    expect(forbidden.get()).toBeUndefined();
  });
});
