import { describe, expect, it } from "vitest";
import { envFile } from "./env-file.ts";

const FILE = {
  bench: "demo",
  share: { name: "Ana", role: "control" },
  endpoint: "127.0.0.1:19090",
  insecure: true,
  secret: "s3cret",
} as const;

function variables(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("envFile()", () => {
  it("has all that the client library asks the environment for, and no quotes", () => {
    expect(variables(envFile(FILE))).toEqual([
      "JUMPSTARTER_HOST=127.0.0.1:19090",
      "JMP_DRIVERS_ALLOW=UNSAFE",
      "JMP_GRPC_INSECURE=1",
      "JMP_GRPC_PASSPHRASE=s3cret",
    ]);
  });

  it("does not ask for plaintext where the relay has TLS", () => {
    expect(envFile({ ...FILE, insecure: false })).not.toContain("INSECURE");
  });

  it("says what it is, and a name cannot smuggle a variable in", () => {
    const name = "Ana\nLD_PRELOAD=/tmp/x.so\r\u2028PATH=.";
    const text = envFile({ ...FILE, share: { name, role: "view" } });
    expect(text.split("\n")[0]).toBe(
      "# demo, for Ana LD_PRELOAD=/tmp/x.so PATH=.: View. Keep it secret: it opens the bench.",
    );
    expect(variables(text)).toHaveLength(4);
  });
});
