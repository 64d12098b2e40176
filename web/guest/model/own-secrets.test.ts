import { describe, expect, it } from "vitest";
import { MAX_OWN_SECRETS, OwnSecrets } from "./own-secrets.ts";

class MemoryStorage {
  item: string | null = null;
  getItem(): string | null {
    return this.item;
  }
  setItem(_: string, value: string): void {
    this.item = value;
  }
}

const forbidden = (): never => {
  throw new DOMException("no", "SecurityError");
};

describe("OwnSecrets", () => {
  it("has what this browser has made, also in another tab", () => {
    const browser = new MemoryStorage();
    const secrets = () =>
      new OwnSecrets(
        () => browser,
        () => new MemoryStorage(),
      );
    expect(secrets().keep("link", "own")).toBe(true);
    expect(secrets().of("link")).toBe("own");
    expect(secrets().of("other")).toBeUndefined();
    secrets().forget("link");
    expect(secrets().of("link")).toBeUndefined();
  });

  it("has it in the tab alone where the browser keeps nothing, and says so", () => {
    const tab = new MemoryStorage();
    const secrets = new OwnSecrets(forbidden, () => tab);
    expect(secrets.keep("link", "own")).toBe(false);
    expect(secrets.of("link")).toBe("own");
  });

  it("works without any storage, and with what somebody else has left there", () => {
    const nowhere = new OwnSecrets(forbidden, forbidden);
    expect(nowhere.keep("link", "own")).toBe(false);
    expect(nowhere.of("link")).toBeUndefined();
    const odd = new MemoryStorage();
    for (const item of ["not JSON", "{}", '[{"link":1,"own":2}]', "[null]"]) {
      odd.item = item;
      expect(
        new OwnSecrets(
          () => odd,
          () => odd,
        ).of("link"),
      ).toBeUndefined();
    }
  });

  it("forgets the oldest one first", () => {
    const browser = new MemoryStorage();
    const secrets = new OwnSecrets(() => browser, forbidden);
    for (let made = 0; made <= MAX_OWN_SECRETS; made += 1) secrets.keep(`link ${made}`, `own ${made}`);
    expect(secrets.of("link 0")).toBeUndefined();
    expect(secrets.of("link 1")).toBe("own 1");
    expect(secrets.of(`link ${MAX_OWN_SECRETS}`)).toBe(`own ${MAX_OWN_SECRETS}`);
  });
});
