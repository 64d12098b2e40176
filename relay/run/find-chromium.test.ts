import { describe, expect, it } from "vitest";
import { StartError } from "../usage-error.ts";
import { findChromium } from "./find-chromium.ts";

function find(
  existing: readonly string[],
  options: { named?: string; env?: string; platform?: NodeJS.Platform } = {},
) {
  return findChromium({
    named: options.named,
    environment: {
      PATH: "/usr/local/bin:/usr/bin",
      ...(options.env === undefined ? {} : { CHROMIUM_PATH: options.env }),
    },
    platform: options.platform ?? "linux",
    isExecutable: (path) => existing.includes(path),
  });
}

describe("findChromium()", () => {
  it("prefers Chromium to its relatives, wherever in the PATH they are", () => {
    expect(find(["/usr/local/bin/google-chrome", "/usr/bin/chromium"])).toBe("/usr/bin/chromium");
    expect(find(["/usr/bin/microsoft-edge"])).toBe("/usr/bin/microsoft-edge");
  });

  it("takes the one that is named: by the flag, then by CHROMIUM_PATH", () => {
    const existing = ["/opt/a", "/opt/b", "/usr/bin/chromium"];
    expect(find(existing, { named: "/opt/a", env: "/opt/b" })).toBe("/opt/a");
    expect(find(existing, { env: "/opt/b" })).toBe("/opt/b");
    expect(find(existing, { env: "" })).toBe("/usr/bin/chromium");
    expect(find(existing, { named: "chromium" })).toBe("/usr/bin/chromium");
  });

  it("takes no other instead of one that is named and missing", () => {
    expect(() => find(["/usr/bin/chromium"], { named: "/opt/missing" })).toThrow(
      "--chromium names /opt/missing",
    );
    expect(() => find(["/usr/bin/chromium"], { env: "missing" })).toThrow("CHROMIUM_PATH names missing");
  });

  it("looks into Applications on a Mac only", () => {
    const path = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    expect(find([path], { platform: "darwin" })).toBe(path);
    expect(() => find([path])).toThrow(StartError);
  });

  it("says how to get one", () => {
    expect(() => find([])).toThrow("apt-get install chromium");
  });
});
