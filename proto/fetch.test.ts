import { describe, expect, it } from "vitest";
import { withoutSecrets } from "./fetch.ts";

describe("withoutSecrets()", () => {
  for (const [url, shown] of [
    ["https://files.example/a.bin", "https://files.example/a.bin"],
    ["https://files.example/a.bin?X-Amz-Signature=1#top", "https://files.example/a.bin?[REDACTED]"],
    ["https://files.example/a.bin?a=1?b\n=2", "https://files.example/a.bin?[REDACTED]"],
    ["https://files.example/a.bin#secret", "https://files.example/a.bin"],
    ["https://me:secret@files.example:8443/a?b", "https://files.example:8443/a?[REDACTED]"],
    [" https://me:secret@files.example/a", "https://files.example/a"],
    ["ht\ntps:/\t/me:secret@files.example/a", "https://files.example/a"],
    ["https:\\\\me:sec@ret@files.example/a", "https:\\\\files.example/a"],
    ["svn+ssh://me:secret@files.example/a", "svn+ssh://files.example/a"],
    ["https://files.example/@me", "https://files.example/@me"],
    ["no URL?secret", "no URL?[REDACTED]"],
  ] as const) {
    it(`shows ${shown}`, () => expect(withoutSecrets(url)).toBe(shown));
  }
});
