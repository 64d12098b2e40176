import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "./testing/self-signed.ts";
import { loadTlsIdentity } from "./tls.ts";
import { StartError } from "./usage-error.ts";

let directory: string;
const file = (name: string): string => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "jumptab-tls-test-"));
  const good = selfSigned(["127.0.0.1", "Lab.example", "*.bench.example"]);
  const other = selfSigned(["localhost"]);
  const past = selfSigned(["localhost"], { from: -3, to: -2 });
  for (const [name, text] of Object.entries({
    "cert.pem": good.cert,
    "key.pem": good.key,
    "other-key.pem": other.key,
    "past.pem": past.cert,
    "past-key.pem": past.key,
    "nonsense.pem": "nonsense",
  })) {
    writeFileSync(file(name), text);
  }
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("loadTlsIdentity()", () => {
  it("knows the names and addresses of the certificate", () => {
    const identity = loadTlsIdentity(file("cert.pem"), file("key.pem"));
    expect(identity.names).toEqual(["lab.example", "*.bench.example"]);
    expect(identity.covers("127.0.0.1")).toBe(true);
    expect(identity.covers("lab.example")).toBe(true);
    expect(identity.covers("a.bench.example")).toBe(true);
    expect(identity.covers("127.0.0.2")).toBe(false);
    expect(identity.covers("localhost")).toBe(false);
    expect(identity.publicKeyHash).toMatch(/^[\w+/]{43}=$/);
    expect(identity.warning).toBeUndefined();
  });

  it("warns of a certificate whose time is over", () => {
    expect(loadTlsIdentity(file("past.pem"), file("past-key.pem")).warning).toContain("was valid until");
  });

  for (const [cert, key, sentence] of [
    ["cert.pem", "other-key.pem", "is not the key of --tls-cert"],
    ["missing.pem", "key.pem", "there is no such file"],
    ["cert.pem", "missing.pem", "cannot read --tls-key"],
    ["nonsense.pem", "key.pem", "is not a certificate in PEM"],
    ["cert.pem", "nonsense.pem", "is not a private key in PEM without a password"],
  ] as const) {
    it(`says what is wrong with ${cert} and ${key}`, () => {
      expect(() => loadTlsIdentity(file(cert), file(key))).toThrow(StartError);
      expect(() => loadTlsIdentity(file(cert), file(key))).toThrow(sentence);
    });
  }
});
